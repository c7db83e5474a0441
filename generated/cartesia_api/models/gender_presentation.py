from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

GenderPresentation: TypeAlias = Literal["feminine", "gender_neutral", "masculine"]
"""Gender that a voice sounds like."""

GENDER_PRESENTATION_VALUES: Final[tuple[GenderPresentation, ...]] = (
    "feminine",
    "gender_neutral",
    "masculine",
)


def check_gender_presentation(value: object) -> GenderPresentation:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, GENDER_PRESENTATION_VALUES, "GenderPresentation")
