"""The audio of a listener: what waits to be sent, and what may have to be sent again."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

SMALL: Final = 1 << 10  # bytes; smaller blocks are joined, or each would take more than its audio
IDLE: Final = 64  # dropped blocks, before their places are freed


class Ring:
    """Audio by its position in the stream, in bytes; keeps the blocks as they came, uncopied.

    Attributes:
        base: Position of the first byte that is kept.
        end: Position after the last byte.
    """

    __slots__ = ("_blocks", "_first", "_starts", "base", "end")

    def __init__(self) -> None:
        self.base: int = 0
        self.end: int = 0
        self._blocks: list[bytes] = []
        self._starts: list[int] = []  # positions of the blocks
        self._first = 0  # index of the first block that is kept

    def append(self, data: bytes) -> None:
        """Add audio at the end."""
        if not data:
            return
        blocks = self._blocks
        if len(blocks) > self._first and len(blocks[-1]) + len(data) <= SMALL:
            blocks[-1] += data
        else:
            blocks.append(data)
            self._starts.append(self.end)
        self.end += len(data)

    def read(self, start: int, end: int) -> bytes:
        """Return the audio between two positions, which must be kept."""
        if start == end:
            return b""
        index = bisect_right(self._starts, start) - 1
        block, at = self._blocks[index], start - self._starts[index]
        if at + end - start <= len(block):
            return block[at : at + end - start]  # a whole block is not copied
        last = bisect_right(self._starts, end - 1)
        pieces = [block[at:], *self._blocks[index + 1 : last]]
        pieces[-1] = pieces[-1][: end - self._starts[last - 1]]
        return b"".join(pieces)

    def drop(self, position: int) -> None:
        """Forget the audio before a position."""
        if position <= self.base:
            return
        self.base = position
        first = bisect_right(self._starts, position) - 1
        if position == self.end:
            first = len(self._blocks)
        for index in range(self._first, first):
            self._blocks[index] = b""
        self._first = first
        if first > IDLE:
            del self._blocks[:first], self._starts[:first]
            self._first = 0
