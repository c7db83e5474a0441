from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

FineTuneModel: TypeAlias = Literal["sonic-3-2025-10-27", "sonic-3-2026-01-12"]
"""Models that can be fine-tuned."""

FINE_TUNE_MODEL_VALUES: Final[tuple[FineTuneModel, ...]] = (
    "sonic-3-2025-10-27",
    "sonic-3-2026-01-12",
)


def check_fine_tune_model(value: object) -> FineTuneModel:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, FINE_TUNE_MODEL_VALUES, "FineTuneModel")
