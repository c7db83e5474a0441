"""Read WAV while it arrives: the header, then samples in a format that the service takes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError
from ..transcripts import ListenFormat

if TYPE_CHECKING:
    from ..transcripts import ListenEncoding

_EXTENSIBLE: Final = 0xFFFE
_MAX_HEADER: Final = 1 << 20  # bytes before the samples; more is no recording
# Format tag and bits of a sample: its size in bytes, and the encoding that it becomes.
_SAMPLES: Final[dict[tuple[int, int], tuple[int, ListenEncoding]]] = {
    (1, 8): (1, "pcm_s16le"),
    (1, 16): (2, "pcm_s16le"),
    (1, 24): (3, "pcm_s32le"),
    (1, 32): (4, "pcm_s32le"),
    (3, 16): (2, "pcm_f16le"),
    (3, 32): (4, "pcm_f32le"),
    (3, 64): (8, "pcm_f32le"),
    (6, 8): (1, "pcm_alaw"),
    (7, 8): (1, "pcm_mulaw"),
}
_CODES: Final = {"pcm_s16le": "h", "pcm_s32le": "i", "pcm_f16le": "e", "pcm_f32le": "f"}


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
        self._rate = 0
        self._left: int | None = None  # bytes of samples that are still to come, if known

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
        if self._left is not None:
            self._data = self._data[: self._left]  # other chunks follow
        size = self._bits // 8 * self._channels
        whole = len(self._data) // size * size
        samples, self._data = self._data[:whole], self._data[whole:]
        if self._left is not None:
            self._left -= whole
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
        if len(data) >= 12 and (data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE"):
            raise _bad("it does not begin with RIFF and WAVE")
        at, found = 12, False
        while len(data) >= at + 8:
            name, size = struct.unpack_from("<4sI", data, at)
            if name == b"data":
                if not found:
                    raise _bad("its samples come before their format")
                self._data = data[at + 8 :]
                # writers to pipes do not know the length: they write 0 or a huge number
                self._left = size if 0 < size < 0x7FFF0000 else None
                self._describe()
                return
            if name == b"fmt ":
                if size < 16:
                    raise _bad("its format is incomplete")
                if len(data) < at + 8 + size:
                    break
                self._tag, self._channels, self._rate, _, _, self._bits = struct.unpack_from(
                    "<HHIIHH", data, at + 8
                )
                if self._tag == _EXTENSIBLE and size >= 26:
                    (self._tag,) = struct.unpack_from("<H", data, at + 32)
                found = True
            at += 8 + size + (size & 1)
        if at > _MAX_HEADER or len(data) > _MAX_HEADER:
            raise _bad("it has no samples")

    def _describe(self) -> None:
        known = _SAMPLES.get((self._tag, self._bits))
        if known is None or not self._channels:
            raise _bad(
                f"its samples have format {self._tag} and {self._bits} bits, which cannot be read"
            )
        encoding: ListenEncoding = known[1]
        if self._channels > 1 and encoding in ("pcm_mulaw", "pcm_alaw"):
            raise _bad("it has several channels of companded samples; give it one")
        try:
            self.format = ListenFormat(encoding, self._rate)
        except ConfigurationError as error:
            raise _bad(str(error)) from None

    def _converted(self, data: bytes) -> bytes:
        if self._bits == 8 and self._tag == 1:  # unsigned
            wide = bytearray(2 * len(data))
            wide[1::2] = data.translate(_SIGNED)
            data = bytes(wide)
        elif self._bits == 24:
            wide = bytearray(len(data) // 3 * 4)
            for byte in range(3):
                wide[byte + 1 :: 4] = data[byte::3]
            data = bytes(wide)
        elif self._bits == 64:
            values = struct.unpack(f"<{len(data) // 8}d", data)
            data = struct.pack(f"<{len(values)}f", *values)
        return self._mixed(data) if self._channels > 1 else data

    def _mixed(self, data: bytes) -> bytes:
        assert self.format is not None
        code, count = _CODES[self.format.encoding], self._channels
        values = struct.unpack(f"<{len(data) // self.format.sample_bytes}{code}", data)
        sums = map(sum, zip(*(values[channel::count] for channel in range(count)), strict=True))
        whole = code in "hi"
        mixed = [total // count if whole else total / count for total in sums]
        return struct.pack(f"<{len(mixed)}{code}", *mixed)


_SIGNED: Final = bytes((value + 128) & 0xFF for value in range(256))


def _bad(what: str) -> ConfigurationError:
    return ConfigurationError(f"the WAV file cannot be read: {what}", option="source")
