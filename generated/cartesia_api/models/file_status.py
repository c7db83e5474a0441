from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

FileStatus: TypeAlias = Literal["ready",]
"""Whether a stored file can be used."""

FILE_STATUS_VALUES: Final[tuple[FileStatus, ...]] = ("ready",)


def check_file_status(value: object) -> FileStatus:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, FILE_STATUS_VALUES, "FileStatus")
