"""What a listener understands of audio that the tone engine made, cut and joined anyhow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_stream import AudioChunk
from cartesia_stream.audio import PCM_24K

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartesia_stream import SpeechEvent


def audio_in(events: Iterable[SpeechEvent]) -> bytes:
    """All audio."""
    return b"".join(event.data for event in events if isinstance(event, AudioChunk))


def transcript_of(audio: bytes) -> str:
    """What is said in audio of the default format, by character."""
    samples = np.frombuffer(audio, "<i2").astype(np.float32) / np.float32(32768)
    return ToneRecognizer().transcribe(samples, PCM_24K.sample_rate).text


def words_heard(events: Iterable[SpeechEvent]) -> list[str]:
    """The words of all audio, in order."""
    return transcript_of(audio_in(events)).split()
