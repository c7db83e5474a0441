"""Resampling with numpy: a windowed sinc, applied to blocks of samples."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["StreamResampler", "resample"]

_CROSSINGS: Final = 32  # of the sinc on each side
_BETA: Final = 8.0  # of the Kaiser window: what folds back is 80 dB down
_PASSED: Final = 0.92  # the cutoff, as a share of what the lower rate can carry
_FINEST: Final = 1000  # of other ratios the nearest one is taken, wrong by 2 ms in half an hour
_OUTPUTS: Final = 64  # of a block, at least
_PIECE: Final = 1 << 16  # samples that `resample` takes at once, so that it needs little memory


class _Kernel(NamedTuple):
    """How a block of samples becomes one at another rate.

    Attributes:
        weights: Shape ``(samples that a block looks at, samples that come out)``.
        step: Samples from one block to the next.
        margin: Samples that it looks at before the block, and as many after it.
    """

    weights: NDArray[np.float32]
    step: int
    margin: int


@lru_cache(maxsize=32)
def _kernel(source_rate: int, rate: int) -> _Kernel:
    if rate <= source_rate:
        ratio = Fraction(rate, source_rate).limit_denominator(_FINEST)
    else:
        ratio = 1 / Fraction(source_rate, rate).limit_denominator(_FINEST)
    times = math.ceil(_OUTPUTS / ratio.numerator)
    outputs, step = ratio.numerator * times, ratio.denominator * times
    scale = min(1.0, float(ratio))
    margin = math.ceil(_CROSSINGS / scale)
    places = np.arange(outputs) / float(ratio)
    away = places[None, :] - (np.arange(step + 2 * margin)[:, None] - margin)
    window = np.i0(_BETA * np.sqrt(np.maximum(0.0, 1 - np.square(away / margin))))
    weights = np.where(np.abs(away) < margin, np.sinc(away * scale * _PASSED) * window, 0.0)
    return _Kernel((weights / weights.sum(axis=0)).astype(np.float32), step, margin)


class StreamResampler:
    """Resamples audio that arrives in pieces.

    Args:
        source_rate: Rate of the audio in Hz.
        rate: Rate wanted.
    """

    def __init__(self, source_rate: int, rate: int) -> None:
        self._rates = (source_rate, rate)
        self._waiting: NDArray[np.float32] | None = None
        self._taken = 0
        self._given = 0

    def feed(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the samples that are ready."""
        if self._rates[0] == self._rates[1] or not len(pcm):
            return pcm
        self._taken += len(pcm)
        ready = self._step(pcm)
        self._given += len(ready)
        return ready

    def flush(self) -> NDArray[np.float32]:
        """Return the samples that it still holds, up to a tenth of a second, and start anew."""
        rest = np.zeros(0, np.float32)
        if self._waiting is not None:
            owed = round(self._taken * self._rates[1] / self._rates[0]) - self._given
            kernel = _kernel(*self._rates)
            silence = np.zeros(len(kernel.weights) + kernel.step, np.float32)
            rest = self._step(silence)[:owed]
        self._waiting, self._taken, self._given = None, 0, 0
        return rest

    def _step(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        weights, step, margin = _kernel(*self._rates)
        before = np.zeros(margin, np.float32) if self._waiting is None else self._waiting
        samples = np.concatenate([before, pcm], dtype=np.float32)
        blocks = max(0, (len(samples) - len(weights)) // step + 1)
        self._waiting = samples[blocks * step :]
        if not blocks:
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(samples, len(weights))[::step][:blocks]
        # Not a matrix product: its sums depend on the number of blocks, and a process that forks
        # while another thread computes one hangs.
        resampled: NDArray[np.float32] = np.einsum("bi,io->bo", windows, weights).reshape(-1)
        return resampled


def resample(pcm: NDArray[np.float32], source_rate: int, rate: int) -> NDArray[np.float32]:
    """Resample a whole clip to another rate (Hz)."""
    if source_rate == rate or not len(pcm):
        return pcm
    stream = StreamResampler(source_rate, rate)
    pieces = [stream.feed(pcm[at : at + _PIECE]) for at in range(0, len(pcm), _PIECE)]
    return np.concatenate([*pieces, stream.flush()])
