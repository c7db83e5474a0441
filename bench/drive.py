"""Puts a load on an adapter, and takes the time: written once for tasks and once for threads.

Connections are made before the clock starts. The processor's time counts from when every stream is
open until the last one ended; the server begins only when all are open.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import statistics
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from bench.machine import CERTIFICATES, resident_bytes
from bench.plan import Check, Load, Sum, context_id

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Take = Callable[[bytes], None]
    """Is called with each chunk."""
    AsyncRead = Callable[[Take], Coroutine[Any, Any, None]]
    Read = Callable[[Take], None]
    """Reads a stream to its end."""

T = TypeVar("T")

SAMPLES: Final = 40
HOLD_S: Final = 20.0


class Traits(Protocol):
    """What an adapter says of itself."""

    verifies: bool
    """Whether it hands out audio; a floor does not."""
    cuts: bool
    """Whether it hands audio out in pieces of its own size."""


class Run(Protocol):
    """`asyncio.run`, or that of another event loop."""

    def __call__(self, main: Coroutine[Any, Any, T], /) -> T: ...


class AsyncAdapter(Traits, Protocol):
    """A client on asyncio."""

    async def connect(self, url: str) -> None:
        """Make a client and what it connects ahead of need."""

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        """Ask for a context; what is returned reads it to its end."""

    async def close(self) -> None:
        """Close everything."""


class SyncAdapter(Traits, Protocol):
    """A client that blocks."""

    threads: bool
    """Whether each stream has a thread; otherwise one thread reads them one after the other."""

    def connect(self, url: str) -> None:
        """Make a client and what it connects ahead of need."""

    def open(self, load: Load, name: str, number: int) -> Read:
        """Ask for a context; what is returned reads it to its end."""

    def close(self) -> None:
        """Close everything."""


@dataclass
class Outcome:
    """What a load cost.

    Attributes:
        cpu_s: Processor time of the process, user and system, while audio came.
        open_cpu_s: The same while the streams were opened.
        wall_s: Time from the last stream's opening to the end.
        arrivals: At real-time pace: when each chunk of each context was handed out.
    """

    cpu_s: float
    open_cpu_s: float
    wall_s: float
    arrivals: list[list[float]]


def checks_for(adapter: Traits, load: Load) -> list[Check | Sum]:
    """Something to compare the audio of each context with."""
    kind: type[Check | Sum] = Sum if adapter.cuts else Check
    return [kind(load, number) for number in range(load.contexts)]


def taker(adapter: Traits, load: Load, check: Check | Sum) -> Take:
    """What is to be called with the audio."""
    if isinstance(check, Sum):
        return check.take
    if not adapter.verifies:
        return lambda _: check.arrivals.append(time.monotonic())
    return check.take_timed if load.pace == "real" else check.take


def outcome(
    adapter: Traits, checks: list[Check | Sum], marks: list[tuple[float, float]]
) -> Outcome:
    """The differences between three readings of both clocks, if the audio is right."""
    (cpu0, _), (cpu1, wall1), (cpu2, wall2) = marks
    if adapter.verifies:
        for check in checks:
            check.finish()
    arrivals = [check.arrivals for check in checks if isinstance(check, Check)]
    return Outcome(cpu2 - cpu1, cpu1 - cpu0, wall2 - wall1, arrivals)


def clocks() -> tuple[float, float]:
    """Processor time and time."""
    return time.process_time(), time.perf_counter()


class AsyncDrive:
    """Measures an adapter on asyncio.

    Args:
        make: Makes the adapter.
        run: Runs a coroutine on a new event loop.
    """

    def __init__(self, make: Callable[[], AsyncAdapter], run: Run = asyncio.run) -> None:
        self._make = make
        self._run = run

    def stream(self, load: Load, url: str) -> Outcome:
        """Read a whole load."""
        return self._run(self._stream(load, url))

    async def _stream(self, load: Load, url: str) -> Outcome:
        adapter = self._make()
        checks = checks_for(adapter, load)
        await adapter.connect(url)
        try:
            gc.collect()
            marks = [clocks()]
            readers = [
                await adapter.open(load, context_id(0, number), number)
                for number in range(load.contexts)
            ]
            marks.append(clocks())
            if len(readers) == 1:
                await readers[0](taker(adapter, load, checks[0]))
            else:
                await asyncio.gather(
                    *(
                        read(taker(adapter, load, check))
                        for read, check in zip(readers, checks, strict=True)
                    )
                )
            marks.append(clocks())
        finally:
            await adapter.close()
        return outcome(adapter, checks, marks)

    def first_audio(self, load: Load, url: str, times: int) -> float:
        """Seconds from a request to its first audio on an open connection; the median."""
        return self._run(self._first_audio(load, url, times))

    async def _first_audio(self, load: Load, url: str, times: int) -> float:
        adapter = self._make()
        await adapter.connect(url)
        try:
            taken = [await self._once(adapter, load, serial) for serial in range(1, times + 1)]
        finally:
            await adapter.close()
        return statistics.median(taken[times // 10 :])

    async def _once(self, adapter: AsyncAdapter, load: Load, serial: int) -> float:
        check = Check(load, 0)
        began = time.monotonic()
        read = await adapter.open(load, context_id(serial, 0), 0)
        await read(check.take_timed)
        check.finish()
        return check.arrivals[0] - began

    def cold(self, load: Load, url: str, times: int) -> float:
        """Seconds from nothing but imported modules to the first audio; the median."""
        return statistics.median(self._run(self._cold(load, url)) for _ in range(times))

    async def _cold(self, load: Load, url: str) -> float:
        began = time.monotonic()
        adapter = self._make()
        await adapter.connect(url)
        try:
            connected = time.monotonic() - began
            return connected + await self._once(adapter, load, 1)
        finally:
            await adapter.close()

    def hold(self, load: Load, url: str) -> float:
        """Bytes of memory that an open stream takes which has given its first chunk and waits."""
        return self._run(self._hold(load, url))

    async def _hold(self, load: Load, url: str) -> float:
        adapter = self._make()
        await adapter.connect(url)
        try:
            waiting = asyncio.Semaphore(0)

            async def keep(number: int) -> None:
                read = await adapter.open(load, context_id(0, number), number)
                check = Check(load, number)

                def take(data: bytes) -> None:
                    check.take(data)
                    waiting.release()

                await read(take)

            tasks: list[asyncio.Task[None]] = []
            before = 0
            half = load.contexts // 2  # makes what all share, and takes what imports left free
            async with asyncio.timeout(HOLD_S):
                for numbers in range(half), range(half, load.contexts):
                    gc.collect()
                    before = resident_bytes()
                    tasks += [asyncio.create_task(keep(number)) for number in numbers]
                    for _ in numbers:
                        await waiting.acquire()
            gc.collect()
            taken = resident_bytes() - before
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await adapter.close()
        return taken / (load.contexts - half)

    def growth(self, load: Load, url: str) -> list[int]:
        """Bytes of memory in use while one long stream is read, from its start to its end."""
        return self._run(self._growth(load, url))

    async def _growth(self, load: Load, url: str) -> list[int]:
        adapter = self._make()
        gauge = Gauge(load)
        await adapter.connect(url)
        try:
            read = await adapter.open(load, context_id(0, 0), 0)
            await read(gauge.take)
        finally:
            await adapter.close()
        return gauge.result()


class SyncDrive:
    """Measures an adapter that blocks; see `AsyncDrive`.

    Args:
        make: Makes the adapter.
    """

    def __init__(self, make: Callable[[], SyncAdapter]) -> None:
        self._make = make

    def stream(self, load: Load, url: str) -> Outcome:
        """Read a whole load."""
        adapter = self._make()
        checks = checks_for(adapter, load)
        adapter.connect(url)
        try:
            gc.collect()
            marks = [clocks()]
            readers = [
                adapter.open(load, context_id(0, number), number) for number in range(load.contexts)
            ]
            marks.append(clocks())
            takers = [taker(adapter, load, check) for check in checks]
            if adapter.threads and len(readers) > 1:
                in_threads(readers, takers)
            else:
                for read, take in zip(readers, takers, strict=True):
                    read(take)
            marks.append(clocks())
        finally:
            adapter.close()
        return outcome(adapter, checks, marks)

    def first_audio(self, load: Load, url: str, times: int) -> float:
        """Seconds from a request to its first audio on an open connection; the median."""
        adapter = self._make()
        adapter.connect(url)
        try:
            taken = [self._once(adapter, load, serial) for serial in range(1, times + 1)]
        finally:
            adapter.close()
        return statistics.median(taken[times // 10 :])

    def _once(self, adapter: SyncAdapter, load: Load, serial: int) -> float:
        check = Check(load, 0)
        began = time.monotonic()
        adapter.open(load, context_id(serial, 0), 0)(check.take_timed)
        check.finish()
        return check.arrivals[0] - began

    def cold(self, load: Load, url: str, times: int) -> float:
        """Seconds from nothing but imported modules to the first audio; the median."""
        return statistics.median(self._cold(load, url) for _ in range(times))

    def _cold(self, load: Load, url: str) -> float:
        began = time.monotonic()
        adapter = self._make()
        adapter.connect(url)
        try:
            connected = time.monotonic() - began
            return connected + self._once(adapter, load, 1)
        finally:
            adapter.close()

    def growth(self, load: Load, url: str) -> list[int]:
        """Bytes of memory in use while one long stream is read, from its start to its end."""
        adapter = self._make()
        gauge = Gauge(load)
        adapter.connect(url)
        try:
            adapter.open(load, context_id(0, 0), 0)(gauge.take)
        finally:
            adapter.close()
        return gauge.result()


class Gauge:
    """A check that reads the memory in use now and then."""

    def __init__(self, load: Load) -> None:
        self._check = Check(load, 0)
        self._every = max(1, load.chunks // SAMPLES)
        self._found: list[int] = []

    def take(self, data: bytes) -> None:
        """Take a chunk."""
        self._check.take(data)
        if self._check.count % self._every == 0:
            self._found.append(resident_bytes())

    def result(self) -> list[int]:
        """The readings; raises unless everything came."""
        self._check.finish()
        return self._found


def in_threads(
    readers: list[Read],
    takers: list[Take],
) -> None:
    """Read each stream in a thread of its own."""
    failed: list[BaseException] = []

    def body(read: Read, take: Take) -> None:
        try:
            read(take)
        except BaseException as error:  # raised again below
            failed.append(error)

    threads = [
        threading.Thread(target=body, args=pair) for pair in zip(readers, takers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def trusting() -> ssl.SSLContext:
    """A client's context that trusts the test certificate."""
    return ssl.create_default_context(cafile=CERTIFICATES / "certificate.pem")
