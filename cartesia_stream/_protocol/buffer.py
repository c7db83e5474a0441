"""What the network reads into: one buffer for all reads, and frames are parsed where they lie."""

from __future__ import annotations

from typing import Final

SMALL: Final = 1 << 14  # bytes; enough for audio at the pace of speech
LARGE: Final = 1 << 20  # what reads of a faster peer may fill: the more, the fewer wake-ups
PATIENCE: Final = 8  # reads that fill it before it grows; the first audio of many is over sooner
SPARE: Final = 8  # bytes behind the room, so that a whole header can be read at any position


class ReadBuffer:
    """Bytes that have arrived and were not taken yet, from `start` to `end` of `data`.

    It grows when reads keep filling it, and past `LARGE` only as far as a single message needs.

    Attributes:
        data: The buffer, another one from time to time.
        start: Where what was not taken begins.
        end: Where it ends.
    """

    __slots__ = ("_filled", "_view", "data", "end", "start")

    def __init__(self) -> None:
        self.start: int = 0
        self.end: int = 0
        self._allocate(SMALL)

    def _allocate(self, size: int) -> None:
        self.data: bytearray = bytearray(size + SPARE)
        self._view = memoryview(self.data)
        self._filled = 0  # how many reads have filled it

    def room(self) -> memoryview:
        """Where the next bytes may be put, at least one; what was taken is lost."""
        start, end, view = self.start, self.end, self._view
        size, rest = len(view) - SPARE, end - start
        wanted = size
        self._filled += end == size
        if end == size and 2 * rest > size:
            wanted = 2 * size
        elif self._filled >= PATIENCE and size < LARGE:
            wanted = min(4 * size, LARGE)
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
