"""Forms of audio: an encoding, a sample rate, and a length of blocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypedDict, cast

from .._checks import as_int, is_number
from ..errors import ConfigurationError
from .encodings import SAMPLE_BYTES
from .mp3 import MP3_RATES, bit_rate_of

if TYPE_CHECKING:
    from .encodings import Encoding

LOWEST_RATE: Final = 8000
HIGHEST_RATE: Final = 48000
LONGEST_MS: Final = 60_000  # a block is held in memory, and the last one is padded to its length


class FormOptions(TypedDict, total=False):
    """What callers choose of a form; None keeps what there is.

    Attributes:
        frame_ms: Length of each block in milliseconds.
        sample_rate: In Hz.
        encoding: Encoding of the samples, or ``mp3``.
    """

    frame_ms: float | None
    sample_rate: int | None
    encoding: Encoding | Literal["mp3"] | None


class Form(NamedTuple):
    """A form of audio.

    Attributes:
        encoding: Encoding of the samples, or ``mp3``.
        sample_rate: In Hz.
        samples: Samples of a block; None for blocks of any length.
    """

    encoding: Encoding | Literal["mp3"]
    sample_rate: int
    samples: int | None = None

    @property
    def sample_bytes(self) -> int:
        """Size of one sample in bytes; 1 for mp3, whose bytes are not samples."""
        return SAMPLE_BYTES.get(self.encoding, 1)

    @property
    def bytes_per_second(self) -> float:
        """Bytes of audio per second."""
        if self.encoding == "mp3":
            return bit_rate_of(self.sample_rate) / 8
        return self.sample_rate * self.sample_bytes

    def become(
        self,
        *,
        frame_ms: float | None = None,
        sample_rate: int | None = None,
        encoding: Encoding | Literal["mp3"] | None = None,
    ) -> Form:
        """Return the form with other properties; None keeps what there is.

        Raises:
            ConfigurationError: If an argument is invalid, or they do not fit together.
        """
        rate = self.sample_rate if sample_rate is None else _rate_of(sample_rate)
        kind = self.encoding if encoding is None else _encoding_of(encoding)
        if kind != "mp3":
            return Form(kind, rate, samples_of(frame_ms, rate))
        if frame_ms is not None:
            raise ConfigurationError(
                "mp3 has no blocks of one length; leave frame_ms out", option="frame_ms"
            )
        if rate not in MP3_RATES:
            raise ConfigurationError(
                f"mp3 has no sample rate of {rate} Hz; give sample_rate one of "
                f"{', '.join(map(str, MP3_RATES))}",
                option="sample_rate",
            )
        return Form(kind, rate)


def _rate_of(sample_rate: object) -> int:
    sample_rate = as_int(sample_rate)
    if (
        not isinstance(sample_rate, int)
        or isinstance(sample_rate, bool)
        or not LOWEST_RATE <= sample_rate <= HIGHEST_RATE
    ):
        raise ConfigurationError(
            f"sample_rate is {sample_rate!r}; give a whole number of Hz from {LOWEST_RATE} to "
            f"{HIGHEST_RATE}",
            option="sample_rate",
        )
    return sample_rate


def _encoding_of(encoding: object) -> Encoding | Literal["mp3"]:
    known = (*SAMPLE_BYTES, "mp3")
    if encoding not in known:
        raise ConfigurationError(
            f"encoding is {encoding!r}; give one of {', '.join(known)}", option="encoding"
        )
    return cast("Encoding | Literal['mp3']", encoding)


def samples_of(frame_ms: float | None, sample_rate: int) -> int | None:
    """Return the samples of a block of ``frame_ms`` milliseconds; None for blocks of any length.

    Raises:
        ConfigurationError: If it is not a number in range, or no whole number of samples.
    """
    if frame_ms is None:
        return None
    frame_ms = cast("float", as_int(frame_ms))
    if not is_number(frame_ms) or not 0 < frame_ms <= LONGEST_MS:
        raise ConfigurationError(
            f"frame_ms is {frame_ms!r}; give a number of milliseconds above 0 and up to "
            f"{LONGEST_MS}, such as 20",
            option="frame_ms",
        )
    exact = frame_ms * sample_rate / 1000
    samples = round(exact)
    if samples < 1 or abs(exact - samples) > 1e-6:
        whole = 1000 // math.gcd(1000, sample_rate)
        raise ConfigurationError(
            f"frame_ms={frame_ms!r} is {exact:g} samples at {sample_rate} Hz, which must be a "
            f"whole number; give a multiple of {whole}",
            option="frame_ms",
        )
    return samples
