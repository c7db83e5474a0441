"""Split MP3, FLAC and Ogg into frames while they arrive, and stop at the first damaged one.

Decoders skip what they cannot read and say nothing. So they get only frames that are whole and in
order; whoever feeds them asks here where the damage is.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import Final, Literal, NamedTuple

__all__ = ["Container", "Damage", "Kind", "container_of", "name_of"]

Kind = Literal["mp3", "flac", "vorbis"]
"""What a decoder is told."""

MAX_FRAME: Final = 1 << 22  # bytes; larger frames are no recording
SNIFFED: Final = 1 << 12  # bytes that tell the kind of a file
TAG: Final = 128  # bytes of an ID3v1 tag
TAGS: Final = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN")
TAG_HEADER: Final = 32  # bytes, at most
FLAC_HEADER: Final = 16  # bytes, at most


class Damage(NamedTuple):
    """Where a file is damaged.

    Attributes:
        what: What is wrong.
        position: The first byte that is not part of a whole frame.
        at: Seconds of audio before it.
    """

    what: str
    position: int
    at: float


class Container:
    """Splits one file; a subclass knows its format.

    Attributes:
        kind: What a decoder is told.
        name: Name of the format.
        damage: The first damage, once it was found; no frame after it is returned.
    """

    kind: Kind
    name: str

    def __init__(self) -> None:
        self.damage: Damage | None = None
        self._data = bytearray()  # from the start of the next frame
        self._position = 0  # of that start in the file
        self._skip = 0  # bytes of a tag that are still to come
        self._samples: int = 0
        self._rate = 1

    def feed(self, data: bytes) -> bytes:
        """Take a piece of the file; return the frames that are complete."""
        if self.damage is not None:
            return b""
        self._data += data
        out = bytearray()
        while self.damage is None:
            if self._skip:
                self._drop(min(self._skip, len(self._data)))
                if self._skip:
                    break
            size = self._next()
            if size:
                out += self._data[:size]
                self._drop(size)
            elif not self._skip:
                break
        return bytes(out)

    def finish(self) -> bytes:
        """Take note of the end of the file; return what it completes."""
        if self.damage is not None:
            return b""
        rest = self._last()
        self._data.clear()
        return rest

    def _drop(self, nbytes: int) -> None:
        del self._data[:nbytes]
        self._position += nbytes
        self._skip = max(0, self._skip - nbytes)

    def _skip_tag(self) -> bool:
        """Skip an ID3v2 tag, which may hold a picture; return whether there is one."""
        data = self._data
        if not data.startswith(b"ID3") or len(data) < 10:
            return False
        a, b, c, d = data[6:10]
        footer = 10 if data[5] & 0x10 else 0
        self._skip = 10 + (a << 21 | b << 14 | c << 7 | d) + footer
        return True

    def here(self, what: str) -> Damage:
        """Return a damage after the last whole frame."""
        return Damage(what, self._position, self._samples / self._rate)

    def _fail(self, what: str) -> None:
        self.damage = self.here(what)

    def _next(self) -> int:
        """Return the size of the next frame; 0 if it is incomplete, damaged, or to be skipped."""
        raise NotImplementedError

    def _last(self) -> bytes:
        """Return the last frame, if only the end of the file can tell that it is complete."""
        raise NotImplementedError


# --- MP3


class _Mp3Header(NamedTuple):
    """Header of a frame of MPEG audio."""

    like: int  # the bits that are the same in every frame of a file
    size: int
    samples: int
    rate: int
    side: int  # bytes between the header and the place of a count of frames


_MP3_RATES: Final = (44100, 48000, 32000)
_BIT_RATES: Final[dict[tuple[bool, int], tuple[int, ...]]] = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mp3_header(data: bytes | bytearray, at: int = 0) -> _Mp3Header | None:
    """Read the header of a frame; None if there is none."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3)
    bits, rate = data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or layer == 4 or bits in (0, 15) or rate == 3:
        return None
    one = version == 3
    hertz = _MP3_RATES[rate] >> (0, 1, 2)[(3, 2, 0).index(version)]
    bit_rate = _BIT_RATES[one, layer][bits - 1] * 1000
    padding = data[at + 2] >> 1 & 1
    if layer == 1:
        samples, size = 384, (12 * bit_rate // hertz + padding) * 4
    else:
        samples = 1152 if one or layer == 2 else 576
        size = samples // 8 * bit_rate // hertz + padding
    mono = data[at + 3] >> 6 == 3
    side = (17 if mono else 32) if one else (9 if mono else 17)
    return _Mp3Header(data[at + 1] & 0xFE, size, samples, hertz, side)


class Mp3(Container):
    """MP3: frames whose headers have their sizes, and tags around them.

    There are no checksums. So a frame counts once something else begins where it should end.
    """

    kind: Kind = "mp3"
    name: str = "MP3"

    def __init__(self) -> None:
        super().__init__()
        self._like: tuple[int, int] | None = None
        self._frames = 0
        self._promised: int | None = None  # frames, by the first one

    def _next(self) -> int:
        data = self._data
        if len(data) < 4 or self._skip_other():
            return 0
        header = self._header(0)
        if header is None:
            self._fail("no frame begins there")
            return 0
        if len(data) < header.size + 4:
            return 0
        if self._header(header.size) is None:
            after = data[header.size :].lstrip(b"\0")  # padding
            if len(after) < TAG_HEADER and len(data) < MAX_FRAME:
                return 0
            if not after.startswith(TAGS):
                self._fail("the frame that begins there is damaged")
                return 0
        return self._whole(header)

    def _header(self, at: int) -> _Mp3Header | None:
        """Read a header that is like the first one."""
        header = _mp3_header(self._data, at)
        fits = header is not None and self._like in (None, (header.like, header.rate))
        return header if fits else None

    def _whole(self, header: _Mp3Header) -> int:
        if self._like is None:
            self._like, self._rate = (header.like, header.rate), header.rate
            self._promised = self._count(header)
            if self._promised is not None:
                return header.size  # it has no audio
        self._frames += 1
        self._samples += header.samples
        return header.size

    def _skip_other(self) -> bool:
        """Skip a tag or padding; return whether there is any, or may be."""
        data = self._data
        if data[0] == 0xFF:
            return False
        if not data[0]:
            self._skip = len(data) - len(data.lstrip(b"\0"))
        elif len(data) < TAG_HEADER or self._skip_tag():
            return True
        elif data.startswith(b"TAG"):
            self._skip = TAG
        elif data.startswith(b"APETAGEX"):
            self._skip = TAG_HEADER + int.from_bytes(data[12:16], "little")
        elif data.startswith(b"LYRICSBEGIN"):
            self._skip = MAX_FRAME  # to the end, where it is
        return bool(self._skip)

    def _count(self, header: _Mp3Header) -> int | None:
        """Return the number of frames that the first frame promises."""
        at = 4 + header.side
        if bytes(self._data[at : at + 4]) in (b"Xing", b"Info") and self._data[at + 7] & 1:
            return int.from_bytes(self._data[at + 8 : at + 12], "big")
        return None

    def _last(self) -> bytes:
        header = self._header(0)
        rest = b""
        if header is not None and len(self._data) >= header.size:
            rest = bytes(self._data[: self._whole(header)])
            self._drop(header.size)
        # Players ignore a last frame that is cut, because many files end so.
        if self._like is None:
            self._fail("it has no frames")
        elif self._promised is not None and self._frames < self._promised - 1:
            whole = self._promised * self._samples // max(1, self._frames) / self._rate
            self._fail(f"the file ends there, and should have {whole:.2f} s")
        return rest


# --- FLAC


@cache
def _crc_table(polynomial: int, bits: int) -> tuple[int, ...]:
    table: list[int] = []
    top, mask = 1 << bits - 1, (1 << bits) - 1
    for byte in range(256):
        crc = byte << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
        table.append(crc)
    return tuple(table)


def _crc8(data: bytes | bytearray) -> int:
    table, crc = _crc_table(0x07, 8), 0
    for byte in data:
        crc = table[crc ^ byte]
    return crc


def _crc16(data: bytes | bytearray, crc: int) -> int:
    table = _crc_table(0x8005, 16)
    for byte in data:
        crc = crc << 8 & 0xFF00 ^ table[crc >> 8 ^ byte]
    return crc


class _FlacHeader(NamedTuple):
    """Header of a frame of FLAC."""

    number: int  # of the frame, or of its first sample if their sizes vary
    samples: int


_FLAC_SIZES: Final = {1: 192, **{code: 144 << code for code in (2, 3, 4, 5)}}


def _flac_header(data: bytes | bytearray, at: int = 0) -> _FlacHeader | None:
    """Read the header of a frame; None if there is none, or not all of it."""
    if len(data) < at + FLAC_HEADER or data[at] != 0xFF or data[at + 1] & 0xFE != 0xF8:
        return None
    size, rate = data[at + 2] >> 4, data[at + 2] & 15
    if not size or rate == 15 or data[at + 3] >> 4 > 10 or data[at + 3] & 1:
        return None
    first, end = data[at + 4], at + 5
    more = 0
    while first & 0x80 >> more and more < 8:
        more += 1
    if more in (1, 8):
        return None
    number = first & 0x7F >> more
    for _ in range(more - 1):
        if data[end] & 0xC0 != 0x80:
            return None
        number = number << 6 | data[end] & 0x3F
        end += 1
    samples = _FLAC_SIZES.get(size, 1 << size)
    if size in (6, 7):
        wide = size == 7
        samples = (data[end] << 8 | data[end + 1] if wide else data[end]) + 1
        end += 2 if wide else 1
    end += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if _crc8(data[at : end + 1]):
        return None
    return _FlacHeader(number, samples)


class Flac(Container):
    """FLAC: a frame ends where its checksum is right and the next header begins."""

    kind: Kind = "flac"
    name: str = "FLAC"

    def __init__(self) -> None:
        super().__init__()
        self._in_header = True
        self._streams = False  # whether the mark at the start was seen
        self._total = 0
        self._largest = MAX_FRAME  # frame, in bytes
        self._frame: _FlacHeader | None = None
        self._sync = b""
        self._numbered = 0
        self._step = 1  # from the number of one frame to the next
        self._summed = 0  # bytes of the frame in the checksum
        self._crc = 0

    def _next(self) -> int:
        return self._metadata() if self._in_header else self._audio()

    def _metadata(self) -> int:
        """Return only the mark and the first block, which describes the audio."""
        data = self._data
        if not self._streams:
            if len(data) < 42 or self._skip_tag():
                return 0
            if not data.startswith(b"fLaC") or data[4] & 0x7F or bytes(data[5:8]) != b"\0\0\x22":
                self._fail("it does not begin with the description of its audio")
                return 0
            described = int.from_bytes(data[18:26], "big")
            self._rate = described >> 44 or 1
            self._total = described & (1 << 36) - 1
            self._largest = int.from_bytes(data[15:18], "big") or MAX_FRAME
            self._streams = True
            self._in_header = not data[4] & 0x80
            data[4] |= 0x80  # the decoder gets no other block
            return 42
        if len(data) < 4:
            return 0
        self._in_header = not data[0] & 0x80
        self._skip = 4 + int.from_bytes(data[1:4], "big")
        return 0

    def _audio(self) -> int:
        data = self._data
        if self._frame is None:
            if len(data) < FLAC_HEADER:
                return 0
            header = _flac_header(data)
            if header is None or (self._sync and header.number != self._numbered):
                self._fail("no frame begins there")
                return 0
            self._frame, self._sync = header, bytes(data[:2])
            self._summed = self._crc = 0
        at, expected = max(2, self._summed), self._following(self._frame)
        while (at := data.find(self._sync, at)) >= 0 and at + FLAC_HEADER <= len(data):
            self._crc = _crc16(data[self._summed : at], self._crc)
            self._summed = at
            following = _flac_header(data, at)
            if following is not None and following.number == expected and not self._crc:
                self._numbered = expected
                self._samples += self._frame.samples
                self._frame = None
                return at
            if following is not None and expected <= following.number <= expected + self._step:
                self._fail("the frame that begins there is damaged")
                return 0
            at += 1
        if len(data) > self._largest + FLAC_HEADER:
            self._fail("the frame that begins there is damaged")
        return 0

    def _following(self, frame: _FlacHeader) -> int:
        """Return the number of the next frame."""
        self._step = frame.samples if self._sync[1] & 1 else 1  # whether their sizes vary
        return frame.number + self._step

    def _last(self) -> bytes:
        data = self._data
        if self._in_header:
            self._fail("the file ends within its header")
            return b""
        if data[-TAG:].startswith(b"TAG"):
            del data[-TAG:]
        out = bytearray()
        data += bytes(FLAC_HEADER)
        while self.damage is None and len(data) > FLAC_HEADER:
            size = self._audio()
            if not size:
                break
            out += data[:size]
            self._drop(size)
        del data[-FLAC_HEADER:]
        if self._frame is not None and not _crc16(data[self._summed :], self._crc):
            out += data
            self._samples += self._frame.samples
            self._drop(len(data))
        if self.damage is None and (data or self._samples < self._total):
            whole = f", and should have {self._total / self._rate:.2f} s" if self._total else ""
            self._fail(f"the file ends there{whole}")
        return bytes(out)


# --- Ogg

_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _ogg_crc(page: bytes) -> int:
    """Return the checksum of a page: that of zlib with its bits in the other order."""
    crc = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)


