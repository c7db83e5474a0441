from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

FineTuneStatus: TypeAlias = Literal["completed", "created", "failed", "training"]
"""How far a fine-tune is."""

FINE_TUNE_STATUS_VALUES: Final[tuple[FineTuneStatus, ...]] = (
    "completed",
    "created",
    "failed",
    "training",
)


def check_fine_tune_status(value: object) -> FineTuneStatus:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, FINE_TUNE_STATUS_VALUES, "FineTuneStatus")
