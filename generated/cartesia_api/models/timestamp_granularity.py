from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

TimestampGranularity: TypeAlias = Literal["word",]
"""Units of a transcript that can have times."""

TIMESTAMP_GRANULARITY_VALUES: Final[tuple[TimestampGranularity, ...]] = ("word",)


def check_timestamp_granularity(value: object) -> TimestampGranularity:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, TIMESTAMP_GRANULARITY_VALUES, "TimestampGranularity")
