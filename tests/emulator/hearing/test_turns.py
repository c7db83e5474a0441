"""Turns of a speaker, flag by flag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator.hearing.turns import LIMITS, Moment, Turns, TurnSettings
from cartesia_emulator.hearing.voice import FRAME_S

FLAGS = st.lists(st.tuples(st.booleans(), st.integers(1, 80)), max_size=12)
AFTER: dict[str, set[Moment]] = {
    "idle": {"start"},
    "start": {"eager_end", "end"},
    "eager_end": {"resume", "end"},
    "resume": {"eager_end", "end"},
}


def told(turns: Turns, *stretches: tuple[bool, int]) -> list[tuple[Moment, float]]:
    """What happens, and when, in seconds."""
    found: list[tuple[Moment, float]] = []
    at = 0
    for voiced, count in stretches:
        for _ in range(count):
            at += 1
            found += [(moment, at * FRAME_S) for moment in turns.feed(voiced)]
    return found


@given(FLAGS)
def test_moments_come_in_the_order_that_the_service_promises(flags: list[tuple[bool, int]]) -> None:
    turns, state = Turns(TurnSettings()), "idle"
    for moment, _ in told(turns, *flags):
        assert moment in AFTER[state]
        state = "idle" if moment == "end" else moment
    assert turns.speaking is (state != "idle")
    assert turns.eager is (state == "eager_end")


def test_a_turn_from_start_to_end() -> None:
    found = told(Turns(TurnSettings()), (True, 50), (False, 50))
    assert [moment for moment, _ in found] == ["start", "eager_end", "end"]
    times = [at for _, at in found]
    assert 0.1 <= times[0] <= 0.14  # 0.07 s times ln 5
    assert times[1] - 1.0 == pytest.approx(0.42, abs=0.03)  # 0.45 s times ln 2.5
    assert times[2] - 1.0 == pytest.approx(0.73, abs=0.03)  # 0.45 s times ln 5


def test_a_speaker_who_goes_on_resumes() -> None:
    found = told(Turns(TurnSettings()), (True, 50), (False, 25), (True, 20), (False, 50))
    kinds = [moment for moment, _ in found]
    assert kinds == ["start", "eager_end", "resume", "eager_end", "end"]


@pytest.mark.parametrize(
    ("name", "low", "high", "moment"),
    [
        ("start_threshold", 0.5, 0.9, "start"),
        ("eager_end_threshold", 0.3, 0.6, "eager_end"),
        ("end_threshold", 0.05, 0.25, "end"),
    ],
)
def test_each_threshold_moves_its_moment(name: str, low: float, high: float, moment: str) -> None:
    def at(value: float) -> float:
        turns = Turns(TurnSettings(**{name: value}))
        return dict(told(turns, (True, 50), (False, 100)))[moment]  # type: ignore[index]

    sooner, later = (low, high) if name == "start_threshold" else (high, low)
    assert at(sooner) < at(later)


def test_the_longest_silence_ends_a_turn() -> None:
    settings = TurnSettings(end_threshold=0.05, end_timeout_ms=640)
    assert settings.problem() is None
    found = told(Turns(settings), (True, 50), (False, 100))
    moment, at = found[-1]
    assert moment == "end"
    assert at == pytest.approx(1.64)


def test_stopping_ends_a_turn_without_a_moment() -> None:
    turns = Turns(TurnSettings())
    told(turns, (True, 50))
    turns.stop()
    assert not turns.speaking
    assert [moment for moment, _ in told(turns, (True, 1))] == ["start"]


@pytest.mark.parametrize("name", LIMITS)
def test_a_setting_out_of_its_range_is_named(name: str) -> None:
    low, high = LIMITS[name]
    for value in (low - 0.001, high + 0.001):
        problem = TurnSettings(**{name: value}).problem()
        assert problem is not None
        assert problem.startswith(f"{name}: {value} is not between {low} and {high}")


@pytest.mark.parametrize(
    "settings",
    [
        {"start_threshold": 0.5, "eager_end_threshold": 0.5},
        {"eager_end_threshold": 0.3, "end_threshold": 0.3},
    ],
)
def test_thresholds_decrease(settings: dict[str, float]) -> None:
    assert TurnSettings().problem() is None
    problem = TurnSettings(**settings).problem()
    assert problem == "start_threshold > eager_end_threshold > end_threshold is required."
