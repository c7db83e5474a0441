"""Audio formats.

All audio of the service is mono, so a sample frame is one sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec
import msgspec.structs

from ._checks import as_int, check_names, mapping_of
from ._sound.encodings import SAMPLE_BYTES, Encoding
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PCM_16K", "PCM_24K", "TELEPHONY", "AudioFormat"]

Container = Literal["raw", "wav", "mp3"]
SAMPLE_RATES: Final = (8000, 16000, 22050, 24000, 44100, 48000)
BIT_RATES: Final = (32000, 64000, 96000, 128000, 192000)


class AudioFormat(msgspec.Struct, frozen=True):
    """Audio format that the service delivers.

    Attributes:
        container: ``raw`` for every call; ``wav`` and ``mp3`` only for `tts.generate`.
        encoding: Sample encoding of ``raw`` and ``wav``; None for ``mp3``.
        sample_rate: In Hz: 8000, 16000, 22050, 24000, 44100 or 48000.
        bit_rate: Bits per second of ``mp3``: 32000, 64000, 96000, 128000 or 192000.

    Raises:
        ConfigurationError: If the members do not fit together.

    Source: spec/cartesia.yaml, components.schemas.OutputFormat.
    """

    container: Container = "raw"
    encoding: Encoding | None = "pcm_s16le"
    sample_rate: int = 24000
    bit_rate: int | None = None

    def __post_init__(self) -> None:
        for name in ("sample_rate", "bit_rate"):
            msgspec.structs.force_setattr(self, name, as_int(getattr(self, name)))
        if type(self.sample_rate) is not int or self.sample_rate not in SAMPLE_RATES:
            raise _bad("sample_rate", self.sample_rate, SAMPLE_RATES)
        if self.container in ("raw", "wav"):
            if self.encoding not in tuple(SAMPLE_BYTES):  # a value may have no hash
                raise _bad("encoding", self.encoding, tuple(SAMPLE_BYTES))
            if self.bit_rate is not None:
                raise _bad("bit_rate", self.bit_rate, ("None, because only mp3 has one",))
        elif self.container == "mp3":
            if self.encoding is not None:
                raise _bad("encoding", self.encoding, ("None, because mp3 has bit_rate instead",))
            if type(self.bit_rate) is not int or self.bit_rate not in BIT_RATES:
                raise _bad("bit_rate", self.bit_rate, BIT_RATES)
        else:
            raise _bad("container", self.container, ("raw", "wav", "mp3"))

    @classmethod
    def of(cls, value: AudioFormat | Mapping[str, object]) -> AudioFormat:
        """Return a format from a format or a mapping, such as ``{"container": "raw", ...}``.

        Raises:
            ConfigurationError: If it is neither, or its members do not fit together.
        """
        if isinstance(value, AudioFormat):
            return value
        check_names(mapping_of(value, "output_format"), cls.__struct_fields__, "output_format")
        try:
            return msgspec.convert({"encoding": None, **value}, cls)
        except (msgspec.ValidationError, TypeError) as error:
            if isinstance(error.__cause__, ConfigurationError):
                raise error.__cause__ from None
            raise ConfigurationError(f"output_format: {error}", option="output_format") from None

    @property
    def sample_bytes(self) -> int:
        """Size of one sample in bytes; 1 for mp3, whose bytes are not samples."""
        return SAMPLE_BYTES.get(self.encoding or "", 1)

    @property
    def bytes_per_second(self) -> int:
        """Bytes of audio per second; for ``wav`` without the header."""
        if self.container == "mp3":
            return (self.bit_rate or 0) // 8
        return self.sample_rate * self.sample_bytes

    def duration(self, nbytes: int) -> float:
        """Return the playing time of a block of audio.

        Args:
            nbytes: Size of the block in bytes.

        Returns:
            Seconds. 48 000 bytes of 24 kHz ``pcm_s16le`` last 1.0 s.
        """
        return nbytes / self.bytes_per_second

    def nbytes(self, seconds: float) -> int:
        """Return the size in bytes of the whole samples in ``seconds``."""
        # 1e-6 corrects rounding errors, so that this is the inverse of `duration`
        return int(seconds * self.sample_rate + 1e-6) * self.sample_bytes

    def to_wire(self) -> dict[str, object]:
        """Return the format as the ``output_format`` field of a request."""
        fields: dict[str, object] = {"container": self.container}
        if self.container == "mp3":
            fields["bit_rate"] = self.bit_rate
        else:
            fields["encoding"] = self.encoding
        return fields | {"sample_rate": self.sample_rate}


def _bad(name: str, value: object, allowed: tuple[object, ...]) -> ConfigurationError:
    choices = ", ".join(str(choice) for choice in allowed)
    return ConfigurationError(
        f"output_format: {name} is {value!r}; allowed: {choices}", option=f"output_format.{name}"
    )


PCM_24K: Final = AudioFormat("raw", "pcm_s16le", 24000)
"""16-bit PCM at 24 kHz: the default."""
PCM_16K: Final = AudioFormat("raw", "pcm_s16le", 16000)
"""16-bit PCM at 16 kHz: the usual input of speech recognition."""
TELEPHONY: Final = AudioFormat("raw", "pcm_mulaw", 8000)
"""G.711 mu-law at 8 kHz: the usual format of telephony."""
