"""What tasks do where threads do otherwise. `_sync/flow.py` has the same names."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from ..errors import LocalStateError

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Coroutine,
        Generator,
        Iterable,
    )

    import httpx

    from .websocket import AsyncSocketDriver, Lane

Mutex = asyncio.Lock
sleep = asyncio.sleep

S = TypeVar("S")
T = TypeVar("T")


class Guard:
    """A lock between threads; tasks need none around code that does not await."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


def launch(stream: S) -> S:
    """Speech goes out when the stream is first used."""
    return stream


class Place(NamedTuple):
    """Where connections live."""

    pid: int
    loop: asyncio.AbstractEventLoop


def place() -> Place:
    """Return the process and event loop of this code; every use of a client comes by here.

    Raises:
        LocalStateError: If asyncio does not run here, as under trio.
    """
    try:
        return Place(os.getpid(), asyncio.get_running_loop())
    except RuntimeError:
        raise LocalStateError(
            "this client needs asyncio, which does not run here; under trio, use the "
            "blocking client in threads, with trio.to_thread.run_sync or anyio.to_thread.run_sync"
        ) from None


def leave_places(places: dict[Place, T]) -> None:
    """Forget what was open in other places.

    Raises:
        LocalStateError: If one of them is an event loop that may still run.
    """
    for other in list(places):
        if other.pid == os.getpid() and not other.loop.is_closed():
            raise LocalStateError("this client is in use in another event loop; make one for each")
        places.pop(other, None)


class Closeable(Protocol):
    """What `Opening` opens."""

    async def aclose(self) -> None:
        """Close it."""


C = TypeVar("C", bound=Closeable)


class Opening(Generic[C]):
    """Something that is being opened: ``await`` it, or use it as ``async with``."""

    def __init__(self, make: Callable[[], Awaitable[C]]) -> None:
        self._make = make
        self._made: C | None = None

    def __await__(self) -> Generator[object, None, C]:
        return self._make().__await__()

    async def __aenter__(self) -> C:
        self._made = await self._make()
        return self._made

    async def __aexit__(self, *error: object) -> None:
        if self._made is not None:
            await self._made.aclose()


def opening(make: Callable[[], Awaitable[C]]) -> Opening[C]:
    """Open something when it is awaited or entered."""
    return Opening(make)


class Feeder:
    """Sends text in a task of its own."""

    def __init__(self, feed: Callable[[], Coroutine[object, object, None]]) -> None:
        self._task = asyncio.create_task(feed(), name="cartesia-speak")

    async def stop(self) -> None:
        """End the task and wait for its end."""
        self._task.cancel()
        await asyncio.wait([self._task])  # unlike await, this cannot swallow our own cancellation


class Signal:
    """Wakes one waiter."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake the waiter, or the next one to come."""
        self._event.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait for `set`, for so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


class Repeater:
    """Does something again and again in a task of its own."""

    def __init__(
        self, seconds: float, action: Callable[[], Coroutine[object, object, None]]
    ) -> None:
        self._seconds = seconds
        self._action = action
        self._task = asyncio.create_task(self._run(), name="cartesia-repeat")

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self._action()

    async def stop(self) -> None:
        """End the task and wait for its end."""
        self._task.cancel()
        await asyncio.wait([self._task])


async def each(
    text: Iterable[str] | AsyncIterable[str], pause: float | None = None
) -> AsyncGenerator[str | None]:
    """The pieces of a text; even one that never waits leaves turns of the loop to others.

    Args:
        text: The pieces.
        pause: Seconds without a piece that are told by None, once; a plain iterable has none.
    """
    if not isinstance(text, AsyncIterable):
        for piece in text:
            yield piece
            await asyncio.sleep(0)
    elif pause is None:
        async for piece in text:
            yield piece
            await asyncio.sleep(0)
    else:
        async with aclosing(_each_or_pause(text, pause)) as pieces:
            async for piece_or_pause in pieces:
                yield piece_or_pause


async def _each_or_pause(text: AsyncIterable[str], pause: float) -> AsyncGenerator[str | None]:
    """Pieces as they are asked for; one task reads them, as a generator may depend on that."""
    wanted = asyncio.Semaphore(0)
    pieces: asyncio.Queue[str | None] = asyncio.Queue()

    async def read() -> None:
        try:
            await wanted.acquire()
            async for piece in text:
                pieces.put_nowait(piece)
                await wanted.acquire()
        finally:
            pieces.put_nowait(None)

    reading = asyncio.create_task(read(), name="cartesia-text")
    try:
        while True:
            wanted.release()
            try:
                async with asyncio.timeout(pause):
                    piece = await pieces.get()
            except TimeoutError:
                yield None
                piece = await pieces.get()
            if piece is None:
                await reading  # raises what the text raised
                return
            yield piece
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def next_piece(pieces: AsyncIterator[bytes], seconds: float | None) -> bytes | None:
    """The next piece of a body, None at its end.

    Raises:
        TimeoutError: If it does not come in time.
    """
    async with asyncio.timeout(seconds):
        return await anext(pieces, None)


def abandon(driver: AsyncSocketDriver, lane: Lane) -> None:
    """Cancel a context where a generator ends; the event loop ends those that are collected."""
    driver.cancel(lane)


async def break_off(response: httpx.Response) -> None:
    """End a response that another task may be reading."""
    await response.aclose()
