"""Sample formats and containers, in numpy.

Inside the emulator audio is mono float32 in -1..1. This module converts from and to raw encodings
(`encode`, `decode`), to streams of a container (`StreamEncoder`) and to WAV files (`wav_bytes`).
Only MP3 needs another package, which is imported on first use.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from cartesia_stream._sound.mp3 import MP3_RATES, Mp3Writer
from cartesia_stream._sound.samples import as_floats
from cartesia_stream._sound.samples import decode as decoded
from cartesia_stream._sound.samples import encode as encoded

from .rates import StreamResampler
from .sndfile import soundfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Container",
    "Encoding",
    "StreamDecoder",
    "StreamEncoder",
    "closed_wav",
    "decode",
    "encode",
    "limit",
    "sample_width",
    "wav_bytes",
]

Encoding = Literal[
    "pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw", "pcm_s32le", "pcm_f16le"
]  # The last two are input only.
Container = Literal["raw", "wav", "mp3"]

_WIDTHS: Final = {
    "pcm_f32le": 4,
    "pcm_s16le": 2,
    "pcm_mulaw": 1,
    "pcm_alaw": 1,
    "pcm_s32le": 4,
    "pcm_f16le": 2,
}
_WAV_TAGS: Final = {"pcm_s16le": 1, "pcm_f32le": 3, "pcm_alaw": 6, "pcm_mulaw": 7}
_UNKNOWN_LENGTH: Final = 0xFFFFFFFF


def sample_width(encoding: str) -> int:
    """Bytes per sample of a raw encoding; ``ValueError`` for an unknown one."""
    try:
        return _WIDTHS[encoding]
    except KeyError:
        known = ", ".join(get_args(Encoding))
        raise ValueError(f"unknown encoding {encoding!r}; known: {known}") from None


def limit(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bend peaks above 0.9 smoothly below 1.0; quieter samples pass unchanged.

    Shaped voices peak near 1.3, where a hard clip crackles.
    """
    knee = np.float32(0.9)
    room = np.float32(1.0) - knee
    magnitude = np.abs(pcm)
    if not np.any(magnitude > knee):
        return pcm
    bent = np.copysign(knee + room * np.tanh((magnitude - knee) / room), pcm)
    limited: NDArray[np.float32] = np.where(magnitude > knee, bent, pcm)
    return limited


def encode(pcm: NDArray[np.float32], encoding: str) -> bytes:
    """Encode mono samples as raw bytes; integers round to nearest and clip at full scale.

    Decoded 16-bit audio encodes back to the same bytes.
    """
    match encoding:
        case "pcm_f32le" | "pcm_s16le" | "pcm_mulaw" | "pcm_alaw":
            return encoded(pcm, encoding)
        case _:
            sample_width(encoding)  # Raises another error for an unknown encoding.
            raise ValueError(f"encoding {encoding!r} is for input only")


