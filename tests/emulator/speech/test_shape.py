"""Pitch and colour of voices, measured and changed."""

import numpy as np
import pytest

from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.speech.shape import measure, shape_f0, shape_log, track_f0


@pytest.mark.parametrize("hertz", [75, 110, 200, 330])
@pytest.mark.parametrize("rate", [8_000, 24_000, 44_100])
def test_pitch_is_tracked(hertz: int, rate: int) -> None:
    time = np.arange(rate) / rate
    pulses = sum(np.cos(2 * np.pi * hertz * k * time) / k for k in range(1, 9))
    f0 = track_f0((0.2 * np.asarray(pulses)).astype(np.float32), rate)
    assert np.mean(f0 > 0) > 0.9
    assert np.median(f0[f0 > 0]) == pytest.approx(hertz, rel=0.01)


def test_silence_measures_as_no_voice() -> None:
    for clip in (np.zeros(0, np.float32), np.zeros(24_000, np.float32)):
        assert measure(clip, 24_000).f0 == 0.0


def test_shaping_moves_pitch_spread_and_spectrum() -> None:
    f0 = np.array([0, 100, 200, 400], np.float32)
    assert shape_f0(f0, VoiceShape(pitch=0.5)).tolist() == pytest.approx([0, 50, 100, 200])
    assert shape_f0(f0, VoiceShape(range=0.0001)).tolist() == pytest.approx(
        [0, 200, 200, 200], abs=0.1
    )
    log = np.zeros((601, 2), np.float32)
    log[300] = 1
    assert shape_log(log, VoiceShape(formant=0.5))[:, 0].argmax() == 150
    assert shape_log(log, VoiceShape(eq=(0.0, 1.0)))[[0, 600], 0].tolist() == [0.0, 1.0]
