from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

VoiceAccess: TypeAlias = Literal["private", "public"]
"""Who may use a voice."""

VOICE_ACCESS_VALUES: Final[tuple[VoiceAccess, ...]] = ("private", "public")


def check_voice_access(value: object) -> VoiceAccess:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, VOICE_ACCESS_VALUES, "VoiceAccess")
