"""WAV files, as programs write them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .errors import UnsupportedAudioError
from .pcm import decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WavFile", "is_wav", "read_wav"]

_EXTENSIBLE: Final = 0xFFFE
_OPEN: Final = (0, 0xFFFF_FFFF)
# No upload is that long: programs that write to a pipe make up such lengths.
_MADE_UP: Final = 1 << 26
_RATES: Final = (1000, 384_000)
# What may stand right behind a chunk; some programs forget to fill an odd size up.
_NAMES: Final = (b"data", b"fmt ", b"fact", b"LIST")
_BEHIND_NO_SAMPLES: Final = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"fact", b"PEAK")
_G711: Final = {6: "pcm_alaw", 7: "pcm_mulaw"}


class WavFile(NamedTuple):
    """The samples of a WAV file, not decoded yet.

    Attributes:
        tag: Number of the format, such as 1 for PCM.
        channels: Number of channels.
        rate: Sample rate in Hz.
        width: Bytes of one sample; 0 if the format has no samples of one size.
        body: The bytes of the samples.
    """

    tag: int
    channels: int
    rate: int
    width: int
    body: memoryview

    @property
    def is_plain(self) -> bool:
        """Whether the samples are numbers, and not compressed."""
        return self.tag in (1, 3, *_G711)

    @property
    def seconds(self) -> float:
        """Playing time of a plain file."""
        return len(self.body) / (self.rate * self.channels * max(self.width, 1))

    def samples(self) -> NDArray[np.float32]:
        """Return the samples as mono float32.

        Raises:
            UnsupportedAudioError: For a size of samples that no program writes, or no samples.
        """
        frame = self.width * self.channels
        whole = bytes(self.body[: len(self.body) // frame * frame]) if frame else b""
        if not whole:
            raise UnsupportedAudioError("the WAV file holds no samples")
        values = _values(whole, self.tag, self.width)
        if self.channels > 1:
            values = values.reshape(-1, self.channels).mean(axis=1, dtype=np.float32)
        return values


def is_wav(data: bytes) -> bool:
    """Whether a file says that it is WAV, RF64 or BW64."""
    return data[:4] in (b"RIFF", b"RF64", b"BW64") and data[8:12] == b"WAVE"


def read_wav(data: bytes) -> WavFile:
    """Read the chunks of a WAV file up to its samples; what follows them is ignored.

    A made-up length of the samples means all that is there.

    Raises:
        UnsupportedAudioError: If the file is cut short, or its chunks are in the wrong order.
    """
    fmt: bytes | None = None
    long_size: int | None = None  # of the samples, in files that may be longer than 4 GiB
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if name == b"data":
            if fmt is None:
                raise UnsupportedAudioError("the 'fmt ' chunk of a WAV file must precede 'data'")
            return _described(fmt, memoryview(data)[at : at + _length(data, at, size, long_size)])
        _check_whole(data, at, name, size)
        if name == b"fmt " and fmt is None:
            fmt = data[at : at + size]
        elif name == b"ds64" and size >= 16:
            long_size = int.from_bytes(data[at + 8 : at + 16], "little")
        at += size
        if size % 2 and data[at : at + 4] not in _NAMES:
            at += 1
    if fmt is None:
        raise UnsupportedAudioError("the WAV header is cut short: no complete 'fmt ' chunk")
    raise UnsupportedAudioError("the WAV file is cut short: no 'data' chunk")


def _length(data: bytes, at: int, size: int, long_size: int | None) -> int:
    """Return the length of the samples that begin at a place."""
    there = len(data) - at
    if size == 0xFFFF_FFFF and long_size is not None:
        size = min(long_size, 0xFFFF_FFFF)
    if size == 0 and data[at : at + 4] in _BEHIND_NO_SAMPLES:
        return 0
    if size in _OPEN or size > max(there, _MADE_UP):
        return there
    _check_whole(data, at, b"data", size)
    return size


def _check_whole(data: bytes, at: int, name: bytes, size: int) -> None:
    if size > len(data) - at:
        raise UnsupportedAudioError(
            f"the WAV file is cut short: chunk {name.decode('ascii', 'replace')!r} declares "
            f"{size} bytes, {len(data) - at} are there"
        )


def _described(fmt: bytes, body: memoryview) -> WavFile:
    if len(fmt) < 16:
        raise UnsupportedAudioError("the WAV header is cut short: no complete 'fmt ' chunk")
    tag, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")
    if not channels or not rate:
        raise UnsupportedAudioError("the WAV header declares no channels or no sample rate")
    low, high = _RATES
    if not low <= rate <= high:
        raise UnsupportedAudioError(f"the WAV header declares {rate} Hz, outside {low} to {high}")
    width = align // channels if align and align % channels == 0 else -(-bits // 8)
    return WavFile(tag, channels, rate, 1 if tag in _G711 else width, body)


def _values(body: bytes, tag: int, width: int) -> NDArray[np.float32]:
    if tag in _G711:
        return decode(body, _G711[tag])
    match tag, width:
        case 1, 1:
            return (np.frombuffer(body, np.uint8).astype(np.float32) - 128) / np.float32(128)
        case 1, 2:
            return decode(body, "pcm_s16le")
        case 1, 3:
            triples = np.frombuffer(body, np.uint8).reshape(-1, 3)
            wide = np.zeros((len(triples), 4), np.uint8)
            wide[:, 1:] = triples
            return decode(wide.tobytes(), "pcm_s32le")
        case 1, 4:
            return decode(body, "pcm_s32le")
        case 3, 2:
            return decode(body, "pcm_f16le")
        case 3, 4:
            return decode(body, "pcm_f32le")
        case 3, 8:
            with np.errstate(over="ignore"):
                return decode(np.frombuffer(body, "<f8").astype("<f4").tobytes(), "pcm_f32le")
        case _:
            raise UnsupportedAudioError(f"WAV format {tag} with {width * 8} bits is not supported")
