"""The lengths in a WAV file.

When a WAV file is sent while it is made, its header comes before its length is known. The header
then says 0, or all ones.
"""

from __future__ import annotations

import struct
from typing import IO, Final

_LARGEST: Final = 0xFFFF_FFFF
_LONGEST_FRONT: Final = 1 << 16  # bytes before the samples; a longer front is left as it is
_PLAIN: Final = frozenset({1, 3, 6, 7, 0xFFFE})  # PCM, float, A-law, mu-law, extensible
_BEHIND_NO_SAMPLES: Final = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"fact", b"PEAK")


class WavLengths:
    """Finds the lengths in a WAV file while its bytes arrive, and corrects them at the end.

    Bytes that are no WAV file count as samples, and are left as they are.

    Attributes:
        samples: Bytes of samples so far, without the header and without what follows the samples.
    """

    __slots__ = ("_align", "_at", "_data", "_declared", "_fact", "_front", "_total", "samples")

    def __init__(self) -> None:
        self.samples: int = 0
        self._front: bytearray | None = bytearray()  # None when the samples have begun
        self._total = 0
        self._at = 0  # where the next chunk begins
        self._data: int | None = None  # where the samples begin; None if this is no WAV file
        self._declared = _LARGEST
        self._fact: int | None = None
        self._align = 0  # bytes of one sample of all channels; 0 if it cannot be known

    def take(self, block: bytes) -> int:
        """Note the next bytes of the file, and return how many bytes of samples are in them."""
        before = self.samples
        self._total += len(block)
        if self._front is not None:
            self._front += block
            if self._read(self._front):
                self._front = None
        if self._front is None:
            self.samples = min(self._total - (self._data or 0), self._declared)
        return self.samples - before

    def _read(self, front: bytearray) -> bool:
        """Read the chunks before the samples; return False if more bytes are needed."""
        if not self._at:
            if len(front) < 12:
                return False
            if (bytes(front[:4]), bytes(front[8:12])) != (b"RIFF", b"WAVE"):
                return True
            self._at = 12
        while len(front) >= self._at + 8:
            name, size = struct.unpack_from("<4sI", front, self._at)
            body = self._at + 8
            if name == b"data":
                return self._found(front, body, size)
            if len(front) < body + size and body + size <= _LONGEST_FRONT:
                return False
            if name == b"fmt " and size >= 16:
                tag, align = struct.unpack_from("<H10xH", front, body)
                self._align = align if tag in _PLAIN else 0
            elif name == b"fact" and size >= 4:
                self._fact = body
            self._at = body + size + size % 2
        return self._at > _LONGEST_FRONT

    def _found(self, front: bytearray, body: int, size: int) -> bool:
        if size == 0 and len(front) < body + 4:
            return False
        empty = size == 0 and bytes(front[body : body + 4]) in _BEHIND_NO_SAMPLES
        self._data = body
        self._declared = size if size or empty else _LARGEST
        return True

    def span(self) -> slice:
        """Return where the samples are, among the bytes so far."""
        start = self._data or 0
        return slice(start, start + self.samples)

    def corrections(self) -> list[tuple[int, bytes]]:
        """Return what to write over the file, and where, when all of it has arrived."""
        if self._data is None or self._total > _LARGEST:
            return []
        end, changes = self._total, list[tuple[int, bytes]]()
        if self._data + self.samples == end and self.samples % 2:  # chunks have an even size
            changes.append((end, b"\0"))
            end += 1
        changes.append((4, struct.pack("<I", end - 8)))
        changes.append((self._data - 4, struct.pack("<I", self.samples)))
        if self._fact is not None and self._align:
            changes.append((self._fact, struct.pack("<I", self.samples // self._align)))
        return changes

    def correct(self, file: IO[bytes], start: int) -> None:
        """Correct the lengths in a file that can seek; `start` is where the WAV file begins."""
        changes = self.corrections()
        for position, content in changes:
            file.seek(start + position)
            file.write(content)
        if changes:
            file.seek(0, 2)


def with_true_lengths(data: bytes) -> bytes:
    """Return a WAV file whose header says how long it is; other bytes come back as they are."""
    lengths = WavLengths()
    lengths.take(data)
    changes = lengths.corrections()
    if not changes:
        return data
    corrected = bytearray(data)
    for position, content in changes:
        corrected[position : position + len(content)] = content
    return bytes(corrected)


def samples_of(data: bytes) -> bytes:
    """Return the samples of a WAV file; other bytes come back as they are."""
    lengths = WavLengths()
    lengths.take(data)
    return data[lengths.span()]
