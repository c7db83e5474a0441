"""What an engine that speaks must do: turn text into `Segment`s of audio.

Engines are plain blocking objects, which the server calls in worker threads. Several threads may
call one engine at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Segment", "Synthesizer", "VoiceShape", "Word"]


class Word(msgspec.Struct, frozen=True):
    """A word or phoneme with its times, in seconds from the start of its segment or clip."""

    text: str
    start: float
    end: float


class VoiceShape(msgspec.Struct, frozen=True, kw_only=True):
    """How a voice differs from the engine's base voice; plain data, so a clone can be stored.

    Attributes:
        pitch: Factor on the fundamental frequency.
        range: Factor on the spread of the pitch around its median (log scale).
        formant: Factor on the spectral axis; below 1 sounds larger.
        breath: Gain of the noise branch.
        speed: Factor on the speaking rate.
        eq: Spectral correction in nepers, evenly spaced from 0 Hz to half the engine's rate.
    """

    pitch: float = 1.0
    range: float = 1.0
    formant: float = 1.0
    breath: float = 1.0
    speed: float = 1.0
    eq: tuple[float, ...] = ()


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of speech.

    Attributes:
        pcm: Mono samples, float32 in -1..1, shape ``(sample frames,)``.
        sample_rate: Hz.
        words: The whitespace-separated words of the source text, verbatim.
        spoken: The words as spoken ("7:30pm" becomes "seven", "thirty", "P.M.").
        phonemes: The phonemes, in the engine's alphabet (IPA for speech engines).
    """

    pcm: NDArray[np.float32]
    sample_rate: int
    words: tuple[Word, ...] = ()
    spoken: tuple[Word, ...] = ()
    phonemes: tuple[Word, ...] = ()


class Synthesizer(Protocol):
    """Turns text into speech."""

    @property
    def name(self) -> str:
        """Engine name: ``hibari`` or ``tone``."""
        ...

    @property
    def sample_rate(self) -> int:
        """Rate of every segment, in Hz."""
        ...

    @property
    def presets(self) -> Mapping[str, VoiceShape]:
        """Shapes of the built-in voices by preset name (``base``, ``male``, ``deep`` ...)."""
        ...

    def synthesize(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Segment]:
        """Speak ``text`` lazily, one segment per clause; a silent one may have no samples."""
        ...

    def enroll(self, pcm: NDArray[np.float32], sample_rate: int) -> VoiceShape:
        """Derive a voice from a clip (mono float32); deterministic."""
        ...
