"""The receiver of the text modem in `speech.tone`: exact, and needs numpy only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..audio.rates import StreamResampler, resample
from ..extras import PackageMissingError
from ..speech.clauses import words
from ..speech.engine import Word
from ..speech.tone import END, GRID, MARK_A, MARK_B, PREAMBLE, RATE, SPEEDS, STEPS, TONES
from .engine import Transcript
from .voice import EnergyVoice

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ToneEar", "ToneRecognizer", "speech_missing_error"]

# The recogniser works at telephone rate: every tone fits and the arrays are small.
_EAR_RATE: Final = 8_000
_EAR_WINDOW: Final = 80  # samples; 10 ms, shorter than any symbol
_LOWEST_RATE: Final = 6_000
_SURE: Final = 0.3
_PREAMBLE_S: Final = 0.4  # more than the slowest preamble takes
_UNREAD_S: Final = 10.0  # of audio, before it is read unasked: silence is not kept


class ToneRecognizer:
    """Reads the transmissions of `ToneSynthesizer`; implements `Recognizer`.

    Stateless and safe to call from several threads.

    Args:
        lacks_speech: Whether it stands in for a recogniser of speech that is not installed. Then it
            refuses a clip with other sounds, which are silence to it otherwise.
    """

    name = "tone"

    def __init__(self, *, lacks_speech: bool = False) -> None:
        self.lacks_speech = lacks_speech

    def transcribe(
        self,
        pcm: NDArray[np.float32],
        sample_rate: int,
        *,
        language: str = "en",
        word_times: bool = True,
    ) -> Transcript:
        """Read every transmission in the clip; empty text if there is none.

        A transmission cut short gives the text that arrived.

        Raises:
            PackageMissingError: For other sounds, if it stands in for a recogniser of speech.
        """
        duration = len(pcm) / sample_rate
        text, times = "", list[tuple[float, float]]()
        if sample_rate >= _LOWEST_RATE:
            ear = resample(pcm, sample_rate, _EAR_RATE)
            starts = _find_preambles(ear)
            bounds = [*(start for start, _ in starts), float(len(ear))]
            for (start, size), end in zip(starts, bounds[1:], strict=True):
                piece = _read(ear, start, size, end)
                text += piece.text
                times += piece.spans
        if self.lacks_speech and not text and any(_loud(pcm, sample_rate)):
            raise speech_missing_error()
        heard = tuple(
            Word(word, times[start][0], min(times[end - 1][1], duration))
            for word, start, end in words(text)
        )
        return Transcript(text=text, words=heard, duration=duration, language=language)


def speech_missing_error() -> PackageMissingError:
    """Return the error for speech that only a recogniser would understand."""
    return PackageMissingError("recognising speech", "hearing")


def _loud(pcm: NDArray[np.float32], sample_rate: int) -> list[bool]:
    return EnergyVoice(sample_rate, adaptive=False).feed(pcm)


def _find_preambles(ear: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Start of the data and length of a symbol of every transmission, in ear samples."""
    crossings = _marker_crossings(ear)
    found: list[tuple[float, float]] = []
    borders = len(PREAMBLE) - 1
    grid = GRID * _EAR_RATE / RATE
    low, high = SPEEDS
    at = 0
    while at + borders <= len(crossings):
        group = crossings[at : at + borders]
        times = np.array([time for time, _ in group])
        gaps = np.diff(times)
        rough = float(gaps.mean())
        steps = round(rough / grid)
        falls = all(sign == (1 if k % 2 == 0 else -1) for k, (_, sign) in enumerate(group))
        even = bool(np.all(np.abs(gaps - rough) < 0.2 * rough))
        if falls and even and round(STEPS / high) <= steps <= round(STEPS / low):
            size = steps * grid
            first = float(np.mean(times - size * np.arange(borders)))
            found.append((first + borders * size, size))
            at += borders
        else:
            at += 1
    return found


