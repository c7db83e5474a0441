"""Read WAV while it arrives: the header, then samples in a format that the service takes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from .._sound.encodings import expanded
from ..errors import ConfigurationError
from ..transcripts import ListenFormat

if TYPE_CHECKING:
    from ..transcripts import ListenEncoding

_EXTENSIBLE: Final = 0xFFFE
_MAX_HEADER: Final = 1 << 20  # bytes before the samples; more is no recording
_WAVES: Final = (b"RIFF", b"RF64", b"BW64")
# Format tag and bytes of a sample: the encoding that it becomes.
_SAMPLES: Final[dict[tuple[int, int], ListenEncoding]] = {
    (1, 1): "pcm_s16le",
    (1, 2): "pcm_s16le",
    (1, 3): "pcm_s32le",
    (1, 4): "pcm_s32le",
    (3, 2): "pcm_f16le",
    (3, 4): "pcm_f32le",
    (3, 8): "pcm_f32le",
    (6, 1): "pcm_alaw",
    (7, 1): "pcm_mulaw",
}
# What may stand right behind a chunk; some programs forget to fill an odd size up.
_NAMES: Final = (b"data", b"fmt ", b"fact", b"LIST")
_BEHIND_NO_SAMPLES: Final = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"fact", b"PEAK")
_LARGEST: Final = 3.4028234663852886e38  # that 32 bits hold
_CODES: Final = {"pcm_s16le": "h", "pcm_s32le": "i", "pcm_f16le": "e", "pcm_f32le": "f"}


def is_wav(head: bytes) -> bool:
    """Whether a file that begins like this says that it is WAV, RF64 or BW64."""
    return head.startswith(_WAVES)


class WavReader:
    """Reads one WAV file piece by piece; several channels become one, their average.

    Attributes:
        format: Format of the samples that `feed` returns; None until the header is complete.
    """

    def __init__(self) -> None:
        self.format: ListenFormat | None = None
        self._data = b""
        self._channels = 1
        self._tag = 1
        self._bits = 16
        self._width = 2  # bytes of a sample
        self._rate = 0
        self._left: int | None = None  # bytes of samples that are still to come, if known
        self._doubtful = False  # whether other chunks may follow in place of samples

    @property
    def complete(self) -> bool:
        """Whether all samples were read; what follows them is no sound."""
        return self._left == 0

    def feed(self, data: bytes) -> bytes:
        """Return the samples that are complete.

        Raises:
            ConfigurationError: If it is no WAV file, or one of a kind that cannot be read.
        """
        self._data += data
        if self.format is None:
            self._header()
            if self.format is None:
                return b""
        if self._doubtful:
            if len(self._data) < 4:
                return b""
            self._doubtful = False
            if self._data[:4] in _BEHIND_NO_SAMPLES:
                self._left = 0
        if self._left is not None:
            self._data = self._data[: self._left]  # other chunks follow
        size = self._width * self._channels
        whole = len(self._data) // size * size
        samples, self._data = self._data[:whole], self._data[whole:]
        if self._left is not None:
            self._left -= whole
            if self._left < size:  # no whole sample is to come
                self._left = 0
        return self._converted(samples)

    def finish(self) -> None:
        """Check that the file had a header.

        Raises:
            ConfigurationError: If it had not.
        """
        if self.format is None:
            raise _bad("the file ends within its header")

    def _header(self) -> None:
        data = self._data
        if len(data) >= 12 and not (is_wav(data) and data[8:12] == b"WAVE"):
            raise _bad("it does not begin with RIFF and WAVE")
        at, found = 12, False
        long_size: int | None = None  # of the samples, in files that may be longer than 4 GiB
        while len(data) >= at + 8:
            name, size = struct.unpack_from("<4sI", data, at)
            if name == b"data":
                if not found:
                    raise _bad("its samples come before their format")
                self._data = data[at + 8 :]
                if size == 0xFFFFFFFF and long_size:
                    self._left = long_size
                else:  # writers to pipes do not know the length: they write 0 or a huge number
                    self._left = size if 0 < size < 0x7FFF0000 else None
                self._doubtful = size == 0
                self._describe()
                return
            if name == b"fmt ":
                if size < 16:
                    raise _bad("its format is incomplete")
                if len(data) < at + 8 + size:
                    break
                self._tag, self._channels, self._rate, _, align, self._bits = struct.unpack_from(
                    "<HHIIHH", data, at + 8
                )
                if self._tag == _EXTENSIBLE and size >= 26:
                    (self._tag,) = struct.unpack_from("<H", data, at + 32)
                self._width = align // max(self._channels, 1)  # such as 3 bytes for 20 bits
                if self._width * 8 < self._bits:
                    self._width = 0 if self._bits % 8 else self._bits // 8
                found = True
            elif name == b"ds64" and size >= 16:
                if len(data) < at + 24:
                    break
                (long_size,) = struct.unpack_from("<Q", data, at + 16)
            at += 8 + size
            if size & 1 and data[at : at + 4] not in _NAMES:
                at += 1
        if at > _MAX_HEADER or len(data) > _MAX_HEADER:
            raise _bad("it has no samples")

    def _describe(self) -> None:
        if self._tag in (6, 7):
            self._width = 1
        encoding = _SAMPLES.get((self._tag, self._width))
        if encoding is None or not self._channels:
            raise _bad(
                f"its samples have format {self._tag} and {self._bits} bits, which cannot be read"
            )
        if self._channels > 1 and self._tag in (6, 7):
            encoding = "pcm_s16le"  # the average of companded samples has no meaning
        try:
            self.format = ListenFormat(encoding, self._rate)
        except ConfigurationError as error:
            raise _bad(str(error)) from None

    def _converted(self, data: bytes) -> bytes:
        match self._tag, self._width:
            case 1, 1:  # unsigned
                wide = bytearray(2 * len(data))
                wide[1::2] = data.translate(_SIGNED)
                data = bytes(wide)
            case 1, 3:
                wide = bytearray(len(data) // 3 * 4)
                for byte in range(3):
                    wide[byte + 1 :: 4] = data[byte::3]
                data = bytes(wide)
            case 3, 8:
                data = _narrowed(struct.unpack(f"<{len(data) // 8}d", data))
            case ((6 | 7), _) if self._channels > 1:
                table = expanded("pcm_alaw" if self._tag == 6 else "pcm_mulaw")
                wide = bytearray(2 * len(data))
                wide[::2], wide[1::2] = data.translate(table[::2]), data.translate(table[1::2])
                data = bytes(wide)
            case _:
                pass
        return self._mixed(data) if self._channels > 1 else data

    def _mixed(self, data: bytes) -> bytes:
        assert self.format is not None
        code, count = _CODES[self.format.encoding], self._channels
        values = struct.unpack(f"<{len(data) // self.format.sample_bytes}{code}", data)
        sums = map(sum, zip(*(values[channel::count] for channel in range(count)), strict=True))
        whole = code in "hi"
        mixed = [total // count if whole else total / count for total in sums]
        return struct.pack(f"<{len(mixed)}{code}", *mixed)


def _narrowed(values: tuple[float, ...]) -> bytes:
    """Return floats of 32 bits."""
    try:
        return struct.pack(f"<{len(values)}f", *values)
    except OverflowError:
        kept = [v if v != v else max(-_LARGEST, min(_LARGEST, v)) for v in values]
        return struct.pack(f"<{len(kept)}f", *kept)


_SIGNED: Final = bytes((value + 128) & 0xFF for value in range(256))


def _bad(what: str) -> ConfigurationError:
    return ConfigurationError(f"the WAV file cannot be read: {what}", option="source")
