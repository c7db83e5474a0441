"""Choose and load the engines.

``auto`` takes the speech engines where they are installed, and otherwise the tone engine, which it
says in the log; ``speech`` and ``tone`` take only those. A clip that carries tones is always read
as tones, so that one emulator understands the audio of another.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, Protocol, get_args, runtime_checkable

from ..extras import missing
from ..hearing.tone import ToneRecognizer
from ..speech.tone import ToneSynthesizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..hearing.engine import Recognizer, Transcript
    from ..speech.engine import Synthesizer

__all__ = [
    "CombinedRecognizer",
    "EngineName",
    "EngineUnavailableError",
    "listed",
    "load",
    "warm",
]

EngineName = Literal["auto", "speech", "tone"]

log: Final = logging.getLogger("cartesia_emulator")


class EngineUnavailableError(RuntimeError):
    """The engines for speech are not installed; the message says what is missing."""


@runtime_checkable
class _Warmable(Protocol):
    def warm(self) -> None: ...


class CombinedRecognizer:
    """Reads a clip as tones if it carries any, else passes it to the recogniser for speech."""

    def __init__(self, speech: Recognizer) -> None:
        self._tone = ToneRecognizer()
        self._speech = speech

    @property
    def name(self) -> str:
        """The name of the recogniser for speech."""
        return self._speech.name

    def warm(self) -> None:
        """Load the models of the recogniser for speech."""
        if isinstance(self._speech, _Warmable):
            self._speech.warm()

    def transcribe(
        self,
        pcm: NDArray[np.float32],
        sample_rate: int,
        *,
        language: str = "en",
        word_times: bool = True,
    ) -> Transcript:
        """Recognise a whole clip (mono float32)."""
        read = self._tone.transcribe(pcm, sample_rate, language=language)
        if read.text:
            return read
        return self._speech.transcribe(pcm, sample_rate, language=language, word_times=word_times)


def load(engine: str = "auto") -> tuple[Synthesizer, Recognizer]:
    """Return the engines that speak and hear; models load on first use (see `warm`).

    With ``auto`` each of the two falls back to tones on its own, and the log says so.

    Args:
        engine: ``auto``, ``speech`` or ``tone``.

    Raises:
        EngineUnavailableError: ``speech`` was asked for and something is missing.
        ValueError: For another name.
    """
    if engine not in get_args(EngineName):
        raise ValueError(f"unknown engine {engine!r}; known: {', '.join(get_args(EngineName))}")
    if engine == "tone":
        return ToneSynthesizer(), ToneRecognizer()
    lacks = missing("speech", "hearing")
    if lacks and engine == "speech":
        raise EngineUnavailableError(f"the speech engines are not available: {lacks}")
    mute, deaf = bool(missing("speech")), bool(missing("hearing"))
    if lacks:
        does = " and ".join(["speaks"] * mute + ["hears"] * deaf)
        _warn(f"the emulator {does} tones instead of English: {lacks}")
    synthesizer = ToneSynthesizer() if mute else _hibari()
    recognizer = ToneRecognizer(lacks_speech=True) if deaf else _moonshine()
    return synthesizer, recognizer


@cache
def _warn(text: str) -> None:
    """Say it once; a test suite starts many emulators."""
    log.warning(text)


def warm(synthesizer: Synthesizer, recognizer: Recognizer) -> None:
    """Load the models now, which takes one to two seconds, not in the first request."""
    models = [engine for engine in (synthesizer, recognizer) if isinstance(engine, _Warmable)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for done in [pool.submit(engine.warm) for engine in models]:
            done.result()


def listed() -> list[dict[str, object]]:
    """List the engines, what they do, whether each can run here, and why not."""
    lacks = {"hibari": missing("speech"), "moonshine": missing("hearing"), "tone": ""}
    roles = {"hibari": "speaks", "moonshine": "hears", "tone": "both"}
    return [
        {
            "name": name,
            "role": roles[name],
            "available": not reason,
            "reason": reason,
            "languages": ["*" if name == "tone" else "en"],
        }
        for name, reason in lacks.items()
    ]


def _hibari() -> Synthesizer:
    from ..speech.hibari import HibariSynthesizer

    return HibariSynthesizer()


def _moonshine() -> Recognizer:
    from ..hearing.moonshine import MoonshineRecognizer

    return CombinedRecognizer(MoonshineRecognizer())
