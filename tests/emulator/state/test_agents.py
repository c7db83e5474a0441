"""Agents with what belongs to them, as the API shows it, and what a metric measures."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator.state.agents import (
    AgentCall,
    Metric,
    PhoneNumber,
    TelephonyParams,
    Turn,
    measure,
)

NOW = datetime(2026, 8, 14, tzinfo=UTC)


def call(*texts: str | None, ident: str = "call_1") -> AgentCall:
    turns = tuple(
        Turn(role="user", start_timestamp=0.0, end_timestamp=1.0, text=text) for text in texts
    )
    return AgentCall(
        id=ident,
        agent_id="agent_1",
        deployment_id="ad_1",
        status="completed",
        start_time=NOW,
        transcript=turns,
    )


def metric(prompt: str) -> Metric:
    return Metric(id="metric_1", name="m", display_name=None, prompt=prompt, created_at=NOW)


@pytest.mark.parametrize(
    ("prompt", "texts", "value", "result"),
    [
        ("please thank you", ["Please, a table.", "THANK you!"], 1.0, "100%"),
        ("please thank you", ["please please"], 0.3333, "33%"),
        ("please please", ["please"], 1.0, "100%"),
        ("thank", ["thanks"], 0.0, "0%"),
        ("please", [None], 0.0, "0%"),
        ("please", [], 0.0, "0%"),
        ("", ["please"], 0.0, "0%"),
        ("?!", ["please"], 0.0, "0%"),
    ],
)
def test_a_metric_is_the_share_of_its_words_that_were_said(
    prompt: str, texts: list[str | None], value: float, result: str
) -> None:
    found = measure(metric(prompt), call(*texts), NOW)
    assert (found.value, found.result) == (value, result)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_share_is_a_share(prompt: str, text: str) -> None:
    assert 0 <= measure(metric(prompt), call(text), NOW).value <= 1
    assert measure(metric(prompt), call(prompt), NOW).value in (0, 1)


def test_a_result_is_the_same_whenever_it_is_measured_again() -> None:
    one, again = (measure(metric("please"), call("please"), NOW) for _ in range(2))
    other = measure(metric("please"), call("please", ident="call_2"), NOW)
    assert one == again
    assert other.id != one.id
    assert other.run_id != one.run_id


def test_the_api_shows_a_result_in_camel_case() -> None:
    shown = measure(metric("please"), call("please"), NOW).public()
    assert shown["callId"] == "call_1"
    assert shown["metricName"] == "m"
    assert shown["jsonResult"] == {"value": 1.0}
    assert shown["id"]
    assert not any("_" in name for name in shown)


def test_the_api_shows_a_transcript_where_it_is_wanted() -> None:
    shown = call("Hi.")
    assert "transcript" not in shown.public(transcript=False)
    assert shown.public(transcript=True)["transcript"] == shown.transcript


def test_the_api_shows_no_id_of_a_number() -> None:
    number = PhoneNumber(
        id="pn_1",
        agent_id="agent_1",
        number="+1202",
        is_cartesia_managed=True,
        created_at=NOW,
        updated_at=NOW,
    )
    assert "id" not in number.public()
    assert number.public()["number"] == "+1202"


def test_who_called_whom_has_the_words_of_the_api() -> None:
    params = msgspec.to_builtins(TelephonyParams(from_="+1", to="+2"))
    assert params == {"from": "+1", "to": "+2"}


def test_a_turn_leaves_out_what_it_has_not() -> None:
    turn = Turn(role="user", start_timestamp=0.0, end_timestamp=1.0, text="Hi.")
    assert set(msgspec.to_builtins(turn)) == {"role", "start_timestamp", "end_timestamp", "text"}
