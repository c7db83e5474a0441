"""Puts a load of audio on a client that listens, and takes the time.

The load server counts what it hears: the last text is the checksum of all the audio of a listener,
so that nothing can be left out. See `bench.drive` for the clocks.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from bench.drive import HOLD_S, Outcome, clocks
from bench.machine import resident_bytes
from bench.plan import Load, WrongAudioError, blocks, checksum

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from bench.drive import Run

FORMAT: Final = ("pcm_s16le", 16000)
"""Of which a block of 3,200 bytes is 100 ms."""


class AsyncEar(Protocol):
    """One listener of a client on asyncio."""

    async def hear(self) -> str:
        """Send all the audio and return all the text."""
        ...

    async def idle(self) -> None:
        """Send one block, and wait for the first event."""
        ...

    async def close(self) -> None:
        """Close it."""


class AsyncHearing(Protocol):
    """A client on asyncio that listens."""

    async def connect(self, url: str) -> None:
        """Make a client."""

    async def open(self, load: Load, number: int) -> AsyncEar:
        """Open a socket."""
        ...

    async def close(self) -> None:
        """Close everything."""


class Hearing(Protocol):
    """A client that blocks and listens."""

    def connect(self, url: str) -> None:
        """Make a client."""

    def open(self, load: Load, number: int) -> Callable[[], str]:
        """Open a socket; what is returned sends all the audio and returns all the text."""
        ...

    def close(self) -> None:
        """Close everything."""


def audio(load: Load, number: int) -> Iterator[bytes]:
    """The audio of a listener, block by block."""
    return itertools.islice(itertools.cycle(blocks(load, number)), load.chunks)


async def async_audio(load: Load, number: int) -> AsyncIterator[bytes]:
    """The audio of a listener, as fast as it is spoken if the load says so."""
    began = time.monotonic() + load.period * number / load.contexts
    for index, block in enumerate(audio(load, number)):
        if load.pace == "real":
            await asyncio.sleep(max(0.0, began + index * load.period - time.monotonic()))
        yield block


def check(load: Load, number: int, text: str) -> None:
    """Raise unless the text says that the server heard everything.

    Raises:
        WrongAudioError: If it heard something else.
    """
    words = text.split()
    if not words or words[-1] != f"{checksum(load, number):08x}":
        raise WrongAudioError(f"listener {number}: the server heard something else: {words[-1:]}")


class AsyncListenDrive:
    """Measures a client on asyncio that listens.

    Args:
        make: Makes the client.
        run: Runs a coroutine on a new event loop.
    """

    def __init__(self, make: Callable[[], AsyncHearing], run: Run = asyncio.run) -> None:
        self._make = make
        self._run = run

    def hear(self, load: Load, url: str) -> Outcome:
        """Have a whole load heard."""
        return self._run(self._hear(load, url))

    async def _hear(self, load: Load, url: str) -> Outcome:
        client = self._make()
        await client.connect(url)
        try:
            gc.collect()
            marks = [clocks()]
            ears = [await client.open(load, number) for number in range(load.contexts)]
            marks.append(clocks())
            texts = await asyncio.gather(*(ear.hear() for ear in ears))
            marks.append(clocks())
            for ear in ears:
                await ear.close()
        finally:
            await client.close()
        return _outcome(load, texts, marks)

    def idle(self, load: Load, url: str) -> float:
        """Bytes of memory of a listener that has heard something and waits."""
        return self._run(self._idle(load, url))

    async def _idle(self, load: Load, url: str) -> float:
        client = self._make()
        await client.connect(url)
        ears: list[AsyncEar] = []
        try:
            before, half = 0, load.contexts // 2  # the first half makes what all share
            async with asyncio.timeout(HOLD_S):
                for numbers in range(half), range(half, load.contexts):
                    gc.collect()
                    before = resident_bytes()
                    for number in numbers:
                        ears.append(await client.open(load, number))
                        await ears[-1].idle()
            gc.collect()
            taken = resident_bytes() - before
            await _all(ear.close() for ear in ears)
        finally:
            await client.close()
        return taken / (load.contexts - half)


async def _all(several: Iterator[Awaitable[None]]) -> None:
    for one in several:
        await one


class ListenDrive:
    """Measures a client that blocks and listens; see `AsyncListenDrive`.

    Args:
        make: Makes the client.
    """

    def __init__(self, make: Callable[[], Hearing]) -> None:
        self._make = make

    def hear(self, load: Load, url: str) -> Outcome:
        """Have a whole load heard, by a thread for each listener."""
        client = self._make()
        client.connect(url)
        texts = [""] * load.contexts
        try:
            gc.collect()
            marks = [clocks()]
            ears = [client.open(load, number) for number in range(load.contexts)]
            marks.append(clocks())

            def hear(number: int) -> None:
                texts[number] = ears[number]()

            threads = [
                threading.Thread(target=hear, args=(number,)) for number in range(load.contexts)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            marks.append(clocks())
        finally:
            client.close()
        return _outcome(load, texts, marks)


def _outcome(load: Load, texts: list[str], marks: list[tuple[float, float]]) -> Outcome:
    for number, text in enumerate(texts):
        check(load, number, text)
    (cpu0, _), (cpu1, wall1), (cpu2, wall2) = marks
    return Outcome(cpu2 - cpu1, cpu1 - cpu0, wall2 - wall1, [])
