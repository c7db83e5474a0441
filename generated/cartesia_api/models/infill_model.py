from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

InfillModel: TypeAlias = Literal["sonic-3", "sonic-3-2025-10-27", "sonic-3-2026-01-12"]
"""Models for infill, which fills the gap between two recordings."""

INFILL_MODEL_VALUES: Final[tuple[InfillModel, ...]] = (
    "sonic-3",
    "sonic-3-2025-10-27",
    "sonic-3-2026-01-12",
)


def check_infill_model(value: object) -> InfillModel:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, INFILL_MODEL_VALUES, "InfillModel")
