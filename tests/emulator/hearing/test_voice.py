"""Voice activity: a flag for every 20 ms, however the audio arrives."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.hearing.voice import EnergyVoice, WebRtcVoice, voice_for

RATES = st.sampled_from([8000, 16000, 22050, 44100])
LEVELS = st.lists(st.sampled_from([-90.0, -60.0, -50.0, -30.0, -10.0]), max_size=12)


def sound(levels: list[float], rate: int) -> Any:
    """A square wave of each level in dBFS, for 20 ms each."""
    size = round(rate * 0.02)
    wave = np.where(np.arange(size) % 2, 1.0, -1.0)
    parts = [10 ** (level / 20) * wave for level in levels]
    return np.concatenate([np.zeros(0), *parts]).astype("f4")


@given(RATES, LEVELS, st.lists(st.integers(0, 8000), max_size=5), st.booleans())
def test_pieces_give_what_the_whole_gives(
    rate: int, levels: list[float], cuts: list[int], adaptive: bool
) -> None:
    pcm = sound(levels, rate)
    pieces = np.split(pcm, sorted(min(cut, len(pcm)) for cut in cuts))
    voice = EnergyVoice(rate, adaptive=adaptive)
    flags = [flag for piece in pieces for flag in voice.feed(piece)]
    assert flags == EnergyVoice(rate, adaptive=adaptive).feed(pcm)
    assert len(flags) == len(levels)


@settings(max_examples=25)
@given(RATES, LEVELS, st.sampled_from([-70.0, -55.0, -20.0]))
def test_what_is_louder_than_the_floor_is_voice(
    rate: int, levels: list[float], floor: float
) -> None:
    found = EnergyVoice(rate, floor_db=floor, adaptive=False)
    pcm = sound(levels, rate)
    assert found.feed(pcm) == [level > floor for level in levels]
    assert EnergyVoice(rate).levels(pcm) == pytest.approx(levels, abs=0.1)


def test_steady_noise_is_no_voice_and_what_stands_out_of_it_is() -> None:
    noise, voice = [-40.0] * 100, [-20.0] * 5
    flags = EnergyVoice(8000).feed(sound([*noise, *voice, *noise], 8000))
    assert flags[0]  # it is not known yet
    assert not any(flags[80:100])
    assert flags[100:105] == [True] * 5
    assert not any(flags[105:])


def test_a_piece_shorter_than_20_ms_waits() -> None:
    voice = EnergyVoice(8000, adaptive=False)
    assert voice.feed(np.full(159, 0.5, np.float32)) == []
    assert voice.feed(np.full(1, 0.5, np.float32)) == [True]


def test_tones_are_heard_by_their_level() -> None:
    found = voice_for("tone", 8000)
    assert isinstance(found, EnergyVoice)
    assert found.feed(sound([-40.0] * 4 + [-60.0], 8000)) == [True] * 4 + [False]
    assert voice_for("tone", 8000, floor_db=-30).feed(sound([-40.0], 8000)) == [False]


def test_without_the_detector_of_voice_the_level_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(voice_for("moonshine", 8000), WebRtcVoice)
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    assert isinstance(voice_for("moonshine", 8000), EnergyVoice)


@settings(max_examples=8)
@given(st.lists(st.integers(0, 9000), max_size=4))
def test_the_detector_gives_the_same_flags_for_any_pieces(cuts: list[int]) -> None:
    """Silence, a hum with overtones as a voice has them, and silence."""
    at = np.arange(4000) / 8000
    hum = sum(0.2 / n * np.sin(2 * np.pi * 140 * n * at) for n in range(1, 12))
    pcm = np.concatenate([np.zeros(2000), hum, np.zeros(3000)]).astype("f4")
    voice = WebRtcVoice(8000)
    flags = [flag for piece in np.split(pcm, sorted(cuts)) for flag in voice.feed(piece)]
    assert flags == WebRtcVoice(8000).feed(pcm)
    assert True in flags
    assert not any(flags[:10])


@pytest.mark.filterwarnings("error")
def test_floats_of_any_size_are_loud() -> None:
    """The largest ones of 32 bits have no square of 32 bits."""
    assert EnergyVoice(8000, adaptive=False).feed(np.full(160, 3e38, np.float32)) == [True]
