from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

SampleRate: TypeAlias = Literal[8000, 16000, 22050, 24000, 44100, 48000]
"""Sampling rate of generated audio in Hz."""

SAMPLE_RATE_VALUES: Final[tuple[SampleRate, ...]] = (8000, 16000, 22050, 24000, 44100, 48000)


def check_sample_rate(value: object) -> SampleRate:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, SAMPLE_RATE_VALUES, "SampleRate")
