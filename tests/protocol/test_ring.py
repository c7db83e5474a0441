"""The ring of audio, against one string of bytes."""

from __future__ import annotations

import random

from cartesia_stream._protocol.ring import IDLE, SMALL, Ring


def test_what_is_kept_can_be_read_at_any_position() -> None:
    source = random.Random(1)
    ring, everything = Ring(), b""
    for _ in range(1000):
        piece = source.randbytes(source.choice((0, 1, 2, 20, SMALL - 1, SMALL, SMALL + 1, 3200)))
        ring.append(piece)
        everything += piece
        assert ring.end == len(everything)
        ring.drop(source.randint(0, ring.end) if source.random() < 0.3 else ring.end - 5 * SMALL)
        for _ in range(5):
            start = source.randint(ring.base, ring.end)
            end = source.choice((start, ring.end, source.randint(start, ring.end)))
            assert ring.read(start, end) == everything[start:end]


def test_what_is_dropped_takes_no_memory() -> None:
    ring = Ring()
    for _ in range(1000):
        ring.append(bytes(3200))
        ring.drop(ring.end - 32000)
        assert sum(map(len, ring._blocks)) == 32000 or ring.end <= 32000
        assert len(ring._blocks) <= IDLE + 12
    ring.drop(ring.end)
    assert ring.base == ring.end == 3_200_000
    assert ring.read(ring.end, ring.end) == b""


def test_tiny_blocks_are_joined() -> None:
    ring = Ring()
    for _ in range(16000):
        ring.append(b"ab")
    assert len(ring._blocks) == 32000 // SMALL + 1
    assert ring.read(1, 31999) == b"ba" * 15999


def test_a_whole_block_is_not_copied() -> None:
    ring, block = Ring(), bytes(3200)
    ring.append(block)
    assert ring.read(0, 3200) is block
