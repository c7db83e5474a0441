"""The receiver of the text modem in `speech.tone`: exact, and needs numpy only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ..audio import pcm as _pcm
from ..speech.clauses import words
from ..speech.engine import Word
from ..speech.tone import END, GRID, MARK_A, MARK_B, PREAMBLE, RATE, SPEEDS, STEPS, TONES
from .engine import Transcript

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ToneRecognizer"]

# The recogniser works at telephone rate: every tone fits and the arrays are small.
_EAR_RATE: Final = 8_000
_EAR_WINDOW: Final = 80  # samples; 10 ms, shorter than any symbol
_LOWEST_RATE: Final = 6_000
_SURE: Final = 0.3


class ToneRecognizer:
    """Reads the transmissions of `ToneSynthesizer`; implements `Recognizer`.

    Stateless and safe to call from several threads.
    """

    name = "tone"

    def transcribe(
        self, pcm: NDArray[np.float32], sample_rate: int, *, language: str = "en"
    ) -> Transcript:
        """Read every transmission in the clip; empty text if there is none.

        A transmission cut short gives the text that arrived.
        """
        duration = len(pcm) / sample_rate
        text, times = "", list[tuple[float, float]]()
        if sample_rate >= _LOWEST_RATE:
            ear = _pcm.resample(pcm, sample_rate, _EAR_RATE)
            starts = _find_preambles(ear)
            bounds = [*(start for start, _ in starts), float(len(ear))]
            for (start, size), end in zip(starts, bounds[1:], strict=True):
                piece, spans = _read(ear, start, size, end)
                text += piece
                times += spans
        heard = tuple(
            Word(word, times[start][0], min(times[end - 1][1], duration))
            for word, start, end in words(text)
        )
        return Transcript(text=text, words=heard, duration=duration, language=language)


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


def _read(
    ear: NDArray[np.float32], start: float, size: float, end: float
) -> tuple[str, list[tuple[float, float]]]:
    """Text of one transmission and the span of each character in seconds."""
    energy, purity = _symbol_energy(ear, start, size, end)
    marks = energy[:, MARK_A:].max(axis=1) > energy[:, :MARK_A].max(axis=1)
    stop = _first_run(marks, len(END))
    stop = min(stop, _first_run(purity < 0.1, 4))
    nibbles = energy[: stop // 2 * 2, :MARK_A].argmax(axis=1)
    text = bytes((nibbles[0::2] << 4 | nibbles[1::2]).astype(np.uint8)).decode("utf-8", "replace")
    spans: list[tuple[float, float]] = []
    offset = 0
    for character in text:
        length = len(character.encode())
        begin = (start + 2 * offset * size) / _EAR_RATE
        spans.append((begin, begin + 2 * length * size / _EAR_RATE))
        offset += length
    return text, spans


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
    energy = np.abs(pieces @ np.exp(-1j * angle)) ** 2
    whole = np.square(pieces).sum(axis=1)
    return energy, energy.max(axis=1, initial=0) * (2 / inner) / np.maximum(whole, 1e-9)


def _first_run(flags: NDArray[np.bool_], length: int) -> int:
    """Index of the first ``length`` flags in a row, or the number of flags."""
    if len(flags) < length:
        return len(flags)
    runs = np.lib.stride_tricks.sliding_window_view(flags, length).all(axis=1)
    return int(runs.argmax()) if runs.any() else len(flags)
