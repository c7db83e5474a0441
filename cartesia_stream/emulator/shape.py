"""Measuring a voice from a clip: pitch, its spread, and long-term colour.

Plain numpy, deterministic: the same clip gives the same numbers. The result imitates how high,
how lively and how bright a speaker is, not who it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["VoiceMeasure", "measure", "track_f0"]

_FLOOR_HZ: Final = 60.0
_CEILING_HZ: Final = 450.0
_FRAME_S: Final = 0.04  # holds two periods of the deepest voice
_HOP_S: Final = 0.01
_VOICED: Final = 0.55  # normalised autocorrelation above which a frame counts as voiced


class VoiceMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured in a clip.

    Attributes:
        f0: Median fundamental frequency in Hz; 0.0 if nothing is voiced.
        spread: Robust spread of log F0 around its median (quartile distance, in nepers).
        colour: Smoothed log spectrum of the voiced frames with its mean removed, in nepers,
            evenly spaced from 0 Hz to ``top`` Hz.
        top: Highest frequency of ``colour`` in Hz.
    """

    f0: float
    spread: float
    colour: tuple[float, ...]
    top: float


def track_f0(pcm: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Fundamental frequency every 10 ms by autocorrelation.

    Args:
        pcm: Mono samples, shape ``(sample frames,)``.
        sample_rate: In Hz.

    Returns:
        Hz, shape ``(frames,)``; 0 where unvoiced.
    """
    frames = _frames(pcm, sample_rate)
    if not len(frames):
        return np.zeros(0, np.float32)
    return np.concatenate([_pitch(block, sample_rate) for block in _blocks(frames)])


def measure(pcm: NDArray[np.float32], sample_rate: int, bands: int = 601) -> VoiceMeasure:
    """Measure a clip of speech; see `VoiceMeasure`.

    Args:
        pcm: Mono samples, shape ``(sample frames,)``.
        sample_rate: In Hz.
        bands: Number of points of ``colour``.
    """
    f0 = track_f0(pcm, sample_rate)
    voiced = f0 > 0
    if not voiced.any():
        return VoiceMeasure(f0=0.0, spread=0.0, colour=(0.0,) * bands, top=sample_rate / 2)
    log_f0 = np.log(f0[voiced])
    median = float(np.median(log_f0))
    # Octave slips of the tracker would dominate a plain deviation; quartiles ignore them.
    low, high = np.percentile(log_f0, [25, 75])
    frames = _frames(pcm, sample_rate)[voiced]
    return VoiceMeasure(
        f0=float(np.exp(median)),
        spread=float(high - low),
        colour=_colour(frames, bands),
        top=sample_rate / 2,
    )


def _frames(pcm: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Overlapping frames as a view, shape ``(frames, samples)``."""
    size, hop = int(_FRAME_S * sample_rate), int(_HOP_S * sample_rate)
    if len(pcm) < size or hop < 1:
        return np.zeros((0, max(size, 1)), np.float32)
    return np.lib.stride_tricks.sliding_window_view(pcm, size)[::hop]


def _blocks(frames: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Pieces of 2048 frames, so that a long clip does not fill the memory with spectra."""
    return [frames[at : at + 2048] for at in range(0, len(frames), 2048)]


def _pitch(frames: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    size = frames.shape[1]
    window = np.hanning(size)
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    energy = np.square(centred).sum(axis=1)
    span = 1 << (2 * size - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, span, axis=1)) ** 2
    correlation = np.fft.irfft(power, span, axis=1)[:, :size]
    # Dividing by the window's own autocorrelation undoes its taper towards long lags.
    taper = np.fft.irfft(np.abs(np.fft.rfft(window, span)) ** 2, span)[:size]
    shortest, longest = int(sample_rate / _CEILING_HZ), int(sample_rate / _FLOOR_HZ) + 1
    longest = min(longest, size - 2)
    normal = correlation[:, : longest + 2] / taper[: longest + 2]
    normal /= np.maximum(normal[:, :1], 1e-9)
    lag = _first_peak(normal, shortest, longest)
    strength = normal[np.arange(len(normal)), lag]
    loud = energy > 0.01 * np.percentile(energy, 95)
    voiced = (strength > _VOICED) & loud & (energy > 1e-6)
    return np.where(voiced, sample_rate / _refine(normal, lag), 0.0).astype(np.float32)


def _first_peak(normal: NDArray[np.float64], shortest: int, longest: int) -> NDArray[np.intp]:
    """The shortest lag whose peak is nearly the best one: the true period, not a multiple."""
    inner = normal[:, shortest : longest + 1]
    best = inner.max(axis=1, keepdims=True)
    peak = (inner >= normal[:, shortest - 1 : longest]) & (
        inner >= normal[:, shortest + 1 : longest + 2]
    )
    good = peak & (inner >= 0.9 * best)
    first: NDArray[np.intp] = np.argmax(good, axis=1)
    highest: NDArray[np.intp] = np.argmax(inner, axis=1)
    chosen: NDArray[np.intp] = np.where(good.any(axis=1), first, highest)
    return chosen + shortest


def _refine(normal: NDArray[np.float64], lag: NDArray[np.intp]) -> NDArray[np.float64]:
    """Lags to a fraction of a sample, by a parabola through the peak."""
    rows = np.arange(len(normal))
    left, mid, right = normal[rows, lag - 1], normal[rows, lag], normal[rows, lag + 1]
    bend = left - 2 * mid + right
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0)
    refined: NDArray[np.float64] = np.clip(shift, -0.5, 0.5) + lag.astype(np.float64)
    return refined


def _colour(frames: NDArray[np.float32], bands: int) -> tuple[float, ...]:
    """Long-term log spectrum smoothed over about 400 Hz, mean removed."""
    window = np.hanning(frames.shape[1])
    total = np.zeros(frames.shape[1] // 2 + 1)
    for block in _blocks(frames):
        total += np.square(np.abs(np.fft.rfft(block * window, axis=1))).sum(axis=0)
    log = 0.5 * np.log(total / len(frames) + 1e-9)
    axis = np.linspace(0, len(log) - 1, bands)
    log = np.interp(axis, np.arange(len(log)), log)
    width = max(bands // 30, 1) | 1
    kernel = np.hanning(width + 2)
    padded = np.pad(log, (width + 2) // 2, mode="edge")
    smooth = np.convolve(padded, kernel / kernel.sum(), mode="valid")[:bands]
    return tuple((smooth - smooth.mean()).tolist())