class Ogg(Container):
    """Ogg Vorbis: pages with numbers and checksums."""

    kind: Kind = "vorbis"
    name: str = "Ogg"

    def __init__(self) -> None:
        super().__init__()
        self._serial: int | None = None
        self._number = 0
        self._complete = False  # whether the last page was there

    def _next(self) -> int:
        data = self._data
        if len(data) < 27:
            return 0
        if not data.startswith(b"OggS\0"):
            self._fail("no page begins there")
            return 0
        fields: tuple[int, ...] = struct.unpack_from("<BqIIIB", data, 5)
        kind, granule, serial, number, crc, count = fields
        size = 27 + count + sum(data[27 : 27 + count])
        if len(data) < 27 + count or len(data) < size:
            return 0
        page = bytes(data[:size])
        if _ogg_crc(page[:22] + bytes(4) + page[26:]) != crc:
            self._fail("the checksum of the page that begins there is wrong")
            return 0
        if self._serial is None and kind & 2:
            self._serial = serial
            self._rate = int.from_bytes(page[39 + count : 43 + count], "little") or 1
        if serial != self._serial:
            if self._complete:
                self._fail("a second recording begins there; give each file one")
                return 0
            self._skip = size
            return 0
        if number != self._number:
            self._fail("pages are missing there")
            return 0
        self._number += 1
        self._complete = bool(kind & 4)
        if granule > 0:
            self._samples = granule
        return size

    def _last(self) -> bytes:
        if not self._complete:
            self._fail("the file ends there, before its last page")
        return b""


