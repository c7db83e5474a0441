"""Faults of frames: frames in, actions for the connection out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.faults import Fault
from cartesia_emulator.wire.mangle import (
    Abort,
    Action,
    Close,
    Fragments,
    Half,
    Mangler,
    Pause,
    Send,
    Stop,
    encode_json,
    plain_error,
    untyped,
)

AUDIO = st.lists(st.binary(max_size=9), max_size=6)
ENDS = (Half, Abort, Close, Stop)


def chunk(data: bytes) -> dict[str, object]:
    return {"type": "chunk", "context_id": "c", "data": base64.b64encode(data).decode()}


DONE: dict[str, object] = {"type": "done", "context_id": "c", "done": True}


def actions(*faults: Fault, chunks: list[bytes] | None = None, **options: Any) -> list[Action]:
    """What a stream of some chunks (three, if they are not given) becomes; up to its end."""
    mangler = Mangler(faults, **options)
    found: list[Action] = []
    pieces = [b"12", b"34", b"56"] if chunks is None else chunks
    for frame, audio in [*((chunk(data), data) for data in pieces), (DONE, None)]:
        for action in mangler.frame(frame, audio):
            found.append(action)
            if isinstance(action, ENDS):
                return found
    return found


def documents(found: list[Action]) -> list[dict[str, Any]]:
    return [json.loads(action.payload) for action in found if isinstance(action, Send | Fragments)]


def heard(found: list[Action]) -> bytes:
    frames = [frame for frame in documents(found) if frame["type"] == "chunk"]
    return b"".join(base64.b64decode(frame["data"]) for frame in frames)


@given(AUDIO)
def test_without_faults_frames_pass_as_they_are(chunks: list[bytes]) -> None:
    found = actions(chunks=chunks)
    assert documents(found) == [*map(chunk, chunks), DONE]
    assert [action.event for action in found if isinstance(action, Send)] == [
        *["chunk"] * len(chunks),
        "done",
    ]


@given(AUDIO)
def test_split_samples_are_the_same_bytes(chunks: list[bytes]) -> None:
    found = actions(Fault(name="split-sample"), chunks=chunks)
    assert heard(found) == b"".join(chunks)
    assert documents(found)[-1] == DONE
    body = Mangler([Fault(name="split-sample")])
    sent = [action for data in chunks for action in body.body(data)] + list(body.body_end())
    assert b"".join(action.payload for action in sent if isinstance(action, Send)) == b"".join(
        chunks
    )


@given(st.integers(0, 5), AUDIO)
def test_an_end_comes_after_as_many_frames_or_at_the_last(after: int, chunks: list[bytes]) -> None:
    *sent, last = actions(Fault(name="drop", after=after), chunks=chunks)
    assert documents(sent) == [chunk(data) for data in chunks[:after]]
    assert last == Abort()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(name="drop"), Abort()),
        (Fault(name="truncate"), Close(None)),
        (Fault(name="close"), Close(1011)),
        (Fault(name="close", value="4000"), Close(4000)),
        (Fault(name="close", value="none"), Close(None)),
        (
            Fault(name="half-frame"),
            Half(encode_json(chunk(b"12"), []), "chunk"),
        ),
        (Fault(name="stall", value="2"), Pause(2.0)),
        (Fault(name="stall"), Pause(None)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_an_interruption(fault: Fault, expected: Action) -> None:
    found = actions(fault)
    assert found[0] == expected
    assert sum(action == expected for action in found) == 1


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("unknown-type", ["aurora", "chunk", "chunk", "chunk", "done"]),
        ("stale-context", ["chunk", "chunk", "chunk", "chunk", "done"]),
        ("no-done", ["chunk", "chunk", "chunk"]),
        ("done-twice", ["chunk", "chunk", "chunk", "done", "done"]),
        ("late-frames-after-done", ["chunk", "chunk", "chunk", "done", "chunk"]),
        ("error", ["error"]),
        ("error-without-context", ["error"]),
    ],
)
def test_frames_that_come_or_stay_away(name: str, kinds: list[str]) -> None:
    found = actions(Fault(name=name))
    frames = documents(found)
    assert [frame["type"] for frame in frames] == kinds
    if name.startswith("error"):
        assert found[-1] == Stop()
        assert frames[0].get("context_id") == (None if "without" in name else "c")
        assert frames[0]["status_code"] == 500
    if name == "stale-context":
        assert frames[0]["context_id"] == "stale-context"


@pytest.mark.parametrize("after", [0, 2, 3, 9])
@pytest.mark.parametrize("name", ["unknown-type", "bad-utf8", "bad-json", "bad-base64"])
def test_a_fault_of_one_moment_happens_once(name: str, after: int) -> None:
    plain = [action.payload for action in actions() if isinstance(action, Send)]
    found = [
        action.payload
        for action in actions(Fault(name=name, after=after))
        if isinstance(action, Send)
    ]
    if name == "unknown-type":  # a short stream meets it at its last frame
        place = min(after, 3)
        assert found[:place] + found[place + 1 :] == plain
        return
    changed = [at for at, (one, other) in enumerate(zip(plain, found, strict=True)) if one != other]
    most = 2 if name == "bad-base64" else 3  # only a chunk has audio
    assert changed == ([after] if after <= most else [])


def test_a_chunk_without_its_audio() -> None:
    first, *rest = documents(actions(Fault(name="missing-data")))
    assert "data" not in first
    assert rest == documents(actions())[1:]
    size = Fault(name="oversize-frame", value="3000")
    assert base64.b64decode(documents(actions(size))[0]["data"]) == bytes(3000)


def test_fragments_and_silence_are_of_the_whole_stream() -> None:
    assert all(isinstance(action, Fragments) for action in actions(Fault(name="fragment")))
    assert Mangler([Fault(name="empty-audio")]).silences()
    assert not Mangler().silences()


def test_a_frame_may_be_translated_or_dropped() -> None:
    found = actions(translate=untyped)
    assert all("type" not in frame for frame in documents(found))
    none = actions(translate=lambda frame: None)
    assert none == []
    fault = Fault(name="half-frame")
    assert actions(fault, translate=lambda frame: None) == [Close(None)]


def test_a_stream_without_a_last_frame_has_its_faults_at_its_end() -> None:
    mangler = Mangler([Fault(name="unknown-type", after=9), Fault(name="drop", after=9)])
    extra, end = mangler.stream_end({"type": "chunk", "context_id": "c"})
    assert isinstance(extra, Send)
    assert end == Abort()


# --- JSON


OBJECTS = st.dictionaries(
    st.text(max_size=4), st.none() | st.integers(-9, 9) | st.text("a/\né", max_size=5), max_size=5
)


@settings(max_examples=20)
@given(OBJECTS)
def test_json_in_another_order_is_the_same_json(value: dict[str, object]) -> None:
    text = encode_json(value, [Fault(name="reordered-json")])
    assert json.loads(text) == value
    assert list(json.loads(text)) == list(value)[::-1]
    assert b"\n" not in text


@settings(max_examples=20)
@given(OBJECTS)
def test_extra_fields_change_no_other(value: dict[str, object]) -> None:
    value = {f"x{name}": item for name, item in value.items()}
    found = json.loads(encode_json(value, [Fault(name="extra-fields")]))
    assert {name: found[name] for name in value} == value
    assert len(found) == len(value) + 2


def test_a_list_has_no_fields() -> None:
    faults = [Fault(name="extra-fields"), Fault(name="reordered-json")]
    assert encode_json([1, 2], faults) == b"[1,2]"


def test_an_error_of_older_versions_is_a_text() -> None:
    frame: dict[str, object] = {"type": "error", "title": "Bad", "message": "why", "done": True}
    assert plain_error(frame | {"request_id": "r", "context_id": "c"}) == {
        "type": "error",
        "done": True,
        "context_id": "c",
        "error": "Bad: why",
    }
    assert plain_error(DONE) is DONE
    assert untyped(frame) is frame
