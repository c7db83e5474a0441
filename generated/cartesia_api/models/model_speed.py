from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

ModelSpeed: TypeAlias = Literal["fast", "normal", "slow"]
"""Coarse speed of older models."""

MODEL_SPEED_VALUES: Final[tuple[ModelSpeed, ...]] = ("fast", "normal", "slow")


def check_model_speed(value: object) -> ModelSpeed:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, MODEL_SPEED_VALUES, "ModelSpeed")
