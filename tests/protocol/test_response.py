"""Streamed HTTP responses: each ends by its own sign or is a fault."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from cartesia_stream import (
    APITimeoutError,
    AudioChunk,
    Done,
    InternalServerError,
    RemoteProtocolError,
    SpeechEvent,
    StreamTruncatedError,
    Timeouts,
    WordTimestamps,
)
from cartesia_stream._protocol.response import AudioDecoder, EventStreamDecoder, ResponseDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = "sk_car_planted"


def make(
    kind: type[ResponseDecoder],
    *,
    audible: bool = True,
    timeouts: Timeouts | None = None,
    context_id: str | None = None,
) -> ResponseDecoder:
    return kind(
        audible=audible,
        secret=KEY,
        request_id="r1",
        timeouts=timeouts or Timeouts(first_audio=5, idle=3),
        now=0,
        context_id=context_id,
    )


def of(context_id: str, frame: dict[str, object]) -> dict[str, object]:
    return {**frame, "context_id": context_id}


def sse(*documents: dict[str, object]) -> bytes:
    return b"".join(b"event: x\ndata: %b\n\n" % json.dumps(fields).encode() for fields in documents)


def chunk(data: bytes = b"ab") -> dict[str, object]:
    return {"type": "chunk", "data": b64encode(data).decode(), "done": False}


DONE: dict[str, object] = {"type": "done", "done": True}
WORDS: dict[str, object] = {"type": "timestamps", "word_timestamps": None}
ERROR: dict[str, object] = {"type": "error", "status_code": 500, "message": f"No, {KEY}"}


def read(
    decoder: ResponseDecoder, pieces: Iterable[bytes], *, eof: bool = True
) -> tuple[list[SpeechEvent], Exception | None]:
    """What a consumer meets: all events, and the fault behind them."""
    for piece in pieces:
        if not decoder.ended:
            decoder.receive_data(piece, now=1)
    if eof:
        decoder.receive_eof()
    events: list[SpeechEvent] = []
    try:
        while (event := decoder.next_event()) is not None:
            events.append(event)
    except Exception as fault:
        return events, fault
    return events, None


def split(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_whole_event_stream(bytewise: bool) -> None:
    """Events come in order and done is the last; nothing behind it is read."""
    decoder = make(EventStreamDecoder)
    body = sse(chunk(), WORDS, DONE) + b"data: nonsense\n\n" + sse(chunk())
    events, fault = read(decoder, split(body) if bytewise else [body])
    assert events == [AudioChunk(data=b"ab"), WordTimestamps(words=()), Done()]
    assert fault is None
    assert decoder.ended
    assert (decoder.chunks, decoder.nbytes) == (1, 2)
    decoder.receive_data(b"data: nonsense\n\n", now=2)
    assert decoder.next_event() is None


@pytest.mark.parametrize("body", [b"", sse(chunk(), WORDS), sse(chunk()) + b"data: {"])
def test_a_stream_without_a_terminal_event_is_truncated(body: bytes) -> None:
    """The end of the body is never the end of the stream."""
    decoder = make(EventStreamDecoder)
    events, fault = read(decoder, [body])
    assert isinstance(fault, StreamTruncatedError)
    assert (fault.chunks, fault.nbytes) == (decoder.chunks, decoder.nbytes)
    assert fault.request_id == "r1"
    assert len([event for event in events if isinstance(event, AudioChunk)]) == fault.chunks


def test_an_error_in_the_stream() -> None:
    """An error event is raised after what came before it, without the key, with the id."""
    events, fault = read(make(EventStreamDecoder), [sse(chunk(), ERROR, chunk(), DONE)])
    assert events == [AudioChunk(data=b"ab")]
    assert isinstance(fault, InternalServerError)
    assert fault.message == "No, [key]"
    assert fault.request_id == "r1"


@pytest.mark.parametrize("data", [b"data: nonsense\n\n", b"data: {}\n\n", b"data\n\n"])
def test_a_broken_event(data: bytes) -> None:
    """What is no frame ends the stream with a fault."""
    events, fault = read(make(EventStreamDecoder), [sse(chunk()) + data])
    assert events == [AudioChunk(data=b"ab")]
    assert isinstance(fault, RemoteProtocolError)
    assert fault.request_id == "r1"


@pytest.mark.parametrize("kind", [EventStreamDecoder, AudioDecoder])
def test_silence(kind: type[ResponseDecoder]) -> None:
    """An end without audio is a fault if, and only if, there was something to hear."""
    body = sse(DONE) if kind is EventStreamDecoder else b""
    events, fault = read(make(kind), [body])
    assert events == []
    assert isinstance(fault, RemoteProtocolError)
    assert "without any audio" in str(fault)
    assert read(make(kind, audible=False), [body]) == ([Done()], None)


def test_plain_audio() -> None:
    """Each piece of the body is a chunk, and the end of the body is the end of the stream."""
    decoder = make(AudioDecoder)
    events, fault = read(decoder, [b"ab", b"", b"c"])
    assert events == [AudioChunk(data=b"ab"), AudioChunk(data=b"c"), Done()]
    assert fault is None
    assert (decoder.chunks, decoder.nbytes) == (2, 3)


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        (EventStreamDecoder, 200, "text/event-stream"),
        (EventStreamDecoder, 201, "Text/Event-Stream; charset=utf-8"),
        (AudioDecoder, 200, "audio/wav"),
        (AudioDecoder, 206, "audio/mpeg"),
        (AudioDecoder, 200, "application/octet-stream"),
    ],
)
def test_what_was_asked_for(kind: type[ResponseDecoder], status: int, content_type: str) -> None:
    """Any success of the right kind is read."""
    make(kind).check(status, content_type)


@pytest.mark.parametrize("kind", [EventStreamDecoder, AudioDecoder])
@pytest.mark.parametrize(
    ("status", "content_type", "named"),
    [
        (200, "text/html", "got text/html with status 200"),
        (200, "application/json", "got application/json"),
        (200, "", "got no content type"),
        (204, "", "got an empty response with status 204"),
        (204, "audio/wav", "got an empty response"),
        (204, "text/event-stream", "got an empty response"),
    ],
)
def test_what_was_not_asked_for(
    kind: type[ResponseDecoder], status: int, content_type: str, named: str
) -> None:
    """A success of another kind, such as a page or nothing, is no speech."""
    with pytest.raises(RemoteProtocolError, match=named) as caught:
        make(kind).check(status, content_type)
    assert caught.value.request_id == "r1"


def test_deadlines() -> None:
    """The first audio has its bound from the start, and each event from the one before."""
    decoder = make(EventStreamDecoder)
    assert decoder.deadline() == 5
    decoder.receive_data(b": still here\n\n", now=4)
    decoder.check_deadline(now=5)
    with pytest.raises(APITimeoutError, match="no audio arrived for 5 s") as caught:
        decoder.check_deadline(now=5.1)
    assert (caught.value.phase, caught.value.seconds) == ("first_audio", 5)
    decoder.receive_data(sse(chunk()), now=6)
    assert decoder.deadline() == 9
    decoder.check_deadline(now=100)  # an event waits to be read
    decoder.next_event()
    with pytest.raises(APITimeoutError, match="no event arrived for 3 s") as caught:
        decoder.check_deadline(now=9.1)
    assert (caught.value.phase, caught.value.seconds) == ("idle", 3)
    decoder.receive_data(sse(DONE), now=9)
    decoder.next_event()
    decoder.check_deadline(now=100)


def test_no_deadlines() -> None:
    """None waits for ever."""
    decoder = make(EventStreamDecoder, timeouts=Timeouts(first_audio=None, idle=None))
    assert decoder.deadline() is None
    decoder.check_deadline(now=1e9)


# --- other contexts


@pytest.mark.parametrize("asked_for", ["a", None])
@pytest.mark.parametrize("frame", [chunk(b"XX"), WORDS, ERROR, DONE])
def test_frames_of_another_context_are_dropped_and_counted(
    asked_for: str | None, frame: dict[str, object]
) -> None:
    """What names another context, an error or an end too, is not of this stream."""
    decoder = make(EventStreamDecoder, context_id=asked_for)
    frames = of("a", chunk()), of("b", frame), chunk(b"cd"), of("a", DONE)
    events, fault = read(decoder, [sse(*frames)])
    assert [event.data for event in events if isinstance(event, AudioChunk)] == [b"ab", b"cd"]
    assert isinstance(events[-1], Done)
    assert fault is None
    assert decoder.dropped == 1


def test_error_frame_of_this_context_or_of_none_ends_it() -> None:
    """An error that names no context concerns the stream it came in."""
    for error in (of("a", ERROR), ERROR):
        decoder = make(EventStreamDecoder, context_id="a")
        _, fault = read(decoder, [sse(of("a", chunk()), error)])
        assert isinstance(fault, InternalServerError)
        assert decoder.dropped == 0
