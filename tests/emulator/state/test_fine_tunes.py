"""Training takes two steps, one for each request or each second."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator.state.fine_tunes import STEP_S, FineTune

BEGUN = 1000.0
TUNE = FineTune(
    id="ft_1",
    name="Mine",
    description="",
    language="en",
    model_id="sonic-3-2026-01-12",
    dataset="d",
    accent="british",
    clips=(b"RIFF",),
    begun=BEGUN,
)


def after(seconds: float, steps: int = 0, **changes: object) -> FineTune:
    begun = time.monotonic() - seconds
    return msgspec.structs.replace(TUNE, begun=begun, steps=steps, **changes)


@pytest.mark.parametrize(
    ("steps", "seconds", "status", "due"),
    [
        (0, 0, "created", False),
        (1, 0, "training", False),
        (2, 0, "training", True),
        (0, STEP_S + 0.5, "training", False),
        (0, 2 * STEP_S + 0.5, "training", True),
        (9, 0, "training", True),
    ],
)
def test_each_step_has_its_status(steps: int, seconds: float, status: str, due: bool) -> None:
    tune = after(seconds, steps)
    assert tune.public()["status"] == status
    assert tune.is_due() is due


@given(st.integers(0, 4), st.floats(0, 100))
def test_a_client_that_only_waits_is_as_far_as_one_that_asks(steps: int, seconds: float) -> None:
    assert after(seconds, steps).is_due() or (steps < 2 and seconds < 2 * STEP_S)


@pytest.mark.parametrize("ended", ["completed", "failed"])
def test_an_end_stays(ended: str) -> None:
    assert after(0, ended=ended).public()["status"] == ended


def test_the_api_shows_no_recordings() -> None:
    shown = after(0).public()
    assert set(shown) == {
        *("id", "name", "description", "language", "model_id", "dataset", "accent", "status")
    }
