"""What both faces do before a listener connects."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cartesia_stream import ConfigurationError, ListenFormat, Timeouts
from cartesia_stream._http import listening
from cartesia_stream._http.config import Config
from cartesia_stream._http.listening import check_pace, listen_handshake
from cartesia_stream._http.sources import Source
from cartesia_stream._protocol.books import DictationBook

FORMAT = ListenFormat("pcm_s16le", 8000)


@pytest.mark.parametrize(("pace", "max_lag"), [(None, 1), (1, 0.5), (2.5, 10**6)])
def test_a_pace_is_any_number_above_0_or_none(pace: object, max_lag: object) -> None:
    check_pace(pace, max_lag)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 10**400, True, "1"], ids=str)
@pytest.mark.parametrize("option", ["pace", "max_lag"])
def test_a_pace_of_another_kind_is_named(option: str, value: object) -> None:
    given = {"pace": None, "max_lag": 1.0, option: value}
    with pytest.raises(ConfigurationError, match=f"^{option} is ") as caught:
        check_pace(given["pace"], given["max_lag"])
    assert caught.value.option == option


def test_a_lag_is_required() -> None:
    with pytest.raises(ConfigurationError, match=r"^max_lag is None"):
        check_pace(None, None)


@pytest.mark.parametrize("live", [True, False])
def test_a_listener_has_the_format_of_its_source_and_the_bounds_of_the_client(
    monkeypatch: pytest.MonkeyPatch, live: bool
) -> None:
    monkeypatch.setattr(listening, "Listener", lambda *given, **named: (given, named))
    config = Config(
        api_key="sk_car_planted",
        token=None,
        base_url="http://localhost",
        api_version="2026-08-14",
        timeouts=Timeouts(connect=3.0),
        headers=None,
        max_buffer_bytes=77,
        environ={},
        observers=(),
    )
    book, source = DictationBook(), Source(None, FORMAT, live=live)
    own: dict[str, Any] = {"pace": 2.0, "max_lag": 30.0, "max_restarts": 3, "settings": {}}
    made: object = listening.new_listener(book, source, config, **own, now=5.0)
    bounds = {"timeouts": config.timeouts, "max_buffer_bytes": 77}
    assert made == ((book, FORMAT), own | bounds | {"live": live, "now": 5.0})


def test_a_handshake_is_a_get_that_may_be_repeated() -> None:
    request = listen_handshake("stt_websocket", "/stt/websocket", (("model", "ink-2"),))
    assert (request.method, request.path, request.idempotent) == ("GET", "/stt/websocket", True)
    assert request.params == (("model", "ink-2"),)
    assert request.operation == "stt_websocket"
