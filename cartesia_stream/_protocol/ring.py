"""The audio of a listener: what waits to be sent, and what may have to be sent again."""

from __future__ import annotations


class Ring:
    """Audio by its position in the stream, in bytes.

    Attributes:
        base: Position of the first byte that is kept.
        end: Position after the last byte.
    """

    __slots__ = ("_data", "base")

    def __init__(self) -> None:
        self.base: int = 0
        self._data = bytearray()

    @property
    def end(self) -> int:
        """Position after the last byte."""
        return self.base + len(self._data)

    def append(self, data: bytes) -> None:
        """Add audio at the end."""
        self._data += data

    def read(self, start: int, end: int) -> bytes:
        """Return the audio between two positions, which must be kept."""
        return bytes(memoryview(self._data)[start - self.base : end - self.base])

    def drop(self, position: int) -> None:
        """Forget the audio before a position."""
        count = position - self.base
        if count > 0:
            del self._data[:count]
            self.base = position