# --- which


def container_of(head: bytes) -> Container | None:
    """Return what splits a file that begins so; None if it is none of these formats.

    Args:
        head: The first `SNIFFED` bytes, or all if there are fewer.
    """
    if head.startswith(b"fLaC"):
        return Flac()
    if head.startswith(b"OggS"):
        return Ogg() if b"\x01vorbis" in head[:128] else None
    if head.startswith(b"ID3"):
        a, b, c, d = head[6:10].ljust(4, b"\0")
        size = 10 + (a << 21 | b << 14 | c << 7 | d)
        return Flac() if head[size : size + 4] == b"fLaC" else Mp3()
    header = _mp3_header(head)
    if header is None:
        return None
    following = _mp3_header(head, header.size)  # raw audio may look like one header
    if following is None and len(head) >= header.size + 4:
        return None
    return Mp3()


def name_of(head: bytes) -> str | None:
    """Return the name of a format that cannot be read, by the start of the file."""
    if head.startswith(b"OggS"):
        return "Opus" if b"OpusHead" in head[:128] else "an Ogg file without Vorbis"
    if head[4:8] == b"ftyp":
        return "M4A or another MP4 file"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "WebM or Matroska"
    if head.startswith(b"FORM"):
        return "AIFF"
    if head.startswith((b"RIFX", b"riff")):
        return "RIFX or Wave64"
    if head.startswith(b".snd"):
        return "AU"
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return "AAC"
    return None
