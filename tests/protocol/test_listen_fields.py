"""Options of a listener become the query of its handshake, or an error that names them."""

from __future__ import annotations

from typing import Any

from cartesia_stream import ListenFormat
from cartesia_stream._protocol.listen_fields import THRESHOLDS, listen_query, turn_settings

from .test_wire_schemas import SCHEMAS

SETTINGS = {
    "start_threshold": 0.7,
    "eager_end_threshold": 0.5,
    "end_threshold": 0.1,
    "end_timeout_ms": 700,
}


def query(**options: Any) -> dict[str, str]:
    return dict(listen_query(ListenFormat(), **{"model": "ink-2", "keyterms": ["a"]} | options))


def test_the_query_of_turns_is_that_of_the_spec() -> None:
    names = set(query(settings=turn_settings(SETTINGS)))
    assert names == set(SCHEMAS["SttTurnsWebsocketQuery"]["properties"])


def test_the_query_of_dictation_is_that_of_the_spec() -> None:
    whisper = {"model": "ink-whisper", "language": "fr", "keyterms": []}
    found = set(query()) | set(query(**whisper, min_volume=0.5, max_silence_duration_secs=1))
    assert found == set(SCHEMAS["SttWebsocketQuery"]["properties"])


def test_limits_are_those_of_the_spec() -> None:
    properties = SCHEMAS["SttTurnConfig"]["properties"]
    for name, (low, high, default) in THRESHOLDS.items():
        assert (properties[name]["minimum"], properties[name]["maximum"]) == (low, high)
        assert f"uses {default} when" in " ".join(properties[name]["description"].split())
