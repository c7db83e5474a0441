"""Change a voice, and measure one from a clip: pitch, its spread, and long-term colour.

The same clip always gives the same numbers. They say how high, how lively and how bright a speaker
is; they do not identify the speaker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .engine import VoiceShape

__all__ = [
    "EQ_BANDS",
    "VoiceMeasure",
    "colour_match",
    "measure",
    "shape_f0",
    "shape_log",
    "track_f0",
    "warp",
]

EQ_BANDS: Final = 121  # one every 100 Hz at 24 kHz, finer than the smoothing
_EQ_LIMIT: Final = 1.2  # nepers, about 10 dB: beyond it noise is amplified, not colour

_FLOOR_HZ: Final = 60.0
_CEILING_HZ: Final = 450.0
_FRAME_S: Final = 0.04  # holds two periods of the deepest voice
_HOP_S: Final = 0.01
_LOW_PASS_HZ: Final = 800.0
_OCTAVE_PRICE: Final = 0.03
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
    rough = np.concatenate([_pitch(block, sample_rate) for block in _blocks(frames)])
    if not rough.any():
        return rough
    # Octave slips are rare but far off: look again, only around the usual pitch.
    usual = _mode(rough[rough > 0])
    near = (max(usual * 0.57, _FLOOR_HZ), min(usual * 1.75, _CEILING_HZ))
    return np.concatenate([_pitch(block, sample_rate, *near) for block in _blocks(frames)])


def measure(pcm: NDArray[np.float32], sample_rate: int, bands: int = EQ_BANDS) -> VoiceMeasure:
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


def colour_match(wanted: VoiceMeasure, have: VoiceMeasure, top: float) -> tuple[float, ...]:
    """Compute the correction that gives ``have`` the colour of ``wanted``.

    Args:
        wanted: The clip to imitate; above its own ``top`` nothing changes.
        have: The voice to correct.
        top: Highest frequency of the correction, in Hz.

    Returns:
        Nepers, evenly spaced from 0 Hz to ``top``, for `VoiceShape.eq`.
    """
    axis = np.linspace(0, top, EQ_BANDS)
    known = axis <= wanted.top * 0.95

    def on_axis(voice: VoiceMeasure) -> NDArray[np.float64]:
        log = np.interp(axis, np.linspace(0, voice.top, len(voice.colour)), voice.colour)
        return log - float(log[known].mean())

    difference = np.clip(on_axis(wanted) - on_axis(have), -_EQ_LIMIT, _EQ_LIMIT)
    return tuple(round(float(x), 3) for x in np.where(known, difference, 0.0))


def shape_f0(
    f0: NDArray[np.float32], voice: VoiceShape, floor: float = 40.0
) -> NDArray[np.float32]:
    """Move and spread a pitch curve in Hz; values up to ``floor`` are unvoiced and stay."""
    voiced = f0 > floor
    if not voiced.any():
        return f0
    log = np.log(f0[voiced])
    middle = np.median(log)
    moved = np.exp(middle + (log - middle) * voice.range) * voice.pitch
    shaped = f0.copy()
    shaped[voiced] = np.clip(moved, _FLOOR_HZ * 0.75, 800.0)
    return shaped


def shape_log(log: NDArray[np.float32], voice: VoiceShape) -> NDArray[np.float32]:
    """Warp and colour a log spectrum.

    Args:
        log: Log magnitude in nepers, shape ``(bins, frames)``, from 0 Hz to half the rate.
        voice: Its ``formant`` stretches the axis, its ``eq`` is added.
    """
    bins = len(log)
    if voice.formant != 1.0:
        log = warp(log, voice.formant)
    if voice.eq:
        axis = np.linspace(0, len(voice.eq) - 1, bins)
        eq = np.interp(axis, np.arange(len(voice.eq)), voice.eq).astype(np.float32)
        log = log + eq[:, None]
    return log


def warp(rows: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """Stretch the first axis by ``factor``; the last row fills what is missing."""
    place = np.minimum(np.arange(len(rows)) / factor, len(rows) - 1)
    below = np.minimum(place.astype(np.intp), len(rows) - 2)
    low, high = rows[below], rows[below + 1]
    weight = np.asarray(place - below, np.float32)[:, None]
    return np.asarray(low + (high - low) * weight, np.float32)


def _frames(pcm: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Overlapping frames as a view, shape ``(frames, samples)``."""
    size, hop = int(_FRAME_S * sample_rate), int(_HOP_S * sample_rate)
    if len(pcm) < size or hop < 1:
        return np.zeros((0, max(size, 1)), np.float32)
    return np.lib.stride_tricks.sliding_window_view(pcm, size)[::hop]


def _blocks(frames: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Cut into pieces of 2048 frames, which bounds the memory for spectra of a long clip."""
    return [frames[at : at + 2048] for at in range(0, len(frames), 2048)]


def _mode(f0: NDArray[np.float32]) -> float:
    """The most frequent pitch in Hz, within about a semitone."""
    steps = np.rint(12 * np.log2(f0 / _FLOOR_HZ)).astype(np.intp)
    counts = np.convolve(np.bincount(np.maximum(steps, 0)), [1, 2, 3, 2, 1], mode="same")
    return float(_FLOOR_HZ * 2 ** (np.argmax(counts) / 12))


def _pitch(
    frames: NDArray[np.float32],
    sample_rate: int,
    floor: float = _FLOOR_HZ,
    ceiling: float = _CEILING_HZ,
) -> NDArray[np.float32]:
    size = frames.shape[1]
    window = np.hanning(size)
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    energy = np.square(centred).sum(axis=1)
    span = 1 << (2 * size - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, span, axis=1)) ** 2
    # Above the first formant there is more to mislead than to learn.
    power *= 1 / (1 + (np.fft.rfftfreq(span, 1 / sample_rate) / _LOW_PASS_HZ) ** 8)
    correlation = np.fft.irfft(power, span, axis=1)[:, :size]
    # Dividing by the window's own autocorrelation undoes its taper towards long lags.
    taper = np.fft.irfft(np.abs(np.fft.rfft(window, span)) ** 2, span)[:size]
    shortest, longest = int(sample_rate / ceiling), int(sample_rate / floor) + 1
    longest = min(longest, size - 2)
    normal = correlation[:, : longest + 2] / taper[: longest + 2]
    normal /= np.maximum(normal[:, :1], 1e-9)
    lag = _best_lag(normal, shortest, longest)
    strength = normal[np.arange(len(normal)), lag]
    loud = energy > 0.01 * np.percentile(energy, 95)
    voiced = (strength > _VOICED) & loud & (energy > 1e-6)
    return np.where(voiced, sample_rate / _refine(normal, lag), 0.0).astype(np.float32)


def _best_lag(normal: NDArray[np.float64], shortest: int, longest: int) -> NDArray[np.intp]:
    """Find the lag of the highest peak; longer lags are penalised, or multiples would win."""
    lags = np.arange(shortest, longest + 1)
    price = _OCTAVE_PRICE * np.log2(lags / shortest)
    best: NDArray[np.intp] = np.argmax(normal[:, shortest : longest + 1] - price, axis=1)
    return best + shortest


def _refine(normal: NDArray[np.float64], lag: NDArray[np.intp]) -> NDArray[np.float64]:
    """Refine lags to a fraction of a sample, by a parabola through the peak."""
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
