"""Options of a listener become the query of its handshake, or an error that names them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError, ListenFormat
from cartesia_stream._protocol.listen_fields import (
    END_TIMEOUT_MS,
    MAX_KEYTERM_LETTERS,
    MAX_KEYTERMS,
    THRESHOLDS,
    check_pace,
    listen_query,
    turn_settings,
)

from .test_wire_schemas import SCHEMAS

SETTINGS = {
    "start_threshold": 0.7,
    "eager_end_threshold": 0.5,
    "end_threshold": 0.1,
    "end_timeout_ms": 700,
}
NO_NUMBERS = [math.nan, math.inf, -math.inf, 10**400, -(10**400), True, "0.5", [0.5], b"1"]
thresholds = st.fixed_dictionaries(
    {name: st.none() | st.floats(low, high) for name, (low, high, _) in THRESHOLDS.items()}
)


def short(value: object) -> str:
    return repr(value)[:12]


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


@given(thresholds, st.none() | st.integers(*END_TIMEOUT_MS))
def test_settings_hold_if_the_thresholds_decrease(
    given: dict[str, float | None], timeout: int | None
) -> None:
    """The service's own value stands for one that is not given."""
    start, eager, end = (
        default if (value := given[name]) is None else value
        for name, (_, _, default) in THRESHOLDS.items()
    )
    settings = given | {"end_timeout_ms": timeout}
    if start > eager > end:
        known = {name: value for name, value in settings.items() if value is not None}
        assert turn_settings(settings) == known
    else:
        with pytest.raises(ConfigurationError, match="must be above") as caught:
            turn_settings(settings)
        assert given[str(caught.value.option)] is not None


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [*((name, low, high) for name, (low, high, _) in THRESHOLDS.items())],
)
def test_each_threshold_has_its_range(name: str, low: float, high: float) -> None:
    for place, right in enumerate((low, high)):
        settings = {each: limits[place] for each, limits in THRESHOLDS.items()}
        assert turn_settings(settings)[name] == right
    for wrong in (math.nextafter(low, 0), math.nextafter(high, 1), *NO_NUMBERS):
        with pytest.raises(ConfigurationError, match=f"^{name} is ") as caught:
            turn_settings({name: wrong})
        assert caught.value.option == name


@pytest.mark.parametrize("value", [639, 11201, 700.0, True, *NO_NUMBERS], ids=short)
def test_the_longest_silence_is_a_whole_number_of_milliseconds(value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"allowed: whole numbers from 640 to 11200$"):
        turn_settings({"end_timeout_ms": value})


@given(st.floats(0.5, 0.9), st.integers(*END_TIMEOUT_MS))
def test_the_query_has_every_digit_of_a_setting(start: float, timeout: int) -> None:
    """Or two thresholds that differ would be equal at the service."""
    found = query(settings={"start_threshold": start, "end_timeout_ms": timeout})
    assert float(found["turn_start_threshold"]) == start
    assert found["turn_end_timeout_ms"] == str(timeout)


@given(st.floats(0, 1), st.floats(0, 1e6))
def test_the_query_has_every_digit_of_an_option(volume: float, silence: float) -> None:
    options = {"min_volume": volume, "max_silence_duration_secs": silence}
    found = query(model="ink-whisper", keyterms=[], **options)
    assert {name: float(found[name]) for name in options} == options


def test_the_query_of_a_plain_listener() -> None:
    fmt = ListenFormat("pcm_mulaw", 8000)
    found = listen_query(fmt, model="ink-2", keyterms=("Rosalind", "Xi"), language="en")
    assert found == (
        ("model", "ink-2"),
        ("encoding", "pcm_mulaw"),
        ("sample_rate", "8000"),
        ("language", "en"),
        ("keyterm", "Rosalind"),
        ("keyterm", "Xi"),
    )


@pytest.mark.parametrize(
    ("option", "options", "message"),
    [
        ("model", {"model": ""}, "must be the id of a model"),
        ("model", {"model": " "}, "must be the id of a model"),
        ("model", {"model": 2}, "must be the id of a model"),
        ("model", {"model": "ink-whisper", "settings": {}}, "does not find turns"),
        ("language", {"language": "fr"}, "understands only en"),
        ("language", {"language": ""}, "must be a code"),
        ("language", {"language": 1}, "must be a code"),
        ("min_volume", {"min_volume": 0.5}, "only with ink-whisper"),
        ("min_volume", {"min_volume": 1.5}, "allowed: 0 to 1$"),
        ("max_silence_duration_secs", {"max_silence_duration_secs": 1}, "only with ink-whisper"),
        ("max_silence_duration_secs", {"max_silence_duration_secs": -1}, "allowed: 0 or more$"),
        ("keyterms", {"model": "ink-whisper"}, "only with ink-2"),
        ("keyterms", {"keyterms": "Rosalind"}, "must be a list"),
        ("keyterms", {"keyterms": {"Rosalind"}}, "must be a list"),
        ("keyterms", {"keyterms": None}, "must be a list"),
        ("keyterms", {"keyterms": ["Rosalind", " "]}, "not blank"),
        ("keyterms", {"keyterms": ["Rosalind", 1]}, "not blank"),
        ("keyterms", {"keyterms": ["a"] * (MAX_KEYTERMS + 1)}, "these are 101 with 101"),
        ("keyterms", {"keyterms": ["a" * MAX_KEYTERM_LETTERS, "b"]}, "these are 2 with 1201"),
    ],
)
def test_an_option_that_cannot_be_sent_is_named(
    option: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        query(**options)
    assert caught.value.option == option


@pytest.mark.parametrize("name", ["min_volume", "max_silence_duration_secs"])
@pytest.mark.parametrize("value", NO_NUMBERS, ids=short)
def test_an_option_that_is_no_number_is_named(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is ") as caught:
        query(model="ink-whisper", keyterms=[], **{name: value})
    assert caught.value.option == name


def test_the_most_keyterms() -> None:
    terms = [f"{number:012}" for number in range(MAX_KEYTERMS)]
    assert sum(map(len, terms)) == MAX_KEYTERM_LETTERS
    found = listen_query(ListenFormat(), model="ink-2", keyterms=terms)
    assert [value for name, value in found if name == "keyterm"] == terms


@given(st.floats(0, exclude_min=True, allow_infinity=False) | st.integers(1, 10**300))
def test_a_pace_is_any_number_above_0_or_none(value: float) -> None:
    check_pace(value, value)
    check_pace(None, value)


@pytest.mark.parametrize("value", [0, 0.0, -1, *NO_NUMBERS], ids=short)
@pytest.mark.parametrize("option", ["pace", "max_lag"])
def test_a_pace_of_another_kind_is_named(option: str, value: object) -> None:
    given = {"pace": None, "max_lag": 1.0, option: value}
    match = rf"^{option} is .*give a number above 0$"
    with pytest.raises(ConfigurationError, match=match) as caught:
        check_pace(given["pace"], given["max_lag"])
    assert caught.value.option == option


def test_a_lag_is_required() -> None:
    with pytest.raises(ConfigurationError, match=r"^max_lag is None"):
        check_pace(None, None)
