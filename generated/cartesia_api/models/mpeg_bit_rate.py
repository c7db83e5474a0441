from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

MpegBitRate: TypeAlias = Literal[32000, 64000, 96000, 128000, 192000]
"""Bit rate of mp3 audio in bits per second."""

MPEG_BIT_RATE_VALUES: Final[tuple[MpegBitRate, ...]] = (32000, 64000, 96000, 128000, 192000)


def check_mpeg_bit_rate(value: object) -> MpegBitRate:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, MPEG_BIT_RATE_VALUES, "MpegBitRate")
