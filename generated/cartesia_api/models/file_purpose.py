from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

FilePurpose: TypeAlias = Literal[
    "agent_background_sound", "fine_tune", "tts_generation", "voice-clone"
]
"""What a stored file is for. `voice-clone` is spelled with a hyphen, the others with
underscores."""

FILE_PURPOSE_VALUES: Final[tuple[FilePurpose, ...]] = (
    "agent_background_sound",
    "fine_tune",
    "tts_generation",
    "voice-clone",
)


def check_file_purpose(value: object) -> FilePurpose:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, FILE_PURPOSE_VALUES, "FilePurpose")
