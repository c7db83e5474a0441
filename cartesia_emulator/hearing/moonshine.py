"""Moonshine: a small neural recogniser for English on the CPU, with word times.

The model recognises "You" in clicks and silence, and is slow and needs much memory on long clips.
So this module cuts the clip by energy into speech between pauses, at most fifteen seconds each.
"""

from __future__ import annotations

import ctypes
import os
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast
from weakref import WeakSet

import numpy as np

from ..audio.rates import resample
from ..speech.engine import Word
from ..speech.shape import track_f0
from .align import Aligner
from .engine import Transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["MoonshineRecognizer", "speech_spans"]

_RATE: Final = 16_000
_FRAME: Final = 320  # 20 ms
_PAUSE_FRAMES: Final = 15  # 300 ms of silence end a span
_SHORTEST_FRAMES: Final = 12  # less than 250 ms of voice is a click
_LONGEST_FRAMES: Final = 750  # 15 s
_MARGIN_FRAMES: Final = 8  # soft beginnings and endings lie below the threshold
_SILENCE_DB: Final = -60.0
_LEAST_CONTRAST_DB: Final = 6.0  # speech rises and falls by far more, hum and hiss by less
_VOICED_SHARE: Final = 0.2  # of the frames of a span with a spoken word in it
_HALLUCINATED: Final = frozenset({"you", "you."})


class _Line(Protocol):
    text: str


class _Lines(Protocol):
    lines: Sequence[_Line]


class _Transcriber(Protocol):
    def transcribe_without_streaming(
        self, audio_data: Sequence[float], sample_rate: int
    ) -> _Lines: ...


class MoonshineRecognizer:
    """Recognises English; implements `Recognizer`.

    The model loads on first use or by `warm`. Thread-safe; one clip is decoded at a time.

    Raises:
        ImportError: On first use, if the ``moonshine-voice`` package is missing.
    """

    name = "moonshine"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._aligner = Aligner()
        self._loaded: _Transcriber | None = None
        _recognizers.add(self)

    def warm(self) -> None:
        """Load the models and decode a moment of noise, so that the first clip is not slow."""
        noise = np.random.default_rng(0).normal(0, 0.01, _RATE).astype(np.float32)
        self._hear(noise)
        self._aligner.warm()

    def transcribe(
        self,
        pcm: NDArray[np.float32],
        sample_rate: int,
        *,
        language: str = "en",
        word_times: bool = True,
    ) -> Transcript:
        """Recognise a clip; silence gives empty text.

        Speech in other languages comes out as English that sounds like it.
        """
        duration = len(pcm) / sample_rate
        clip = resample(pcm, sample_rate, _RATE)
        texts: list[str] = []
        words: list[Word] = []
        for start, end in speech_spans(clip):
            span = clip[start:end]
            text = self._hear(span)
            if text and not _is_hallucinated(text, span):
                texts.append(text)
                if word_times:
                    found = self._aligner.align(text.split(), span)
                    words += _moved(found, start / _RATE, duration)
        return Transcript(
            text=" ".join(texts), words=tuple(words), duration=duration, language=language
        )

    def leave_to_parent(self) -> None:
        """Load anew on next use, and never free what the parent loaded: it waits for its threads.

        A child process has none of the threads of its parent.
        """
        self._lock = threading.Lock()  # a thread of the parent may hold the other one
        if self._loaded is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._loaded))
            self._loaded = None

    def _hear(self, span: NDArray[np.float32]) -> str:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load()
            heard = self._loaded.transcribe_without_streaming(span.tolist(), _RATE)
        return " ".join(" ".join(line.text for line in heard.lines).split())


def _is_hallucinated(text: str, span: NDArray[np.float32]) -> bool:
    """Whether the text is what the model returns for noise, and the span holds no voice."""
    if text.lower() not in _HALLUCINATED:
        return False
    f0 = track_f0(span, _RATE)
    return float(np.mean(f0 > 0)) < _VOICED_SHARE if len(f0) else True


def speech_spans(clip: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Find the speech in a clip at 16 kHz; return its spans in samples, in order."""
    count = len(clip) // _FRAME
    if not count:
        return []
    power = np.square(clip[: count * _FRAME].reshape(count, _FRAME)).mean(axis=1)
    level = 10 * np.log10(power + 1e-12)
    low, high = np.percentile(level, [5, 95])
    if high - low < _LEAST_CONTRAST_DB:
        return []
    spans: list[tuple[int, int]] = []
    for first, last in _runs(level > _threshold(level)):
        spans += _cut(level, first, last)
    wide = [
        (max(first - _MARGIN_FRAMES, 0), min(last + _MARGIN_FRAMES, count)) for first, last in spans
    ]
    return [(first * _FRAME, last * _FRAME) for first, last in wide]


def _threshold(level: NDArray[np.float64]) -> float:
    """Level in dB that divides voice from background, between the clip's floor and its peaks."""
    floor, peak = (float(x) for x in np.percentile(level, [10, 95]))
    # A clip without pauses has no floor to measure; then stay well below the peaks.
    return max(min(floor + 10, peak - 25), peak - 40, _SILENCE_DB)


def _runs(voiced: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of voiced frames with short pauses bridged and clicks dropped."""
    frames = np.flatnonzero(voiced)
    if not len(frames):
        return []
    breaks = np.flatnonzero(np.diff(frames) > _PAUSE_FRAMES)
    first = [int(frames[0]), *(int(frames[i + 1]) for i in breaks)]
    last = [*(int(frames[i]) + 1 for i in breaks), int(frames[-1]) + 1]
    runs = zip(first, last, strict=True)
    return [(a, b) for a, b in runs if int(voiced[a:b].sum()) >= _SHORTEST_FRAMES]


def _cut(level: NDArray[np.float64], first: int, last: int) -> list[tuple[int, int]]:
    """Pieces of at most 15 s, cut where it is quietest in the last third."""
    pieces: list[tuple[int, int]] = []
    while last - first > _LONGEST_FRAMES:
        search = first + _LONGEST_FRAMES * 2 // 3
        smooth = np.convolve(level[search : first + _LONGEST_FRAMES], np.ones(5) / 5, mode="valid")
        cut = search + 2 + int(np.argmin(smooth))
        pieces.append((first, cut))
        first = cut
    return [*pieces, (first, last)]


def _moved(words: Sequence[Word], by: float, duration: float) -> list[Word]:
    return [Word(w.text, min(w.start + by, duration), min(w.end + by, duration)) for w in words]


def _load() -> _Transcriber:
    """Load the weights from the installed package; this never downloads anything."""
    engine = import_module("moonshine_voice")
    # Its own voice detection loses short clips; audio need not come back with the text.
    options = {"vad_threshold": "0", "return_audio_data": "false"}
    model = engine.get_model_path("tiny-en")
    return cast("_Transcriber", engine.Transcriber(model, engine.ModelArch.TINY, options=options))


_recognizers: Final[WeakSet[MoonshineRecognizer]] = WeakSet()


def _leave_to_parent() -> None:
    for recognizer in list(_recognizers):
        recognizer.leave_to_parent()


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_leave_to_parent)
