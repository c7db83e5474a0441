"""Encodings of samples: their sizes, their silence, and what bytes of G.711 stand for."""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Encoding = Literal["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"]

SAMPLE_BYTES: Final[Mapping[str, int]] = {
    "pcm_s16le": 2,
    "pcm_f32le": 4,
    "pcm_mulaw": 1,
    "pcm_alaw": 1,
}
SILENCE: Final[Mapping[str, bytes]] = {
    "pcm_s16le": b"\0\0",
    "pcm_f32le": b"\0\0\0\0",
    "pcm_mulaw": b"\xff",
    "pcm_alaw": b"\xd5",
}
"""One sample of silence."""


@cache
def expanded(law: Literal["pcm_mulaw", "pcm_alaw"]) -> bytes:
    """Return the 16-bit samples (little-endian) of all bytes, from 0 to 255."""
    samples: list[int] = []
    for byte in range(256):
        if law == "pcm_mulaw":
            code = ~byte & 0xFF
            size = ((((code & 0xF) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
            samples.append(-size if code & 0x80 else size)
        else:
            code = byte ^ 0x55
            segment = (code & 0x70) >> 4
            size = (((code & 0xF) << 4) + (0x108 if segment else 8)) << max(segment - 1, 0)
            samples.append(size if code & 0x80 else -size)
    return struct.pack("<256h", *samples)
