"""What one measurement asks of the server and of the client, and the audio that both know."""

from __future__ import annotations

import itertools
import random
import time
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

Pace = Literal["flood", "brisk", "real", "hold"]
Layout = Literal["compact", "blanks", "reversed"]

PERIODS_S: Final = {640: 0.02, 3200: 0.1, 3528: 0.02, 17640: 0.1}
"""How long a chunk of so many bytes plays: 16 kHz s16 twice, then 44.1 kHz f32 twice."""
BRISK_S: Final = 0.00025
"""Seconds between the chunks of a context that is sent faster than it plays."""
CACHED_BYTES: Final = 1 << 17
"""What the distinct chunks of a load may take together, so that comparing them costs little."""
MANY_CONTEXTS: Final = 500
RENDERED: Final = 0
"""The serial in the ids of contexts whose frames the server has rendered beforehand."""


@dataclass(frozen=True)
class Load:
    """A number of contexts that are spoken at once.

    Attributes:
        contexts: Number of contexts.
        chunks: Chunks of audio in each.
        size: Bytes of audio in a chunk.
        pace: As fast as the client reads, 4,000 chunks a second, as fast as it plays, or the
            chunks and then nothing.
        layout: How the JSON is written.
        deflate: Whether the server accepts compression.
    """

    contexts: int = 1
    chunks: int = 1000
    size: int = 3528
    pace: Pace = "flood"
    layout: Layout = "compact"
    deflate: bool = False

    @property
    def total(self) -> int:
        """Chunks in all contexts."""
        return self.contexts * self.chunks

    @property
    def period(self) -> float:
        """Seconds between the chunks of a context that are not sent at once."""
        return BRISK_S if self.pace == "brisk" else PERIODS_S.get(self.size, 0.02)

    def path(self, serial: int) -> str:
        """The load as the first segment of a URL's path; another serial makes it another run."""
        deflate = "deflate" if self.deflate else "plain"
        fields = (serial, self.pace, self.contexts, self.chunks, self.size, self.layout, deflate)
        return "/" + ".".join(str(value) for value in fields)

    @classmethod
    def of_path(cls, path: str) -> Load:
        """The load that a path names.

        Raises:
            ValueError: If it names none.
        """
        _, pace, contexts, chunks, size, layout, deflate = path.strip("/").split(".")
        if pace not in get_args(Pace) or layout not in get_args(Layout):
            raise ValueError(path)
        return cls(
            contexts=int(contexts),
            chunks=int(chunks),
            size=int(size),
            pace=cast("Pace", pace),
            layout=cast("Layout", layout),
            deflate=deflate == "deflate",
        )


def context_id(serial: int, number: int) -> str:
    """The id of a context: all are equally long, as those of a client that makes them up."""
    return f"{serial:08x}-0000-4000-8000-{number:012d}"


def number_of(name: str) -> int:
    """The number in a context's id."""
    return int(name.rpartition("-")[2])


def serial_of(name: str) -> int:
    """The serial in a context's id."""
    return int(name.partition("-")[0], 16)


def cycle_of(load: Load) -> int:
    """After how many chunks the audio of a context comes round: a prime number."""
    if load.contexts >= MANY_CONTEXTS:
        return 7
    return max(prime for prime in (7, 13, 37, 61) if prime == 7 or prime * load.size < CACHED_BYTES)


@cache
def _blocks(size: int, count: int) -> tuple[bytes, ...]:
    source = random.Random(size)
    return tuple(source.randbytes(size) for _ in range(count))


def blocks(load: Load, number: int) -> tuple[bytes, ...]:
    """One round of the audio of a context; neighbours begin at different places of it."""
    found = _blocks(load.size, cycle_of(load))
    first = number * 5 % len(found)
    return found[first:] + found[:first]


def checksum(load: Load, number: int) -> int:
    """The CRC-32 of the whole audio of a context."""
    value = 0
    for block in itertools.islice(itertools.cycle(blocks(load, number)), load.chunks):
        value = zlib.crc32(block, value)
    return value


class WrongAudioError(Exception):
    """A client handed out audio that was not sent, or not all of what was."""


@dataclass
class Check:
    """Compares what a client hands out with what was sent, chunk by chunk: all bytes are seen.

    Attributes:
        count: Chunks so far.
        arrivals: When they came, monotonic seconds, if `take_timed` took them.
    """

    load: Load
    number: int
    count: int = 0
    arrivals: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._expected: Iterator[bytes] = itertools.cycle(blocks(self.load, self.number))

    def take(self, data: bytes) -> None:
        """Take a chunk.

        Raises:
            WrongAudioError: If another one was sent.
        """
        if data != next(self._expected):
            raise WrongAudioError(f"context {self.number}: chunk {self.count} is wrong")
        self.count += 1

    def take_timed(self, data: bytes) -> None:
        """`take`, with the time."""
        self.arrivals.append(time.monotonic())
        self.take(data)

    def finish(self) -> None:
        """Raise unless everything came."""
        if self.count != self.load.chunks:
            raise WrongAudioError(f"context {self.number}: {self.count} of {self.load.chunks}")


@dataclass
class Sum:
    """`Check` for audio whose pieces are cut elsewhere than they were sent."""

    load: Load
    number: int
    value: int = 0

    def take(self, data: bytes) -> None:
        """Take a piece."""
        self.value = zlib.crc32(data, self.value)

    def finish(self) -> None:
        """Raise unless everything came."""
        if self.value != checksum(self.load, self.number):
            raise WrongAudioError(f"context {self.number}: the checksum differs")
