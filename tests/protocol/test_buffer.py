"""The read buffer against a queue of bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._protocol.buffer import LARGE, PATIENCE, SMALL, ReadBuffer

from .reads import reads


def fill(buffer: ReadBuffer, data: bytes) -> bytes:
    """Put as much of some data in as one read can."""
    count = next(reads(buffer.room, data))
    buffer.end += count
    return data[:count]


def held(buffer: ReadBuffer) -> bytes:
    return bytes(buffer.data[buffer.start : buffer.end])


@given(st.lists(st.tuples(st.integers(1, 3 * SMALL), st.integers(0, 3 * SMALL)), max_size=12))
def test_what_goes_in_comes_out(steps: list[tuple[int, int]]) -> None:
    """Whatever is read and taken in whatever sizes, nothing is lost, repeated or moved."""
    buffer, expected, count = ReadBuffer(), b"", 0
    for size, taken in steps:
        expected += fill(buffer, bytes(at % 251 for at in range(count, count + size)))
        count += size
        assert held(buffer) == expected
        taken = min(taken, len(expected))
        buffer.start += taken
        expected = expected[taken:]
    assert buffer.take() == expected
    assert held(buffer) == b""


def test_it_grows_while_reads_fill_it() -> None:
    """Reads of a peer that has more to send become larger, up to a bound."""
    buffer, sizes = ReadBuffer(), []
    for _ in range(8 * PATIENCE):
        sizes.append(len(fill(buffer, bytes(2 * LARGE))))
        buffer.take()
    assert sizes[0] == SMALL
    assert sizes == sorted(sizes)
    assert sizes[-1] == LARGE


def test_a_burst_leaves_it_small() -> None:
    """Such as the first audio of many contexts."""
    buffer = ReadBuffer()
    for _ in range(PATIENCE - 1):
        assert len(fill(buffer, bytes(LARGE))) == SMALL
        buffer.take()
    assert len(buffer.room()) == SMALL


def test_a_message_has_its_room_at_once() -> None:
    """One that does not fit is not waited for."""
    buffer = ReadBuffer()
    for size in (SMALL, SMALL, 2 * SMALL):
        assert len(fill(buffer, bytes(LARGE))) == size


def test_it_stays_small_at_a_moderate_pace() -> None:
    """Reads that leave room change nothing."""
    buffer = ReadBuffer()
    first = buffer.data
    for _ in range(100):
        fill(buffer, bytes(5000))
        buffer.take()
    assert buffer.data is first


def test_room_is_never_empty() -> None:
    """Nothing but the memory bounds what nobody takes; a message has a bound of its own."""
    buffer = ReadBuffer()
    for _ in range(8):
        assert fill(buffer, bytes(LARGE))
    assert held(buffer) == bytes(buffer.end)
    buffer.start = buffer.end
    buffer.room()
    assert len(buffer.room()) == LARGE
