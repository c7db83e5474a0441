"""Where a clip holds speech."""

import numpy as np
import pytest

from cartesia_emulator.hearing.moonshine import speech_spans


def test_speech_spans_bridge_short_pauses_and_drop_clicks() -> None:
    rng = np.random.default_rng(0)
    clip = rng.normal(0, 1e-4, 16_000 * 5).astype(np.float32)
    for start, end in ((0.5, 1.0), (1.2, 1.8), (3.0, 3.1), (4.0, 4.6)):
        clip[int(start * 16_000) : int(end * 16_000)] += 0.3
    spans = [(a / 16_000, b / 16_000) for a, b in speech_spans(clip)]
    assert len(spans) == 2
    assert spans[0] == pytest.approx((0.34, 1.96), abs=0.05)
    assert spans[1] == pytest.approx((3.84, 4.76), abs=0.05)


def test_speech_spans_are_at_most_fifteen_seconds_and_margins() -> None:
    time = np.arange(16_000 * 40) / 16_000
    clip = (np.sin(2000 * time) * (0.55 + 0.45 * np.sin(time * 25))).astype(np.float32)
    spans = speech_spans(clip)
    assert len(spans) >= 3
    assert all(0 < b - a <= 16_000 * 15.4 for a, b in spans)
    assert spans[-1][1] == len(clip)


@pytest.mark.parametrize("level", [0.0, 0.001, 0.1])
def test_steady_noise_holds_no_speech(level: float) -> None:
    assert speech_spans(np.random.default_rng(0).normal(0, level, 48_000).astype(np.float32)) == []
    assert speech_spans(np.zeros(5, np.float32)) == []
