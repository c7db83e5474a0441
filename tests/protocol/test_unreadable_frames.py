"""Frames that cannot be read: each ends the context that it names, and no other."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import AudioChunk, RemoteProtocolError, Timeouts
from cartesia_stream._protocol.frames import Decoder, decode
from cartesia_stream._protocol.response import EventStreamDecoder, UntypedEventStreamDecoder
from cartesia_stream.v0._frames import typed
from cartesia_stream.v0._response import ObjectDecoder

AUDIO: Final = b'"type":"chunk","data":"AAEC"'
TIMES: Final = b'"type":"timestamps","word_timestamps":{"words":["a"],"start":[%b],"end":[1]}'

# What stands beside the id of the context in the object of a frame.
BROKEN: Final[dict[str, bytes]] = {
    "NaN": AUDIO + b',"step_time":NaN',
    "a time of NaN": TIMES % b"NaN",
    "Infinity": AUDIO + b',"step_time":-Infinity',
    "1e400": AUDIO + b',"step_time":1e400',
    "1e400 in a field of no interest": AUDIO + b',"new":1e400',
    "5000 digits": AUDIO + b',"step_time":' + b"9" * 5000,
    "5000 digits as a status": b'"type":"error","status_code":' + b"5" * 5000,
    "a time of 400 digits": TIMES % (b"9" * 400),
    "a lone surrogate": AUDIO + b',"new":"\\ud800"',
    "a lone surrogate as a word": b'"type":"timestamps","word_timestamps":"\\udc00 "',
    "lists in lists": b'"type":"chunk","data":' + b"[" * 200_000 + b"]" * 200_000,
    "objects in objects": b'"type":"chunk","new":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "no base64": b'"type":"chunk","data":"@@@"',
    "cut base64": b'"type":"chunk","data":"AAE"',
    "base64 with escapes": b'"type":"chunk","data":"AA\\u0000C"',
    "invalid UTF-8": AUDIO + b',"new":"\xff"',
    "invalid UTF-8 in a name": AUDIO + b',"\xc3(":1',
    "invalid UTF-8 in a message": b'"type":"error","message":"\xed\xa0\x80"',
    "audio as a list": b'"type":"chunk","data":[0,1]',
    "audio as a number": b'"type":"chunk","data":7',
    "no audio": b'"type":"chunk"',
    "times as a list": b'"type":"timestamps","word_timestamps":[["a",0,1]]',
    "times of different lengths": (
        b'"type":"timestamps","word_timestamps":{"words":["a"],"start":[],"end":[1]}'
    ),
    "a time as text": TIMES % b'"0"',
    "a time as true": TIMES % b"true",
    "no time": TIMES % b"null",
    "a word as a number": (
        b'"type":"timestamps","word_timestamps":{"words":[5],"start":[0],"end":[1]}'
    ),
    "a type of another type": b'"type":7',
    "no type": b'"new":1',
    "a control character": AUDIO + b',"new":"\x01"',
    "a trailing comma": AUDIO + b",",
    "a missing value": AUDIO + b',"new":',
    "an open string": AUDIO + b',"new":"',
    "other brackets": AUDIO + b',"new":[}',
    "another id inside": AUDIO + b',"new":{"context_id":"other"},"step_time":NaN',
    "an id in a text": AUDIO + b',"new":"\\"context_id\\":\\"other\\"","step_time":NaN',
    "an id as a value": AUDIO + b',"new":"context_id","step_time":NaN',
}
IDS: Final = {
    "plain": ("mine", b'"mine"'),
    "escaped": ('m"í\\', b'"m\\"\\u00ed\\\\"'),
    "in UTF-8": ("größe 🎉", '"größe 🎉"'.encode()),
}


def fault(frame: bytes) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as raised:
        decode(frame)
    return raised.value


@pytest.mark.parametrize("fields", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize(("context_id", "name"), IDS.values(), ids=IDS.keys())
def test_unreadable_frame_names_its_context(
    fields: bytes, place: str, context_id: str, name: bytes
) -> None:
    """Wherever the id stands; the error says no more than what is wrong with the frame."""
    named = b'"context_id" : ' + name
    if place == "last" and fields.endswith((b",", b":", b'"new":"', b"[}")):
        place = "first"  # the damage covers what follows
    members = (named, fields) if place == "first" else (fields, named)
    error = fault(b"{%b,%b}" % members)
    assert error.context_id == context_id
    assert error.retryable
    assert len(error.message) < 80


@pytest.mark.parametrize(
    "frame",
    [
        b"NaN",
        b"",
        b"[]",
        b"\xff",
        b'["context_id",NaN]',
        b'{"a":NaN}',
        b'{"context_id":7,"a":NaN}',
        b'{"context_id":null,"a":NaN}',
        b'{"context_id":"\\ud800","a":NaN}',
        b'{"context_id":"\xff","a":NaN}',
        b'{"a":{"context_id":"other"},"b":NaN}',
        b'[{"context_id":"other"},NaN]',
        b'{"type":"done","context_id":7}',
        b'{"type":"done","context_id":["mine"]}',
    ],
)
def test_unreadable_frame_without_a_name(frame: bytes) -> None:
    assert fault(frame).context_id is None


@given(st.binary(max_size=60).map(lambda noise: b'{"context_id":"mine",' + noise))
def test_noise_raises_nothing_else(frame: bytes) -> None:
    """A frame is an event or a typed error, in both dialects, whatever its bytes are."""
    for each in (frame, *typed(frame)):
        try:
            decode(each)
        except RemoteProtocolError as error:
            assert error.context_id in ("mine", None)  # noqa: PT017 - both ways are right


def test_chunks_after_an_unreadable_frame_are_read() -> None:
    """The short cut for chunks survives it."""
    decoder = Decoder()
    for _ in range(2):
        good = decoder.decode(b'{"type":"chunk","data":"AAEC","context_id":"mine"}')
        assert isinstance(good, AudioChunk)
        with pytest.raises(RemoteProtocolError) as raised:
            decoder.decode(b'{"type":"chunk","data":"A!EC","context_id":"mine"}')
        assert raised.value.context_id == "mine"


@pytest.mark.parametrize(
    "noise",
    [b"[]" * 2_000_000, b'"' + b"\\" * 4_000_001, b'"' + b'\\"' * 2_000_000, b'{"a"' * 1_000_000],
    ids=["pairs", "backslashes", "quotes", "keys"],
)
def test_search_for_a_name_is_bounded(noise: bytes) -> None:
    """Megabytes of anything are passed over in linear time, and only so many tokens of them."""
    before = perf_counter()
    assert fault(b'{"a":NaN,' + noise).context_id is None
    assert perf_counter() - before < 10


# --- over HTTP


@pytest.mark.parametrize("kind", [EventStreamDecoder, UntypedEventStreamDecoder, ObjectDecoder])
@pytest.mark.parametrize("fields", BROKEN.values(), ids=BROKEN.keys())
def test_event_stream_with_an_unreadable_frame(
    kind: type[EventStreamDecoder | ObjectDecoder], fields: bytes
) -> None:
    """It ends with a typed error or goes on to its end; nothing else is raised."""
    decoder = kind(audible=True, secret="sk", request_id="r", timeouts=Timeouts(), now=0.0)
    for frame in (b"{" + AUDIO + b"}", b"{" + fields + b"}", b'{"type":"done","done":true}'):
        decoder.receive_data(b"data: " + frame + b"\n\n", now=0.0)
    decoder.receive_eof()
    assert isinstance(decoder.next_event(), AudioChunk)
    try:
        while decoder.next_event() is not None:
            pass
    except RemoteProtocolError as error:
        assert error.request_id == "r"  # noqa: PT017 - v0 does not read every field
    except Exception as error:
        assert type(error).__module__ == "cartesia_stream.errors"  # noqa: PT017 - as above


def test_unreadable_frame_of_another_context_is_dropped() -> None:
    """As a readable one is."""
    decoder = EventStreamDecoder(
        audible=True, secret="sk", request_id="r", timeouts=Timeouts(), now=0.0, context_id="mine"
    )
    for frame in (
        b'{"context_id":"other","a":NaN}',
        b'{"type":"chunk","data":"AAEC","context_id":"mine"}',
        b'{"type":"done","context_id":"mine"}',
    ):
        decoder.receive_data(b"data: " + frame + b"\n\n", now=0.0)
    assert [decoder.next_event() is not None for _ in range(3)] == [True, True, False]
    assert decoder.dropped == 1
