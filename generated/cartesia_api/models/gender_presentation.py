from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

GenderPresentation: TypeAlias = Literal["feminine", "gender_neutral", "masculine"]
"""How a voice presents."""

GENDER_PRESENTATION_VALUES: Final[tuple[GenderPresentation, ...]] = (
    "feminine",
    "gender_neutral",
    "masculine",
)


def check_gender_presentation(value: object) -> GenderPresentation:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, GENDER_PRESENTATION_VALUES, "GenderPresentation")