def decode(data: bytes, encoding: str) -> NDArray[np.float32]:
    """Decode raw bytes to mono float32 samples; ignore a partial sample at the end."""
    width = sample_width(encoding)
    data = data[: len(data) // width * width]
    match encoding:
        case "pcm_f16le":
            return _finite(np.frombuffer(data, "<f2").astype(np.float32))
        case "pcm_s32le":
            return (np.frombuffer(data, "<i4") / 2147483648).astype(np.float32)
        case "pcm_f32le":
            return _finite(as_floats(decoded(data, encoding)))
        case "pcm_s16le" | "pcm_mulaw" | "pcm_alaw":
            return as_floats(decoded(data, encoding))
        case _:
            raise ValueError(f"unknown encoding {encoding!r}")


def _finite(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """Replace NaN by silence and infinities by full scale.

    One NaN in an upload would spread through the resamplers and recognisers.
    """
    finite: NDArray[np.float32] = np.nan_to_num(pcm, nan=0.0, posinf=1.0, neginf=-1.0)
    return finite


class StreamDecoder:
    """Decodes raw bytes that arrive in pieces, which may end within a sample.

    Args:
        encoding: Encoding of the samples.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._width = sample_width(encoding)
        self._rest = b""

    def feed(self, data: bytes) -> NDArray[np.float32]:
        """Decode the whole samples so far; keep the rest of the bytes."""
        data = self._rest + data
        whole = len(data) // self._width * self._width
        self._rest = data[whole:]
        return decode(data[:whole], self._encoding)


class StreamEncoder:
    """Encodes one stream of mono float32 at ``source_rate`` into bytes of a container.

    Resampling and MP3 keep state across calls, so chunk borders do not click. Not thread-safe.

    Args:
        container: ``raw``, ``wav`` (header with unknown length first) or ``mp3``.
        encoding: Sample encoding of raw and WAV; ignored for MP3.
        sample_rate: Rate of the output, in Hz; for MP3 one of the nine the format knows.
        source_rate: Rate of the samples fed, in Hz.
        bit_rate: MP3 only, in bits per second; 128 000 by default. The nearest one that the rate
            allows is taken.

    Raises:
        ValueError: For a container, encoding or rate that cannot be written.
        PackageMissingError: If the package that writes MP3 is not installed.
    """

    def __init__(
        self,
        container: str,
        encoding: str | None,
        sample_rate: int,
        source_rate: int,
        bit_rate: int | None = None,
    ) -> None:
        if container not in get_args(Container):
            raise ValueError(f"unknown container {container!r}; known: raw, wav, mp3")
        if sample_rate <= 0 or source_rate <= 0:
            raise ValueError("sample rates must be positive")
        self._encoding = encoding or "pcm_s16le"
        self._resampler = StreamResampler(source_rate, sample_rate)
        self._mp3: Mp3Writer | None = None
        self._header = b""
        if container == "mp3":
            if sample_rate not in MP3_RATES:
                raise ValueError(f"MP3 cannot carry {sample_rate} Hz; it knows {MP3_RATES}")
            soundfile("writing MP3")  # or it answers with the extra that brings it
            self._mp3 = Mp3Writer(sample_rate, bit_rate or 128_000)
        else:
            encode(np.zeros(0, np.float32), self._encoding)  # Reject bad encodings early.
        if container == "wav":
            self._header = _wav_header(self._encoding, sample_rate, None)

    def feed(self, pcm: NDArray[np.float32]) -> bytes:
        """Encode ``pcm``, shape ``(sample frames,)``; return the bytes that are ready."""
        return self._encode(self._resampler.feed(pcm))

    def finish(self) -> bytes:
        """Return the rest of the stream; call it once, at the end."""
        tail = self._encode(self._resampler.flush())
        return tail + self._mp3.finish() if self._mp3 else tail

    def _encode(self, pcm: NDArray[np.float32]) -> bytes:
        if self._mp3 is not None:
            return self._mp3.feed(pcm) if len(pcm) else b""
        header, self._header = self._header, b""
        return header + encode(pcm, self._encoding)


def _wav_header(encoding: str, sample_rate: int, data_bytes: int | None) -> bytes:
    """RIFF header for mono; ``None`` marks a stream of unknown length.

    Formats other than PCM carry the extension size and the ``fact`` chunk their standard asks for.
    """
    tag, width = _WAV_TAGS[encoding], sample_width(encoding)
    fmt = struct.pack("<HHIIHH", tag, 1, sample_rate, sample_rate * width, width, width * 8)
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt
    if tag != 1:
        samples = _UNKNOWN_LENGTH if data_bytes is None else data_bytes // width
        chunks = b"fmt " + struct.pack("<I", len(fmt) + 2) + fmt + b"\0\0"
        chunks += b"fact" + struct.pack("<II", 4, samples)
    if data_bytes is None:
        riff, data = _UNKNOWN_LENGTH, _UNKNOWN_LENGTH
    else:
        riff, data = 4 + len(chunks) + 8 + data_bytes + data_bytes % 2, data_bytes
    return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + chunks + b"data" + struct.pack("<I", data)


def wav_bytes(pcm: NDArray[np.float32], sample_rate: int, encoding: str = "pcm_s16le") -> bytes:
    """Encode a complete mono WAV file with true lengths."""
    return wav_file(encode(pcm, encoding), sample_rate, encoding)


def wav_file(body: bytes, sample_rate: int, encoding: str) -> bytes:
    """Return encoded mono samples as a WAV file with true lengths."""
    return _wav_header(encoding, sample_rate, len(body)) + body + b"\0" * (len(body) % 2)


def closed_wav(pieces: bytes, sample_rate: int, encoding: str) -> bytes:
    """Return what a `StreamEncoder` wrote as a WAV file with true lengths."""
    return wav_file(pieces[len(_wav_header(encoding, sample_rate, None)) :], sample_rate, encoding)
