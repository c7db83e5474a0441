from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

InfillModel: TypeAlias = Literal["sonic-3", "sonic-3-2025-10-27", "sonic-3-2026-01-12"]
"""Models that fill gaps."""

INFILL_MODEL_VALUES: Final[tuple[InfillModel, ...]] = (
    "sonic-3",
    "sonic-3-2025-10-27",
    "sonic-3-2026-01-12",
)


def check_infill_model(value: object) -> InfillModel:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, INFILL_MODEL_VALUES, "InfillModel")
