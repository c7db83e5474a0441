"""Resampling, against a sine that is computed at the other rate."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from cartesia_emulator.audio.rates import StreamResampler, resample

Samples = NDArray[np.float32]
PAIRS = [(24_000, rate) for rate in (8_000, 11_025, 16_000, 22_050, 44_100, 48_000)] + [
    *[(8_000, 24_000), (44_100, 16_000), (48_000, 8_000), (192_000, 16_000), (1_000, 8_000)]
]
every_pair = pytest.mark.parametrize(("source_rate", "rate"), PAIRS)


def sine(hertz: float, rate: int, seconds: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype("f4")


def decibels(signal: Samples) -> float:
    """The power of the middle, away from the edges."""
    return float(10 * np.log10(np.square(signal[len(signal) // 4 : -len(signal) // 4]).mean()))


@every_pair
def test_a_sound_stays_the_same(source_rate: int, rate: int) -> None:
    hertz = min(source_rate, rate) / 3
    error = resample(sine(hertz, source_rate), source_rate, rate) - sine(hertz, rate)
    assert decibels(error) < -60


@pytest.mark.parametrize(("source_rate", "rate"), [p for p in PAIRS if p[0] > p[1]])
def test_a_sound_above_what_the_rate_carries_is_gone(source_rate: int, rate: int) -> None:
    """It does not fold back into the audible."""
    assert decibels(resample(sine(rate * 0.55, source_rate), source_rate, rate)) < -75


@every_pair
@pytest.mark.parametrize("count", [1, 7, 100, 12_345])
def test_pieces_give_what_the_whole_gives(source_rate: int, rate: int, count: int) -> None:
    chance = random.Random(0)
    pcm = sine(440, 48_000, 1.0)[:count]
    stream, pieces, at = StreamResampler(source_rate, rate), [], 0
    while at < len(pcm):
        size = chance.randrange(0, 900)
        pieces.append(stream.feed(pcm[at : at + size]))
        at += size
    joined = np.concatenate([*pieces, stream.flush()])
    assert len(joined) == round(count * rate / source_rate)
    assert np.array_equal(joined, resample(pcm, source_rate, rate))  # to the bit


def test_a_stream_starts_anew_after_its_end() -> None:
    stream = StreamResampler(24_000, 8_000)
    pcm = sine(440, 24_000, 0.1)
    first = np.concatenate([stream.feed(pcm), stream.flush()])
    assert np.array_equal(first, np.concatenate([stream.feed(pcm), stream.flush()]))
    assert len(stream.flush()) == 0


def test_rates_without_a_short_ratio_are_met_nearly() -> None:
    """44 099 : 48 000 is taken as the nearest ratio of small numbers; the length is exact."""
    heard = resample(sine(440, 44_099, 10.0), 44_099, 48_000)
    assert len(heard) == 480_000
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) == 4400


def test_the_same_rate_changes_nothing() -> None:
    pcm = sine(440, 8_000)
    assert resample(pcm, 8_000, 8_000) is pcm
