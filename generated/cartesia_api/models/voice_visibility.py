from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

VoiceVisibility: TypeAlias = Literal["all", "owner"]
"""In whose lists a voice appears."""

VOICE_VISIBILITY_VALUES: Final[tuple[VoiceVisibility, ...]] = ("all", "owner")


def check_voice_visibility(value: object) -> VoiceVisibility:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, VOICE_VISIBILITY_VALUES, "VoiceVisibility")
