"""`Emulator.heard` and `assert_spoken`: what a test says about audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cartesia_emulator import Emulator
from cartesia_emulator.audio.errors import UnsupportedAudioError
from cartesia_emulator.spoken import difference, samples_of
from cartesia_stream import PCM_16K, Audio, AudioFormat, Cartesia

from .audio.recordings import PHONES, record
from .conftest import VOICE

if TYPE_CHECKING:
    from pathlib import Path

    from cartesia_emulator.spoken import AudioSource

TEXT = "The quick brown fox."


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    return Emulator(engine="tone")


@pytest.fixture(scope="module")
def audio(emulator: Emulator) -> Audio:
    with emulator, Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        return client.tts.speak(TEXT, voice=VOICE).collect()


@pytest.mark.parametrize("form", ["audio", "bytes", "bytearray", "wav", "path", "str", "raw file"])
def test_audio_is_heard_in_every_form_a_program_has_it_in(
    form: str, emulator: Emulator, audio: Audio, tmp_path: Path
) -> None:
    name = "speech.raw" if form == "raw file" else "speech.wav"
    path = tmp_path / name
    audio.save(path)
    forms: dict[str, AudioSource] = {
        "audio": audio,
        "bytes": audio.data,
        "bytearray": bytearray(audio.data),
        "wav": audio.wav(),
        "path": path,
        "str": str(path),
        "raw file": path,
    }
    assert emulator.heard(forms[form]) == TEXT


@pytest.mark.parametrize(
    "fmt",
    [PCM_16K, AudioFormat("raw", "pcm_mulaw", 8000), AudioFormat("mp3", None, 44100, 128000)],
    ids=["16k", "mulaw", "mp3"],
)
def test_other_formats_are_heard(fmt: AudioFormat, emulator: Emulator) -> None:
    with emulator, Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        data = client.tts.generate(TEXT, voice=VOICE, output_format=fmt).collect().data
    raw = {"sample_rate": fmt.sample_rate, "encoding": fmt.encoding} if fmt.encoding else {}
    assert emulator.heard(data, **raw) == TEXT  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["WebM", "m4a", "Opus in Ogg", "Matroska", "MP3 in WAV"])
def test_bytes_of_a_recording_are_heard(name: str, emulator: Emulator, audio: Audio) -> None:
    how = next(known for known in PHONES if known.name == name)._replace(rate=48_000)
    samples, rate = samples_of(audio, sample_rate=24_000, encoding="pcm_s16le")
    loud = np.repeat(samples, how.rate // rate)  # the rate that all of them record
    assert emulator.heard(record(how, loud)) == TEXT


def test_hearing_is_no_request_and_meets_no_fault(emulator: Emulator, audio: Audio) -> None:
    with emulator:
        emulator.clear_requests()
        emulator.inject("status", 503)
        assert emulator.heard(audio) == TEXT
        assert emulator.requests == ()


def test_what_is_not_audio_is_refused(emulator: Emulator) -> None:
    with pytest.raises(TypeError, match="not int"):
        emulator.heard(5)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedAudioError):
        emulator.heard(b"RIFF, but no audio")


def test_case_and_punctuation_do_not_count(emulator: Emulator, audio: Audio) -> None:
    emulator.assert_spoken(audio, "the quick, brown FOX!")


def test_other_words_are_shown_with_the_difference(emulator: Emulator, audio: Audio) -> None:
    with pytest.raises(AssertionError) as caught:
        emulator.assert_spoken(audio, "The quick red fox jumps.")
    assert str(caught.value).splitlines() == [
        "the audio says something else: 2 words differ",
        "  expected: The quick red fox jumps.",
        f"  heard:    {TEXT}",
        "  changes:  the quick [-red-] {+brown+} fox [-jumps-]",
    ]
    emulator.assert_spoken(audio, "The quick red fox jumps.", word_errors=2)


@pytest.mark.parametrize(
    ("expected", "heard", "errors", "line"),
    [
        ("", "", 0, ""),
        ("It's “fine”, isn\N{RIGHT SINGLE QUOTATION MARK}t it?", "its fine isn't it", 1,
         "[-it's-] {+its+} fine isn't it"),
        ("one two", "one", 1, "one [-two-]"),
        ("one", "one two three", 2, "one {+two three+}"),
    ],
)  # fmt: skip
def test_texts_are_compared_word_by_word(expected: str, heard: str, errors: int, line: str) -> None:
    assert difference(expected, heard) == (errors, line)
