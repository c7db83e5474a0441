from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

OutputContainer: TypeAlias = Literal["mp3", "raw", "wav"]
"""Containers of audio. `raw` means samples without a header."""

OUTPUT_CONTAINER_VALUES: Final[tuple[OutputContainer, ...]] = ("mp3", "raw", "wav")


def check_output_container(value: object) -> OutputContainer:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, OUTPUT_CONTAINER_VALUES, "OutputContainer")
