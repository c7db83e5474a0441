"""MP3 while it is streamed, by libsndfile, which the emulator's extra ``codecs`` has too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

from .._checks import package_of

if TYPE_CHECKING:
    from .samples import Samples

__all__ = ["MP3_RATES", "Mp3Writer", "bit_rate_of"]

MP3_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# Lowest sample rate in Hz of each version of MPEG, and its lowest and highest bits per second.
_BIT_RATES: Final = (
    (32_000, 32_000, 320_000),
    (16_000, 8_000, 160_000),
    (0, 8_000, 64_000),
)
_BIT_RATE: Final = 128_000
_MOST_COMPRESSION: Final = 0.999  # libsndfile takes numbers below 1


class _Sound(Protocol):
    def write(self, data: Samples) -> None: ...
    def close(self) -> None: ...


class _SoundFile(Protocol):
    def SoundFile(  # noqa: N802 - the package's own name
        self,
        file: object,
        mode: str,
        samplerate: int,
        channels: int,
        subtype: str,
        *,
        format: str,
        compression_level: float,
        bitrate_mode: str,
    ) -> _Sound: ...


def bit_rate_of(sample_rate: int, bit_rate: int = _BIT_RATE) -> int:
    """Return the bit rate nearest to the one wanted that a sample rate allows, in bits per second.

    Args:
        sample_rate: One of `MP3_RATES`, in Hz.
        bit_rate: The bit rate wanted.
    """
    low, high = _bounds(sample_rate)
    return min(max(bit_rate, low), high)


def _bounds(sample_rate: int) -> tuple[int, int]:
    return next((low, high) for least, low, high in _BIT_RATES if sample_rate >= least)


class Mp3Writer:
    """Writes MP3 of a constant bit rate, and gives the bytes as they are made.

    Args:
        sample_rate: Rate of the samples in Hz, one of `MP3_RATES`.
        bit_rate: In bits per second; the nearest one that the sample rate allows is taken.

    Raises:
        ConfigurationError: If the package that writes MP3 is not installed.
    """

    def __init__(self, sample_rate: int, bit_rate: int = _BIT_RATE) -> None:
        low, high = _bounds(sample_rate)
        compression = (high - bit_rate_of(sample_rate, bit_rate)) / (high - low)
        library = cast("_SoundFile", package_of("mp3", "soundfile", "writing MP3"))
        self._sink = _Sink()
        self._sound = library.SoundFile(
            self._sink,
            "w",
            sample_rate,
            1,
            "MPEG_LAYER_III",
            format="MP3",
            compression_level=min(compression, _MOST_COMPRESSION),
            bitrate_mode="CONSTANT",
        )

    def feed(self, samples: Samples) -> bytes:
        """Encode samples; return the bytes that are ready."""
        if len(samples):
            self._sound.write(samples)
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
