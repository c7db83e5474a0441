"""Choose and load the engines.

``auto`` takes the speech engines where they are installed and the tone engine otherwise; ``speech``
and ``tone`` take only those. A clip that carries tones is always read as tones, so that one
emulator understands the audio of another.
"""

from __future__ import annotations

import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal, Protocol, get_args, runtime_checkable

import msgspec

from ..hearing.tone import ToneRecognizer
from ..speech.tone import ToneSynthesizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..hearing.engine import Recognizer, Transcript
    from ..speech.engine import Synthesizer

__all__ = [
    "CombinedRecognizer",
    "EngineInfo",
    "EngineName",
    "EngineUnavailableError",
    "describe",
    "load",
    "warm",
]

EngineName = Literal["auto", "speech", "tone"]

_NEEDS: Final = {
    "hibari": (("hibari", "hibari-tts"), ("onnxruntime", "onnxruntime"), ("soxr", "soxr")),
    "moonshine": (("moonshine_voice", "moonshine-voice"), ("soxr", "soxr")),
}
_INSTALL: Final = 'pip install "cartesia-stream[emulator]"'
# The weights of the recogniser left its wheel after this release.
_MOONSHINE_VERSION: Final = "0.1.0"


class EngineUnavailableError(RuntimeError):
    """The requested engine is not installed.

    Attributes:
        engine: Its name.
        reason: What is missing.
    """

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(f"the {engine} engine is not available: {reason}")
        self.engine = engine
        self.reason = reason


class EngineInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One engine and whether it can run here.

    Attributes:
        name: ``hibari``, ``moonshine`` or ``tone``.
        role: What it does.
        available: Whether `load` would use it.
        reason: Why not; empty if available.
        languages: Languages it speaks or hears; ``*`` for any.
    """

    name: str
    role: Literal["speaks", "hears", "both"]
    available: bool
    reason: str = ""
    languages: tuple[str, ...] = ("en",)


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

    With ``auto`` each of the two falls back to tones on its own.

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
    missing = {name: _missing(name) for name in _NEEDS}
    if engine == "speech":
        for name, reason in missing.items():
            if reason:
                raise EngineUnavailableError(name, reason)
    synthesizer = ToneSynthesizer() if missing["hibari"] else _hibari()
    recognizer = ToneRecognizer() if missing["moonshine"] else _moonshine()
    return synthesizer, recognizer


def warm(synthesizer: Synthesizer, recognizer: Recognizer) -> None:
    """Load the models now, which takes one to two seconds, not in the first request."""
    models = [engine for engine in (synthesizer, recognizer) if isinstance(engine, _Warmable)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for done in [pool.submit(engine.warm) for engine in models]:
            done.result()


def describe() -> tuple[EngineInfo, ...]:
    """List the engines, whether each can run here, and why not."""
    roles: dict[str, Literal["speaks", "hears"]] = {"hibari": "speaks", "moonshine": "hears"}
    found = [
        EngineInfo(name=name, role=role, available=not (reason := _missing(name)), reason=reason)
        for name, role in roles.items()
    ]
    return (*found, EngineInfo(name="tone", role="both", available=True, languages=("*",)))


def _hibari() -> Synthesizer:
    from ..speech.hibari import HibariSynthesizer

    return HibariSynthesizer()


def _moonshine() -> Recognizer:
    from ..hearing.moonshine import MoonshineRecognizer

    return CombinedRecognizer(MoonshineRecognizer())


def _missing(name: str) -> str:
    """Return why an engine cannot run, or an empty text; imports nothing."""
    lacking = [package for module, package in _NEEDS[name] if find_spec(module) is None]
    if lacking:
        reason = f"{' and '.join(lacking)} not installed; {_INSTALL}"
        if "moonshine-voice" in lacking:
            reason += f" (no wheel for every system; this is {sys.platform} {platform.machine()})"
        return reason
    if name == "moonshine":
        return _moonshine_release()
    return ""


def _moonshine_release() -> str:
    try:
        release = version("moonshine-voice")
    except PackageNotFoundError:
        return ""
    if release == _MOONSHINE_VERSION:
        return ""
    return (
        f"moonshine-voice {release} ships without a model; {_INSTALL} brings {_MOONSHINE_VERSION}"
    )
