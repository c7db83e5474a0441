"""The codec of the listening sockets and the schemas in spec/cartesia.yaml cannot drift apart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import FinalTranscript, ListenFormat, Timeouts, UnknownEvent
from cartesia_stream._protocol.books import _KNOWN, TURNS, DictationBook, TurnBook
from cartesia_stream._protocol.listen_fields import turn_settings
from cartesia_stream._protocol.listener import Listener

from .test_wire_schemas import SCHEMAS, instances, validator

FRAMES = sorted(
    name
    for name, schema in SCHEMAS.items()
    if str(schema.get("x-wire")).startswith("stt-") and "server" in schema["x-wire"]
)
SETTINGS = {
    "start_threshold": 0.7,
    "eager_end_threshold": 0.5,
    "end_threshold": 0.1,
    "end_timeout_ms": 700,
}


def test_every_frame_of_the_spec_is_known() -> None:
    kinds = {SCHEMAS[name]["properties"]["type"]["const"] for name in FRAMES}
    turns = {kind for _, kind in TURNS}
    assert kinds == turns | {"connected", "transcript", "flush_done", "done", "error"}
    for name in FRAMES:
        if not name.endswith("ErrorFrame"):
            assert set(SCHEMAS[name]["properties"]) <= _KNOWN


@pytest.mark.parametrize(
    "name", [name for name in FRAMES if "Turn" in name or "Transcript" in name]
)
@given(data=st.data())
def test_documents_of_the_spec_are_accepted(name: str, data: st.DataObject) -> None:
    """Whatever the schema of a frame allows becomes events, and nothing in it is lost."""
    document = data.draw(instances(SCHEMAS[name]))
    validator(name).validate(document)
    book = TurnBook() if "Turn" in name else DictationBook()
    book.receive(document, origin=0.0, at=1e9)
    assert not any(isinstance(event, UnknownEvent) for event in book.events)
    texts = [event.text for event in book.events if isinstance(event, FinalTranscript)]
    if document.get("is_final") and document["text"].strip():
        assert texts == [document["text"]]


def test_commands_obey_the_spec() -> None:
    listener = Listener(
        TurnBook(),
        ListenFormat(),
        timeouts=Timeouts(),
        pace=None,
        live=True,
        max_lag=1,
        max_restarts=0,
        max_buffer_bytes=1000,
        settings={},
        now=0.0,
    )
    listener.opened(0.0)
    listener.configure(turn_settings(SETTINGS))
    listener.finish()
    config, close = (listener.message(0.0) for _ in range(2))
    assert config is not None
    assert close is not None
    validator("SttConfigFrame").validate(json.loads(config.data))
    assert set(json.loads(config.data)["turn"]) == set(SCHEMAS["SttTurnConfig"]["properties"])
    validator("SttCloseFrame").validate(json.loads(close.data))
