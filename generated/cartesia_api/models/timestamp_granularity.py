from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

TimestampGranularity: TypeAlias = Literal["word",]
"""Units that a transcript can carry timings for."""

TIMESTAMP_GRANULARITY_VALUES: Final[tuple[TimestampGranularity, ...]] = ("word",)


def check_timestamp_granularity(value: object) -> TimestampGranularity:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, TIMESTAMP_GRANULARITY_VALUES, "TimestampGranularity")
