from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

SttEncoding: TypeAlias = Literal[
    "pcm_alaw", "pcm_f16le", "pcm_f32le", "pcm_mulaw", "pcm_s16le", "pcm_s32le"
]
"""Encoding of samples without a header."""

STT_ENCODING_VALUES: Final[tuple[SttEncoding, ...]] = (
    "pcm_alaw",
    "pcm_f16le",
    "pcm_f32le",
    "pcm_mulaw",
    "pcm_s16le",
    "pcm_s32le",
)


def check_stt_encoding(value: object) -> SttEncoding:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, STT_ENCODING_VALUES, "SttEncoding")
