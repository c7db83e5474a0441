"""What a network does to the bytes of a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def reads(get_buffer: Callable[[], memoryview], data: bytes) -> Iterator[int]:
    """Put bytes where their reader wants them, as much at a time as it has room for.

    Yields:
        How many were put there.
    """
    while data:
        room = get_buffer()
        piece, data = data[: len(room)], data[len(room) :]
        room[: len(piece)] = piece
        yield len(piece)
