"""Voice embeddings of v0: 192 numbers that encode the shape of a voice.

The numbers are all that is needed: an embedding works after a restart and in another emulator, near
embeddings give similar voices, and the mean of two gives one in between. Any 192 numbers are valid.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from ..speech.engine import VoiceShape
from ..speech.shape import EQ_BANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SIZE", "embed", "shape_of", "shape_of_link"]

SIZE: Final = 192
_FACTORS: Final = {
    "pitch": (0.3, 2.5),
    "range": (0.2, 3.0),
    "formant": (0.5, 2.0),
    "breath": (0.1, 5.0),
    "speed": (0.5, 2.0),
}
_EQ_LIMIT: Final = 1.2  # nepers
_EQ: Final = slice(len(_FACTORS), len(_FACTORS) + EQ_BANDS)
_GRAIN: Final = 0.15  # range of the numbers that distinguish voices
_LINKED: Final = {"pitch": 0.35, "range": 0.25, "formant": 0.08, "speed": 0.1}


def embed(shape: VoiceShape, seed: str) -> list[float]:
    """Encode a voice as an embedding.

    Args:
        shape: How the voice sounds; fills the first numbers.
        seed: Distinguishes voices that sound alike; fills the rest.

    Returns:
        192 numbers, most of them between -0.2 and 0.2.
    """
    factors = [math.log(getattr(shape, name)) for name in _FACTORS]
    eq = _resized(shape.eq) if shape.eq else [0.0] * EQ_BANDS
    numbers = [*factors, *eq]
    return [*numbers, *_noise(seed, SIZE - len(numbers))]


def shape_of(embedding: Sequence[float]) -> VoiceShape:
    """Decode the voice of an embedding.

    Args:
        embedding: 192 finite numbers; values outside the range of a voice are clamped.
    """
    factors = {
        name: round(_clamped(math.exp(_clamped(number, -5, 5)), low, high), 6)
        for number, (name, (low, high)) in zip(embedding, _FACTORS.items(), strict=False)
    }
    eq = tuple(round(_clamped(number, -_EQ_LIMIT, _EQ_LIMIT), 3) for number in embedding[_EQ])
    return msgspec.structs.replace(VoiceShape(eq=eq if any(eq) else ()), **factors)


def shape_of_link(link: str) -> VoiceShape:
    """Make up a voice for a link; the same link gives the same voice."""
    noise = _noise(link, len(_LINKED))
    factors = {
        name: round(math.exp(number / _GRAIN * width), 4)
        for number, (name, width) in zip(noise, _LINKED.items(), strict=True)
    }
    return msgspec.structs.replace(VoiceShape(), **factors)


def _noise(seed: str, count: int) -> list[float]:
    """Return numbers between -0.15 and 0.15; the same seed gives the same ones."""
    data = hashlib.shake_256(seed.encode()).digest(2 * count)
    levels = np.frombuffer(data, "<u2").astype(np.float64) / 0xFFFF
    return [round(_GRAIN * (2 * float(level) - 1), 8) for level in levels]


def _resized(eq: Sequence[float]) -> list[float]:
    if len(eq) == EQ_BANDS:
        return list(eq)
    axis = np.linspace(0, len(eq) - 1, EQ_BANDS)
    return [float(value) for value in np.interp(axis, np.arange(len(eq)), eq)]


def _clamped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
