from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

VoiceExpand: TypeAlias = Literal["preview_file_url",]
"""Fields of a voice that the server sends only on request."""

VOICE_EXPAND_VALUES: Final[tuple[VoiceExpand, ...]] = ("preview_file_url",)


def check_voice_expand(value: object) -> VoiceExpand:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, VOICE_EXPAND_VALUES, "VoiceExpand")
