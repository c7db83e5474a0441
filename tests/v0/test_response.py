"""Streamed responses of v0: which end is an end, and which is a cut."""

from __future__ import annotations

import pytest

from cartesia_stream import (
    APIStatusError,
    AudioChunk,
    Done,
    RemoteProtocolError,
    StreamTruncatedError,
)
from cartesia_stream.options import DEFAULT_TIMEOUTS
from cartesia_stream.v0._frames import ObjectStream
from cartesia_stream.v0._response import ObjectDecoder

from .talk import DONE, Frame, chunk, wire

FALSE: Frame = {"done": False}


def new() -> ObjectDecoder:
    return ObjectDecoder(
        audible=True, secret="sesame", request_id="r1", timeouts=DEFAULT_TIMEOUTS, now=0.0
    )


def decoded(*data: bytes) -> tuple[int, bool, str | None]:
    """Chunks, whether the end came, and what went wrong."""
    decoder = new()
    for piece in data:
        decoder.receive_data(piece, now=0.0)
    decoder.receive_eof()
    last = None
    try:
        while (event := decoder.next_event()) is not None:
            last = event
    except RemoteProtocolError as error:
        return decoder.chunks, False, str(error)
    except Exception as error:
        return decoder.chunks, False, type(error).__name__
    return decoder.chunks, isinstance(last, Done), None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (wire(chunk(), chunk()), (2, True, None)),
        (wire(chunk(), chunk(), before="", after=""), (2, True, None)),
        (wire(chunk(**FALSE), chunk(**FALSE), DONE), (2, True, None)),
        (wire(chunk(**FALSE), chunk(done=True)), (2, True, None)),
        (wire(chunk(**FALSE), chunk(**FALSE)), (2, False, "StreamTruncatedError")),
        (wire(chunk(**FALSE), chunk(**FALSE), after="\n"), (2, True, None)),
        (wire(chunk()) + b'{"da', (1, False, "StreamTruncatedError")),
        (b"", (0, False, "StreamTruncatedError")),
        (b"<html>Bad gateway</html>", (0, False, "StreamTruncatedError")),
        (wire(chunk(), DONE, {"error": "late"}), (1, True, None)),
        (wire(chunk(), {"error": "no such voice"}), (1, False, "APIStatusError")),
    ],
)
def test_responses(data: bytes, expected: tuple[int, bool, str | None]) -> None:
    assert decoded(data) == expected
    assert decoded(*[data[at : at + 1] for at in range(len(data))]) == expected


def test_responses_may_be_of_any_media_type_but_not_without_a_body() -> None:
    decoder = new()
    decoder.check(200, "")
    decoder.check(201, "application/json")
    with pytest.raises(RemoteProtocolError, match="empty response") as caught:
        decoder.check(204, "text/event-stream")
    assert caught.value.request_id == "r1"


def test_malformed_objects_of_a_response_are_refused() -> None:
    assert decoded(wire(chunk()) + b"data: {5}\n\n" + wire(DONE)) == (
        1,
        False,
        "a frame is not valid JSON (request_id r1)",
    )


def test_an_error_in_the_stream_is_its_end() -> None:
    """What comes after it is not read."""
    decoder = new()
    decoder.receive_data(wire(chunk(), {"error": "no key sesame"}), now=1.0)
    assert decoder.ended
    decoder.receive_data(wire(chunk()), now=1.0)
    decoder.receive_eof()
    assert isinstance(decoder.next_event(), AudioChunk)
    for _ in range(2):
        with pytest.raises(APIStatusError, match=r"no key \[key\]") as caught:
            decoder.next_event()
        assert caught.value.message == "no key [key]"
    assert decoder.chunks == 1


def test_what_was_received_before_a_cut_is_told() -> None:
    decoder = new()
    decoder.receive_data(wire(chunk(b"1234", done=False)), now=1.0)
    decoder.receive_eof()
    decoder.next_event()
    with pytest.raises(StreamTruncatedError, match="before the last object") as caught:
        decoder.next_event()
    assert (caught.value.chunks, caught.value.nbytes) == (1, 4)
    assert caught.value.request_id == "r1"


def test_an_object_that_is_too_large_is_the_end() -> None:
    decoder = new()
    decoder._stream = ObjectStream(max_object_bytes=40)
    decoder.receive_data(wire(chunk(bytes(100))), now=1.0)
    with pytest.raises(RemoteProtocolError, match="larger than 40 bytes"):
        decoder.next_event()
