"""Encodings of samples: their sizes and their silence."""

from __future__ import annotations

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
