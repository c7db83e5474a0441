"""Why a file cannot be read."""

from __future__ import annotations

__all__ = ["AudioTooLongError", "PackageMissingError", "UnsupportedAudioError"]


class UnsupportedAudioError(ValueError):
    """The bytes are not audio that the emulator can read; the message says what they look like."""


class AudioTooLongError(UnsupportedAudioError):
    """The audio is longer than the emulator takes."""


class PackageMissingError(UnsupportedAudioError):
    """Reading the file needs a package that is not installed; the message says how to install it.

    Args:
        what: What needs the package.
        extra: The extra of this project that brings it.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs a package: pip install "cartesia-stream[{extra}]"')
