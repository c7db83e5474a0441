"""Encoders of ITU-T G.711 (mu-law and A-law), bit-exact with the reference implementation.

A table has an entry for each of the 65536 samples, which makes encoding one look-up.
`encodings.expanded` has the tables of the other direction.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["alaw_encoder", "mulaw_encoder"]


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
