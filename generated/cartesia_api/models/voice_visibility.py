from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

VoiceVisibility: TypeAlias = Literal["all", "owner"]
"""Who sees a voice in lists."""

VOICE_VISIBILITY_VALUES: Final[tuple[VoiceVisibility, ...]] = ("all", "owner")


def check_voice_visibility(value: object) -> VoiceVisibility:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, VOICE_VISIBILITY_VALUES, "VoiceVisibility")
