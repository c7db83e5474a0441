from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

ModelSpeed: TypeAlias = Literal["fast", "normal", "slow"]
"""Coarse speed of older models."""

MODEL_SPEED_VALUES: Final[tuple[ModelSpeed, ...]] = ("fast", "normal", "slow")


def check_model_speed(value: object) -> ModelSpeed:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, MODEL_SPEED_VALUES, "ModelSpeed")
