"""MP3 while it is streamed, by libsndfile."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from ..extras import PackageMissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Mp3Writer", "Sound", "soundfile"]

_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# Lowest sample rate in Hz of each version of MPEG, and its lowest and highest kbit/s.
_BIT_RATES: Final = ((32_000, 32, 320), (16_000, 8, 160), (0, 8, 64))
_LEAST_COMPRESSION: Final = 0.0
_MOST_COMPRESSION: Final = 0.999  # libsndfile takes numbers below 1


class Sound(Protocol):
    """An open audio file."""

    samplerate: int

    def read(self, frames: int, dtype: str, *, always_2d: bool) -> NDArray[np.float32]:
        """Read at most so many samples of each channel, shape ``(sample frames, channels)``."""
        ...

    def write(self, data: NDArray[np.float32]) -> None:
        """Write samples."""
        ...

    def close(self) -> None:
        """Write the rest."""
        ...


class _SoundFile(Protocol):
    def SoundFile(  # noqa: N802 - the package's own name
        self,
        file: object,
        mode: str = ...,
        samplerate: int | None = ...,
        channels: int | None = ...,
        subtype: str | None = ...,
        *,
        format: str | None = ...,
        compression_level: float | None = ...,
        bitrate_mode: str | None = ...,
    ) -> Sound: ...


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


class Mp3Writer:
    """Writes MP3 of a constant bit rate, and gives the bytes as they are made.

    Args:
        sample_rate: Rate of the samples in Hz, one of the nine that MP3 knows.
        bit_rate: In bits per second; the nearest one that the sample rate allows is taken.

    Raises:
        ValueError: For another sample rate.
        PackageMissingError: If the package that writes MP3 is not installed.
    """

    def __init__(self, sample_rate: int, bit_rate: int) -> None:
        if sample_rate not in _RATES:
            raise ValueError(f"MP3 cannot carry {sample_rate} Hz; it knows {_RATES}")
        low, high = next(rates for least, *rates in _BIT_RATES if sample_rate >= least)
        compression = (high - bit_rate / 1000) / (high - low)
        self._sink = _Sink()
        self._sound = soundfile("writing MP3").SoundFile(
            self._sink,
            "w",
            sample_rate,
            1,
            "MPEG_LAYER_III",
            format="MP3",
            compression_level=min(max(compression, _LEAST_COMPRESSION), _MOST_COMPRESSION),
            bitrate_mode="CONSTANT",
        )

    def feed(self, pcm: NDArray[np.float32]) -> bytes:
        """Encode samples; return the bytes that are ready."""
        self._sound.write(pcm)
        return self._sink.take()

    def finish(self) -> bytes:
        """Return the rest."""
        self._sound.close()
        return self._sink.take()


class _Sink:
    """A file that gives away what is written, and ignores what is then written over it.

    At the end libsndfile goes back to the first frame and writes the length into it. The frame has
    been sent by then; it is a valid one without a length.
    """

    def __init__(self) -> None:
        self._new = bytearray()
        self._at: int = 0
        self._end: int = 0

    def write(self, data: bytes) -> int:
        if self._at == self._end:
            self._new += data
            self._end += len(data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._end)[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        new = bytes(self._new)
        self._new.clear()
        return new
