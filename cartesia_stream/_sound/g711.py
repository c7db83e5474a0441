"""ITU-T G.711 (mu-law and A-law) as lookup tables, bit-exact with the reference implementation.

An encoder has an entry for each of the 65536 samples, which makes encoding one look-up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["alaw_decoder", "alaw_encoder", "mulaw_decoder", "mulaw_encoder"]


def _segment(magnitude: NDArray[np.int32], first_end: int) -> NDArray[np.int32]:
    """G.711 segment number 0..8 of each magnitude, for ends ``first_end``, doubled each time."""
    ends = np.array([((first_end + 1) << i) - 1 for i in range(8)])
    return np.searchsorted(ends, magnitude).astype(np.int32)


def _all_s16() -> NDArray[np.int32]:
    """Every 16-bit sample, in the order of its unsigned view, so tables index by that view."""
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)


@lru_cache(maxsize=1)
def mulaw_encoder() -> NDArray[np.uint8]:
    """Table from a 16-bit sample, viewed as unsigned, to mu-law: 14-bit input, bias 33."""
    value = _all_s16() >> 2
    mask = np.where(value < 0, 0x7F, 0xFF)
    magnitude = (np.minimum(np.abs(value), 8159) + 33).astype(np.int32)
    segment = _segment(magnitude, 0x3F)
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0xF)
    return (np.where(segment >= 8, 0x7F, code) ^ mask).astype(np.uint8)


@lru_cache(maxsize=1)
def alaw_encoder() -> NDArray[np.uint8]:
    """Table from a 16-bit sample, viewed as unsigned, to A-law: 13 bits, even ones flipped."""
    value = _all_s16() >> 3
    mask = np.where(value < 0, 0x55, 0xD5)
    magnitude = np.where(value < 0, -value - 1, value).astype(np.int32)
    segment = _segment(magnitude, 0x1F)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0xF)
    return (code ^ mask).astype(np.uint8)


@lru_cache(maxsize=1)
def mulaw_decoder() -> NDArray[np.int16]:
    """Table from a mu-law byte to a 16-bit sample."""
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0xF) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


@lru_cache(maxsize=1)
def alaw_decoder() -> NDArray[np.int16]:
    """Table from an A-law byte to a 16-bit sample."""
    code = np.arange(256) ^ 0x55
    segment = (code & 0x70) >> 4
    step = ((code & 0xF) << 4) + np.where(segment == 0, 8, 0x108)
    magnitude: NDArray[np.int64] = step << np.maximum(segment - 1, 0)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)
