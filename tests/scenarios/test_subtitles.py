"""Subtitles of speech and of what was heard, on every way to speak and to listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cartesia_stream import ConfigurationError
from cartesia_stream.subtitles import srt

from .faces import VOICE
from .test_heard import WAYS, say

if TYPE_CHECKING:
    from pathlib import Path

    from cartesia_stream import Cartesia

    from .faces import Face

TEXT = "Good morning, world."


@pytest.mark.parametrize("way", WAYS)
def test_speech_becomes_subtitles(face: Face, client: Cartesia, way: str) -> None:
    """With the words of the text and their times."""
    audio = say(client, face, way, ["Good morn", "ing, ", "world."]).collect()
    assert audio.text == TEXT
    number, times, text = audio.srt().splitlines()
    assert (number, text) == ("1", TEXT)
    first, last = audio.words[0].start, audio.words[-1].end
    shown = [f"00:00:{at:06.3f}".replace(".", ",") for at in (first, max(first + 1, last))]
    assert times.split(" --> ") == shown
    assert audio.vtt() == "\n".join(["WEBVTT", "", times.replace(",", "."), TEXT, ""])


def test_saved_audio_keeps_them(client: Cartesia, tmp_path: Path) -> None:
    stream = client.tts.speak(TEXT, voice=VOICE, add_timestamps=True)
    saved = stream.save(tmp_path / "a.wav")
    assert saved.srt() == srt(stream.words, TEXT)


def test_speech_without_word_times_has_none(client: Cartesia) -> None:
    audio = client.tts.speak(TEXT, voice=VOICE).collect()
    assert audio.text == ""
    with pytest.raises(ConfigurationError, match="add_timestamps=True"):
        audio.srt()


def test_recordings_and_dictations_become_subtitles(client: Cartesia) -> None:
    """Of transcribe, and of a listener whose model gives word times."""
    recording = client.tts.speak(TEXT, voice=VOICE).collect().wav()
    whole = client.stt.transcribe(
        file=recording, model="ink-whisper", timestamp_granularities=["word"]
    )
    assert srt(whole).splitlines()[-1] == TEXT
    heard = client.stt.dictate(recording, model="ink-whisper", pace=None).collect()
    assert heard.srt().splitlines()[-1] == heard.text.strip()
    assert heard.words
