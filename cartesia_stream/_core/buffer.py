"""What the network reads into: one buffer for all reads, and frames are parsed where they lie."""

from __future__ import annotations

from typing import Final

SMALL: Final = 1 << 14  # bytes; enough for audio at the pace of speech
LARGE: Final = 1 << 20  # what reads of a faster peer may fill: the more, the fewer wake-ups
SPARE: Final = 8  # bytes behind the room, so that a whole header can be read at any position


class ReadBuffer:
    """Bytes that have arrived and were not taken yet, from `start` to `end` of `data`.

    It grows while the reads fill it, and past `LARGE` only as far as a single message needs.

    Attributes:
        data: The buffer, another one from time to time.
        start: Where what was not taken begins.
        end: Where it ends.
    """

    __slots__ = ("_view", "data", "end", "start")

    def __init__(self) -> None:
        self.start: int = 0
        self.end: int = 0
        self._allocate(SMALL)

    def _allocate(self, size: int) -> None:
        self.data: bytearray = bytearray(size + SPARE)
        self._view = memoryview(self.data)

    def room(self) -> memoryview:
        """Where the next bytes may be put, at least one; what was taken is lost."""
        start, end, view = self.start, self.end, self._view
        size, rest = len(view) - SPARE, end - start
        wanted = size
        if end == size and (size < LARGE or 2 * rest > size):
            wanted = 2 * size
        elif size > LARGE > 2 * rest:
            wanted = LARGE
        if wanted != size:
            self._allocate(wanted)
        if start or wanted != size:
            self._view[:rest] = view[start:end]
            self.start, self.end = 0, rest
        return self._view[rest:wanted]

    def take(self) -> bytes:
        """All of it."""
        data = bytes(self._view[self.start : self.end])
        self.start = self.end
        return data
