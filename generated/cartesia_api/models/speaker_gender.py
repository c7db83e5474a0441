from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

SpeakerGender: TypeAlias = Literal["female", "male"]
"""Gender of a recorded speaker."""

SPEAKER_GENDER_VALUES: Final[tuple[SpeakerGender, ...]] = ("female", "male")


def check_speaker_gender(value: object) -> SpeakerGender:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, SPEAKER_GENDER_VALUES, "SpeakerGender")
