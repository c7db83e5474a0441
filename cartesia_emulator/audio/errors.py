"""Why a file cannot be read."""

from __future__ import annotations

__all__ = ["AudioTooLongError", "UnsupportedAudioError"]


class UnsupportedAudioError(ValueError):
    """The bytes are not audio that the emulator can read; the message says what they look like."""


class AudioTooLongError(UnsupportedAudioError):
    """The audio is longer than the emulator takes."""
