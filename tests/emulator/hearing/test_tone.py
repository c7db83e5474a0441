"""The receiver of the text modem: whole clips, and audio while it arrives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.audio.rates import resample
from cartesia_emulator.extras import PackageMissingError
from cartesia_emulator.hearing.tone import ToneEar, ToneRecognizer

from ..speech.test_tone import OTHER, recognizer, send

RATE = 24_000
TEXT = "Good morning, naïve café! 你好 🎉 again."
CLIP = np.concatenate([np.zeros(5000, np.float32), send(TEXT), np.zeros(9000, np.float32)])


@settings(max_examples=12)
@given(st.lists(st.integers(0, len(CLIP)), max_size=6))
def test_an_ear_hears_the_same_in_any_pieces(cuts: list[int]) -> None:
    """What it has read never changes; in the end it is what a recogniser reads in the whole."""
    ear, before = ToneEar(RATE), ""
    for piece in np.split(CLIP, sorted(cuts)):
        ear.feed(piece)
        heard = ear.read().text
        assert heard.startswith(before)
        before = heard
    whole, expected = ear.take(), recognizer.transcribe(CLIP, RATE)
    assert whole.text == expected.text == TEXT
    assert whole.duration == pytest.approx(len(CLIP) / RATE, abs=0.001)
    for word, other in zip(whole.words, expected.words, strict=True):
        assert word.text == other.text
        assert word.start == pytest.approx(other.start, abs=0.002)
        assert word.end == pytest.approx(other.end, abs=0.002)


def test_an_ear_begins_anew_after_what_was_taken() -> None:
    ear = ToneEar(RATE)
    for text in ("one ", "two "):
        ear.feed(send(text))
        assert ear.take().text == text
    empty = ear.take()
    assert (empty.text, empty.words, empty.duration) == ("", (), 0.0)


def test_several_transmissions_are_read_in_order() -> None:
    ear = ToneEar(RATE)
    for text in ("one ", "two ", "three"):
        ear.feed(send(text))
        ear.feed(np.zeros(4000, np.float32))
    heard = ear.take()
    assert heard.text == "one two three"
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts)


def test_an_ear_keeps_no_silence() -> None:
    ear = ToneEar(8000)
    for _ in range(5):
        ear.feed(np.zeros(8000, np.float32))
        assert ear.read().text == ""
    assert len(ear._ear) <= 3200  # as much as the start of a transmission
    assert ear.take().duration == pytest.approx(5.0)


@pytest.mark.parametrize("rate", [1000, 5999])
def test_a_rate_that_cannot_carry_the_tones_has_no_text(rate: int) -> None:
    ear = ToneEar(rate)
    ear.feed(CLIP)
    assert ear.take().text == ""
    assert recognizer.transcribe(CLIP, rate).text == ""


@pytest.mark.parametrize("name", OTHER)
def test_where_speech_is_not_recognised_other_sounds_are_an_error(name: str) -> None:
    stand_in, clip = ToneRecognizer(lacks_speech=True), np.asarray(OTHER[name], np.float32)
    if name in ("noise", "sine"):
        with pytest.raises(PackageMissingError, match=r"recognising speech .*\[hearing\]"):
            stand_in.transcribe(clip, RATE)
    else:
        assert stand_in.transcribe(clip, RATE).text == ""
    assert stand_in.transcribe(CLIP, RATE).text == TEXT


def test_a_language_is_handed_on() -> None:
    assert recognizer.transcribe(CLIP, RATE, language="fr").language == "fr"


def test_an_ear_that_nobody_asks_keeps_no_silence() -> None:
    """Also not until somebody asks, which may be an hour later; and it hears what comes then."""
    ear = ToneEar(8000)
    for _ in range(600):
        ear.feed(np.zeros(8000, np.float32))
        kept = sum(map(len, ear._new)) + len(ear._ear)
        assert kept <= 11 * 8000
    ear.feed(resample(send("here"), RATE, 8000))
    assert ear.take().text == "here"
