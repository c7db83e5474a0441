from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

RawEncoding: TypeAlias = Literal["pcm_alaw", "pcm_f32le", "pcm_mulaw", "pcm_s16le"]
"""Encoding of one sample: 16-bit or 32-bit float little-endian PCM, or 8-bit G.711 (mu-law,
A-law)."""

RAW_ENCODING_VALUES: Final[tuple[RawEncoding, ...]] = (
    "pcm_alaw",
    "pcm_f32le",
    "pcm_mulaw",
    "pcm_s16le",
)


def check_raw_encoding(value: object) -> RawEncoding:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, RAW_ENCODING_VALUES, "RawEncoding")