def _marker_crossings(ear: NDArray[np.float32]) -> list[tuple[float, int]]:
    """Times at which one marker gives way to the other: +1 for A to B, -1 for B to A."""
    window = _EAR_WINDOW
    if len(ear) <= 2 * window:
        return []
    power = _boxcar(np.square(ear.astype(np.float64)), window)
    balance = (_tone_power(ear, MARK_A) - _tone_power(ear, MARK_B)) / np.maximum(power, 1e-7)
    sure = np.flatnonzero(np.abs(balance) > _SURE)
    signs = np.sign(balance[sure])
    turns = np.flatnonzero(np.diff(signs) != 0)
    crossings: list[tuple[float, int]] = []
    for turn in turns:
        before, after = int(sure[turn]), int(sure[turn + 1])
        if after - before > window:
            continue
        left, right = balance[before], balance[after]
        middle = before + (after - before) * left / (left - right)
        crossings.append((float(middle) + window / 2, int(signs[turn])))
    return crossings


def _boxcar(signal: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Running sums over ``window`` samples."""
    total = np.concatenate([[0.0], np.cumsum(signal)])
    sums: NDArray[np.float64] = total[window:] - total[:-window]
    return sums


def _tone_power(ear: NDArray[np.float32], tone: int) -> NDArray[np.float64]:
    """Energy of one tone in each window, on the scale of the window's whole energy."""
    angle = np.arange(len(ear)) * (2 * np.pi * float(TONES[tone]) / _EAR_RATE)
    signal = ear.astype(np.float64)
    real = _boxcar(signal * np.cos(angle), _EAR_WINDOW)
    imaginary = _boxcar(signal * np.sin(angle), _EAR_WINDOW)
    return (real**2 + imaginary**2) * (2 / _EAR_WINDOW)


class _Transmission(NamedTuple):
    """The text of a transmission, and the span of each character in seconds."""

    text: str
    spans: list[tuple[float, float]]


class _Symbols:
    """The symbols of one transmission, read as they arrive.

    Args:
        start: Where its data starts, in ear samples.
        size: Length of a symbol.
    """

    def __init__(self, start: float, size: float) -> None:
        self.start = start
        self.size = size
        self._nibbles: list[int] = []
        self._marks: list[bool] = []
        self._faint: list[bool] = []
        self.end: float | None = None  # where it ends, if it has ended

    def read(self, ear: NDArray[np.float32], end: float) -> None:
        """Read the whole symbols before ``end``."""
        done = len(self._nibbles)
        energy, purity = _symbol_energy(ear, self.start + done * self.size, self.size, end)
        if not len(energy):
            return
        self._nibbles += energy[:, :MARK_A].argmax(axis=1).tolist()
        self._marks += (energy[:, MARK_A:].max(axis=1) > energy[:, :MARK_A].max(axis=1)).tolist()
        self._faint += (purity < 0.1).tolist()
        stop = self._stop()
        if stop < len(self._nibbles):
            self.end = self.start + stop * self.size

    def _stop(self) -> int:
        return min(_first_run(self._marks, len(END)), _first_run(self._faint, 4))

    def heard(self, offset: float, *, whole: bool) -> _Transmission:
        """Return the text.

        Args:
            offset: Seconds to add to the spans.
            whole: Whether nothing follows, so that half a character is a broken one.
        """
        nibbles = np.array(self._nibbles[: self._stop() // 2 * 2], np.uint8)
        data = (nibbles[0::2] << 4 | nibbles[1::2]).tobytes()
        text = data.decode("utf-8", "replace" if whole or self.end is not None else "ignore")
        spans: list[tuple[float, float]] = []
        begun = self.start / _EAR_RATE + offset
        done = 0
        for character in text:
            length = len(character.encode())
            begin = begun + 2 * done * self.size / _EAR_RATE
            spans.append((begin, begin + 2 * length * self.size / _EAR_RATE))
            done += length
        return _Transmission(text, spans)


class ToneEar:
    """Reads transmissions while they arrive; what it has read never changes.

    Args:
        sample_rate: Rate of the audio in Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._deaf = sample_rate < _LOWEST_RATE
        self._resampler = StreamResampler(sample_rate, _EAR_RATE)
        self._new: list[NDArray[np.float32]] = []
        self._waiting = 0  # ear samples in these
        self._reset()

    def _reset(self) -> None:
        self._ear = np.zeros(0, np.float32)
        self._skipped = 0  # ear samples that are no longer in the buffer
        self._open: _Symbols | None = None  # the transmission that is being received
        self._text = ""
        self._spans: list[tuple[float, float]] = []

    def feed(self, pcm: NDArray[np.float32]) -> None:
        """Take more audio."""
        if not self._deaf:
            self._new.append(self._resampler.feed(pcm))
            self._waiting += len(self._new[-1])
            if self._waiting >= _UNREAD_S * _EAR_RATE:
                self._take_in([], final=False)

    def read(self) -> Transcript:
        """Read what has arrived since the last `take`; word times count from there."""
        self._take_in([], final=False)
        return self._heard(whole=False)

    def take(self) -> Transcript:
        """Read all that has arrived since the last call, and begin anew."""
        self._take_in([self._resampler.flush()], final=True)
        heard = self._heard(whole=True)
        self._reset()
        return heard

    def _take_in(self, rest: list[NDArray[np.float32]], *, final: bool) -> None:
        new = [*self._new, *rest]
        self._new.clear()
        self._waiting = 0
        if new:
            self._ear = np.concatenate([self._ear, *new])
            while self._advance(final=final):
                pass

    def _heard(self, *, whole: bool) -> Transcript:
        text, spans = self._text, self._spans
        if self._open is not None:
            latest = self._open.heard(self._skipped / _EAR_RATE, whole=whole)
            text, spans = text + latest.text, spans + latest.spans
        timed = tuple(
            Word(word, spans[start][0], spans[end - 1][1]) for word, start, end in words(text)
        )
        duration = (self._skipped + len(self._ear)) / _EAR_RATE
        return Transcript(text=text, words=timed, duration=duration)

    def _advance(self, *, final: bool) -> bool:
        """Read on in the buffer; return whether a transmission has ended."""
        if self._open is None:
            found = _find_preambles(self._ear)
            if not found:
                self._skip(max(0, len(self._ear) - int(_PREAMBLE_S * _EAR_RATE)))
                return False
            self._open = _Symbols(*found[0])
        symbols = self._open
        # A symbol counts when all of it is here, so that it is never read again as another.
        symbols.read(self._ear, len(self._ear) - (0.0 if final else 0.3 * symbols.size))
        if symbols.end is None:
            return False
        read = symbols.heard(self._skipped / _EAR_RATE, whole=True)
        self._text += read.text
        self._spans += read.spans
        self._open = None
        self._skip(min(int(symbols.end), len(self._ear)))
        return True

    def _skip(self, count: int) -> None:
        self._ear = self._ear[count:]
        self._skipped += count


def _read(ear: NDArray[np.float32], start: float, size: float, end: float) -> _Transmission:
    """Read one transmission whose data starts at a sample; the next one starts at ``end``."""
    symbols = _Symbols(start, size)
    symbols.read(ear, end)
    return symbols.heard(0.0, whole=True)


def _symbol_energy(
    ear: NDArray[np.float32], start: float, size: float, end: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Energy per symbol and tone, and the share of the strongest tone in the whole."""
    count = max(int((end - start) / size + 0.25), 0)
    # The rims of a symbol are smeared by filters and MP3; its middle is clean.
    inner = int(size * 0.8)
    begins = np.rint(start + size * np.arange(count) + (size - inner) / 2).astype(np.intp)
    index = np.minimum(begins[:, None] + np.arange(inner), len(ear) - 1)
    pieces = ear[index].astype(np.float64)
    angle = np.outer(np.arange(inner), 2 * np.pi * TONES / _EAR_RATE)
    # Not a matrix product: a process that forks while another thread computes one hangs.
    even, odd = (np.einsum("si,it->st", pieces, wave(angle)) for wave in (np.cos, np.sin))
    energy: NDArray[np.float64] = np.square(even) + np.square(odd)
    whole = np.square(pieces).sum(axis=1)
    return energy, energy.max(axis=1, initial=0) * (2 / inner) / np.maximum(whole, 1e-9)


def _first_run(flags: list[bool], length: int) -> int:
    """Index of the first ``length`` flags in a row, or the number of flags."""
    run = 0
    for place, flag in enumerate(flags):
        run = run + 1 if flag else 0
        if run == length:
            return place + 1 - length
    return len(flags)
