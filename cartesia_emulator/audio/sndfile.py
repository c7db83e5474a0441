"""The package that reads and writes compressed audio."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from ..extras import PackageMissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Sound", "soundfile"]


class Sound(Protocol):
    """An open audio file."""

    samplerate: int

    def read(self, frames: int, dtype: str, *, always_2d: bool) -> NDArray[np.float32]:
        """Read at most so many samples of each channel, shape ``(sample frames, channels)``."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class _SoundFile(Protocol):
    def SoundFile(self, file: object) -> Sound: ...  # noqa: N802 - the package's own name


def soundfile(what: str) -> _SoundFile:
    """Import the package that reads and writes audio files.

    Args:
        what: What needs it.

    Raises:
        PackageMissingError: If it is not installed, or lacks its library.
    """
    try:
        return cast("_SoundFile", import_module("soundfile"))
    except (ImportError, OSError):
        raise PackageMissingError(what, "codecs") from None
