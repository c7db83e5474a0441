"""The codec of v0: any stream, any chunking, and only what the document allows."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from cartesia_stream import APIStatusError, AudioChunk, Done, RemoteProtocolError
from cartesia_stream._protocol.frames import RequestEncoder, decode
from cartesia_stream._protocol.sse import EventStreamParser
from cartesia_stream.v0._calls import speech_body
from cartesia_stream.v0._frames import ObjectStream, promises_end, typed, untyped
from tools.documents import parse

from .talk import DONE, VOICE, Frame, chunk, wire

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT: dict[str, Any] = parse(
    Path(__file__).parents[2].joinpath("spec/cartesia-v0.yaml").read_text("utf-8")
)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
SERVER_FRAMES = sorted(
    name for name, schema in SCHEMAS.items() if schema.get("x-wire", "").endswith(("server", "sse"))
)

# Keys and values full of what could be taken for structure.
TRICKY = st.text(st.sampled_from('{}[]"\\:,\n\r dataé€😀'), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TRICKY, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(TRICKY, VALUES, max_size=4), max_size=5)
CUTS = st.lists(st.integers(0, 2000), max_size=12)


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(places)]


def found(data: bytes, cuts: Iterable[int] = ()) -> tuple[list[Any], ObjectStream]:
    stream = ObjectStream()
    texts = [text for piece in pieces(data, cuts) for text in stream.receive_data(piece)]
    return [json.loads(text) for text in texts], stream


LAYOUTS: dict[str, tuple[bytes, bytes]] = {
    "events": (b"data: ", b"\n\n"),
    "events without a space": (b"data:", b"\r\n\r\n"),
    "events with a name": (b"id: {7}\nevent: chunk {\ndata: ", b"\r\r"),
    "lines": (b"data: ", b"\n"),
    "no lines": (b"data:", b""),
    "bare": (b"", b""),
    "bare lines": (b"", b"\n"),
    "junk": (b"} ] \"' chunk: ", b" } \n"),
}
CONFORMING = {"events", "events without a space", "events with a name"}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=30)
@given(objects=OBJECTS, cuts=CUTS, ascii_only=st.booleans())
def test_any_layout_in_any_chunking(
    layout: str, objects: list[Any], cuts: list[int], ascii_only: bool
) -> None:
    """Characters of several bytes may be split as well."""
    before, after = LAYOUTS[layout]
    texts = [json.dumps(value, ensure_ascii=ascii_only).encode() for value in objects]
    data = b"".join(before + text + after for text in texts)
    got, stream = found(data, cuts)
    assert got == objects
    assert not stream.unfinished
    assert stream.conforming == (layout in CONFORMING or not objects)


@settings(max_examples=50)
@given(
    objects=OBJECTS,
    cuts=CUTS,
    indent=st.integers(0, 2),
    end=st.sampled_from(["\n", "\r", "\r\n"]),
)
def test_events_of_many_data_lines(
    objects: list[Any], cuts: list[int], indent: int, end: str
) -> None:
    """As a parser by the standard reads them."""
    texts = [json.dumps(value, indent=indent) for value in objects]
    lines = [f"data: {line}" for text in texts for line in [*text.split("\n"), ""]]
    data = "\n".join(line if line != "data: " else "" for line in lines).encode()
    data = (data + b"\n").replace(b"\n", end.encode())
    expected = [json.loads(event) for event in EventStreamParser().receive_data(data)]
    got, stream = found(data, cuts)
    assert got == expected == objects
    assert stream.conforming


@given(data=st.binary(max_size=300), cuts=CUTS)
def test_any_bytes_are_split_alike(data: bytes, cuts: list[int]) -> None:
    """Whatever the bytes are, the chunking does not matter and nothing fails."""
    whole, pieced = ObjectStream(), ObjectStream()
    first = whole.receive_data(data)
    second = [text for piece in pieces(data, cuts) for text in pieced.receive_data(piece)]
    assert first == second
    assert (whole.unfinished, whole.rest) == (pieced.unfinished, pieced.rest)
    assert whole.conforming == pieced.conforming


def test_a_byte_order_mark_is_passed_over() -> None:
    assert found(b"\xef\xbb\xbf" + wire(DONE), range(20))[1].conforming


def test_objects_are_bounded() -> None:
    stream = ObjectStream(max_object_bytes=100)
    assert stream.receive_data(b'{"a":"%b"}' % (b"x" * 90)) != []
    with pytest.raises(RemoteProtocolError, match="100 bytes"):
        stream.receive_data(b'{"a":"%b' % (b"x" * 100))


def test_what_is_no_object_takes_no_memory() -> None:
    stream = ObjectStream(max_object_bytes=100)
    for _ in range(100):
        assert stream.receive_data(b": { comment without an end " * 100) == []
        assert stream.receive_data(b"x" * 10000) == []
    assert len(stream._buffer) < 100


# --- objects to events


def test_chunks() -> None:
    (frame,) = typed(json.dumps(chunk(b"12", 8000, context_id="c", step_time=3, new=1)).encode())
    event = decode(frame)
    assert isinstance(event, AudioChunk)
    assert (event.data, event.context_id, event.step_time) == (b"12", "c", 3)
    assert event.extra == {"sampling_rate": 8000, "new": 1}


def test_the_last_chunk_may_be_the_end() -> None:
    events = [decode(f) for f in typed(json.dumps(chunk(context_id="c", done=True)).encode())]
    assert [type(event) for event in events] == [AudioChunk, Done]
    assert [event.context_id for event in events] == ["c", "c"]


@pytest.mark.parametrize("frame", [{}, {"done": False}, {"context_id": "c"}, {"data": None}])
def test_what_says_nothing_is_dropped(frame: Frame) -> None:
    assert typed(json.dumps(frame).encode()) == []


def test_the_end() -> None:
    (frame,) = typed(b'{"done":true,"context_id":"c","data":null}')
    assert decode(frame) == Done(context_id="c")


def test_errors_of_any_depth_are_errors() -> None:
    (frame,) = typed(b'{"error":"no","why":' + b"[" * 900 + b"]" * 900 + b"}")
    event = decode(frame)
    assert isinstance(event, APIStatusError)
    assert event.message == "no"
    (frame,) = typed(b'{"error":"no","why":' + b"[" * 90000 + b"]" * 90000 + b"}")
    with suppress(RemoteProtocolError):
        assert isinstance(decode(frame), APIStatusError)


def test_a_type_of_its_own_does_not_matter() -> None:
    (frame,) = typed(json.dumps({"type": "done", **chunk(b"12")}).encode() + b" \n")
    event = decode(frame)
    assert isinstance(event, AudioChunk)
    assert event.data == b"12"


def test_errors_win_over_the_end_and_over_audio() -> None:
    fields = {"error": "no", "done": True, "context_id": "c", **chunk()}
    (frame,) = typed(json.dumps(fields).encode())
    event = decode(frame)
    assert isinstance(event, APIStatusError)
    assert (event.message, event.title, event.context_id) == ("no", str(fields), "c")


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{",
        b"[1]",
        b"5",
        b'{"data":5}',
        b'{"data":"?"}',
        b'{"done":1}',
        b'{"context_id":5,"data":""}',
        b'{"data":' + b"[" * 5000,
    ],
)
def test_what_is_malformed_is_refused(frame: bytes) -> None:
    (same,) = typed(frame)
    with pytest.raises(RemoteProtocolError):
        raise decode(same)  # type: ignore[misc]


@given(data=st.binary(max_size=60))
def test_any_bytes_are_translated(data: bytes) -> None:
    """Into nothing, or into what today's codec takes or refuses in its own way."""
    for frame in typed(data):
        with suppress(RemoteProtocolError):
            assert decode(frame) is not None


