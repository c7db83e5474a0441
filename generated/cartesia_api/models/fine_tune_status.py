from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

FineTuneStatus: TypeAlias = Literal["completed", "created", "failed", "training"]
"""State of a fine-tune."""

FINE_TUNE_STATUS_VALUES: Final[tuple[FineTuneStatus, ...]] = (
    "completed",
    "created",
    "failed",
    "training",
)


def check_fine_tune_status(value: object) -> FineTuneStatus:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, FINE_TUNE_STATUS_VALUES, "FineTuneStatus")
