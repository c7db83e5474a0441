from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

OutputContainer: TypeAlias = Literal["mp3", "raw", "wav"]
"""Containers of audio, headerless samples (`raw`) among them."""

OUTPUT_CONTAINER_VALUES: Final[tuple[OutputContainer, ...]] = ("mp3", "raw", "wav")


def check_output_container(value: object) -> OutputContainer:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, OUTPUT_CONTAINER_VALUES, "OutputContainer")
