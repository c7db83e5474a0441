"""Audio formats, durations and WAV files.

All audio of the service is mono, so a sample frame is one sample.
"""

from __future__ import annotations

import io
import os
import struct
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final, Literal, Self

import msgspec

from ._checks import check_names, mapping_of
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    from .events import Timing

__all__ = ["PCM_16K", "PCM_24K", "TELEPHONY", "Audio", "AudioFormat", "WavWriter"]

Container = Literal["raw", "wav", "mp3"]
Encoding = Literal["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"]

SAMPLE_RATES: Final = (8000, 16000, 22050, 24000, 44100, 48000)
BIT_RATES: Final = (32000, 64000, 96000, 128000, 192000)
SAMPLE_BYTES: Final[Mapping[str, int]] = {
    "pcm_s16le": 2,
    "pcm_f32le": 4,
    "pcm_mulaw": 1,
    "pcm_alaw": 1,
}
WAVE_FORMAT_TAGS: Final[Mapping[str, int]] = {
    "pcm_s16le": 1,
    "pcm_f32le": 3,
    "pcm_alaw": 6,
    "pcm_mulaw": 7,
}
STREAMED: Final = 0xFFFF_FFFF  # length field of a WAV file whose length is not known yet


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
        if self.sample_rate not in SAMPLE_RATES:
            raise _bad("sample_rate", self.sample_rate, SAMPLE_RATES)
        if self.container in ("raw", "wav"):
            if self.encoding not in tuple(SAMPLE_BYTES):  # a value may have no hash
                raise _bad("encoding", self.encoding, tuple(SAMPLE_BYTES))
            if self.bit_rate is not None:
                raise _bad("bit_rate", self.bit_rate, ("None, because only mp3 has one",))
        elif self.container == "mp3":
            if self.encoding is not None:
                raise _bad("encoding", self.encoding, ("None, because mp3 has bit_rate instead",))
            if self.bit_rate not in BIT_RATES:
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


def wav_header(fmt: AudioFormat, nbytes: int | None) -> bytes:
    """Return the header of a mono WAV file; use None for a length that is not known yet."""
    tag = WAVE_FORMAT_TAGS[fmt.encoding or "pcm_s16le"]
    width = fmt.sample_bytes
    chunk = struct.pack("<HHIIHH", tag, 1, fmt.sample_rate, fmt.bytes_per_second, width, width * 8)
    extra = b""
    if tag != 1:  # formats other than plain PCM carry an extension size and a fact chunk
        chunk += b"\0\0"
        samples = STREAMED if nbytes is None else nbytes // width
        extra = b"fact" + struct.pack("<II", 4, samples)
    size = STREAMED if nbytes is None else nbytes
    body = b"WAVEfmt " + struct.pack("<I", len(chunk)) + chunk + extra
    body += b"data" + struct.pack("<I", size)
    total = STREAMED if nbytes is None else len(body) + nbytes + (nbytes & 1)
    return b"RIFF" + struct.pack("<I", total) + body


class WavWriter:
    """Writes a WAV file while its audio arrives; a context manager.

    The writer first writes a header with an open length, so that a player can read the file while
    it grows. If the file can seek, `close` sets the length. Not thread-safe.

    Args:
        file: A path, or a binary file open for writing, which stays open.
        fmt: Format of the samples; any ``raw`` or ``wav`` format.
    """

    def __init__(self, file: str | os.PathLike[str] | IO[bytes], fmt: AudioFormat) -> None:
        if fmt.container == "mp3":
            raise ConfigurationError("a WAV file cannot hold mp3", option="output_format.container")
        self._fmt = fmt
        self._owned = isinstance(file, str | os.PathLike)
        if isinstance(file, str | os.PathLike):
            self._file: IO[bytes] = open(file, "wb")  # noqa: PTH123, SIM115 (closed by close)
        else:
            self._file = file
        self._start = self._file.tell() if self._file.seekable() else None
        self._closed = False
        self.nbytes: int = 0
        self._file.write(wav_header(fmt, None))

    def write(self, data: bytes) -> None:
        """Append audio; a block may end within a sample."""
        self._file.write(data)
        self.nbytes += len(data)

    def close(self) -> None:
        """Write the length and close the file; safe to call twice. Your own file stays open."""
        if self._closed:
            return
        self._closed = True
        try:
            if self.nbytes & 1:
                self._file.write(b"\0")  # chunks are padded to an even size
            if self._start is not None:
                end = self._file.tell()
                self._file.seek(self._start)
                self._file.write(wav_header(self._fmt, self.nbytes))
                self._file.seek(end)
            self._file.flush()
        finally:
            if self._owned:
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Audio(msgspec.Struct, frozen=True, kw_only=True):
    """The audio of a whole utterance.

    Attributes:
        data: All audio bytes; empty if they were written to a file.
        format: Format of the audio.
        words: Word times, if requested.
        phonemes: Phoneme times, if requested.
        context_id: The context of the audio, if any.
        request_id: The service's id of the request, if it gave one.
        time_to_first_audio: Seconds from the request to the first byte of audio, if measured.
        nbytes: Size of the audio in bytes, even if it was written to a file.
    """

    data: bytes
    format: AudioFormat
    words: tuple[Timing, ...] = ()
    phonemes: tuple[Timing, ...] = ()
    context_id: str | None = None
    request_id: str | None = None
    time_to_first_audio: float | None = None
    nbytes: int = 0

    @property
    def duration(self) -> float:
        """Playing time in seconds; an estimate for containers other than ``raw``."""
        return self.format.duration(self.nbytes or len(self.data))

    def wav(self) -> bytes:
        """Return the audio as a WAV file."""
        if self.format.container == "wav":
            return self.data
        out = io.BytesIO()
        with WavWriter(out, self.format) as writer:
            writer.write(self.data)
        return out.getvalue()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the audio to a playable file and return its path: raw audio as WAV, mp3 as mp3."""
        from pathlib import Path

        target = Path(path)
        target.write_bytes(self.data if self.format.container == "mp3" else self.wav())
        return target

    def __repr__(self) -> str:
        return f"Audio({self.duration:.2f} s, {self.format.container} {self.format.encoding})"


def replacing(path: str | os.PathLike[str]) -> AbstractContextManager[IO[bytes]]:
    """Open a file that replaces the one at the path only when the block succeeds."""
    from cartesia_runtime.downloads import replacing

    return replacing(path)


@contextmanager
def saving(path: str | os.PathLike[str], fmt: AudioFormat) -> Generator[Callable[[bytes], object]]:
    """Yield a function that appends audio to a playable file; raw audio becomes a WAV file."""
    with replacing(path) as file:
        if fmt.container == "raw":
            with WavWriter(file, fmt) as writer:
                yield writer.write
        else:
            yield file.write