def test_what_says_whether_it_is_the_last() -> None:
    assert [promises_end(json.dumps(frame).encode()) for frame in ({"done": False}, DONE)] == [
        True
    ] * 2
    assert [promises_end(text) for text in (b"{}", b"{", b'{"done":null}')] == [False] * 3


# --- requests


def validator(name: str) -> Any:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **DOCUMENT})


BODY = speech_body(
    transcript="Hello.",
    voice=VOICE,
    model_id="upbeat-moon",
    duration=1.5,
    chunk_time=0.1,
    output_format="pcm_16000",
)


def sent(message: bytes, *, interrupts: bool = True) -> Any:
    frame = untyped(message, interrupts=interrupts)
    return None if frame is None else json.loads(frame)


@pytest.mark.parametrize("interrupts", [True, False])
def test_requests_obey_the_document(interrupts: bool) -> None:
    encoder = RequestEncoder("c", {"data": BODY})
    frame = sent(encoder.generate("Hello.", more=interrupts), interrupts=interrupts)
    validator("GenerationFrame").validate(frame)
    assert frame == {"data": BODY, "context_id": "c"}
    assert BODY.keys() <= SCHEMAS["SpeechRequest"]["properties"].keys()


def test_cancels_and_acknowledgements_obey_the_document() -> None:
    encoder = RequestEncoder("c", {"data": BODY})
    cancel, taken = encoder.cancel(), encoder.generate("", more=True, flush=True)
    assert sent(cancel) == {"context_id": "c", "action": "cancel"}
    validator("CancelFrame").validate(sent(cancel))
    assert sent(taken) == {"context_id": "c"}
    validator("AcknowledgementFrame").validate(sent(taken))
    assert sent(cancel, interrupts=False) is sent(taken, interrupts=False) is None


def documents(name: str) -> st.SearchStrategy[Frame]:
    """What a schema of the document allows."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(1, 96000),
        "number": st.floats(0, 9, allow_nan=False),
        "null": st.none(),
        "string": st.text(max_size=5),
    }
    members: dict[str, Any] = {}
    for field, schema in SCHEMAS[name]["properties"].items():
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        members[field] = st.one_of([kinds[kind] for kind in types])
        if schema.get("contentEncoding"):
            members[field] = st.binary(max_size=9).map(lambda data: b64encode(data).decode())
    required = {field: members.pop(field) for field in SCHEMAS[name]["required"]}
    return st.fixed_dictionaries(required, optional=members)


@pytest.mark.parametrize("name", SERVER_FRAMES)
@given(data=st.data())
def test_whatever_the_document_allows_is_read(name: str, data: st.DataObject) -> None:
    document = data.draw(documents(name))
    validator(name).validate(document)
    events = [decode(frame) for frame in typed(json.dumps(document).encode())]
    if "error" in document:
        (error,) = events
        assert isinstance(error, APIStatusError)
        return
    kinds = [type(event) for event in events]
    assert kinds == [AudioChunk] * ("data" in document) + [Done] * bool(document.get("done"))
