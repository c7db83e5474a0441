"""Concurrency primitives for asyncio; `_sync/flow.py` has the same names for threads."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from asyncio import (
    _get_running_loop,  # pyright: ignore[reportPrivateUsage]  # it raises no error outside of one
)
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar, cast

from .._protocol.faults import elsewhere_error
from .._protocol.fields import End, PieceReader
from ..errors import ConfigurationError, LocalStateError

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Callable,
        Coroutine,
        Generator,
    )

    import httpx

    from .._http.sources import AudioBlock, Source
    from ..options import Piece
    from ..play import Player


Mutex = asyncio.Lock
sleep = asyncio.sleep
SHORTEST_TIMER_S: Final = 0.001  # uvloop rounds less down to 0: a repeated wait would spin
AHEAD: Final = 8  # blocks that a thread reads of a source before they are wanted
SLICE_S: Final = 0.001  # that a source may keep the event loop
TEXTS: Final = (AsyncIterable, Iterable)
"""The types that may hold pieces of text."""

S = TypeVar("S")
T = TypeVar("T")


class ThreadLock:
    """A lock that does nothing: code without ``await`` needs no lock between tasks."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


def start_now(stream: S) -> S:
    """Return the stream unchanged: it sends its request on first use."""
    return stream


async def give_way() -> None:
    """Let other tasks run."""
    await asyncio.sleep(0)


class Owner(NamedTuple):
    """The process and event loop that connections belong to."""

    pid: int
    loop: asyncio.AbstractEventLoop


def owner() -> Owner:
    """Return the current process and event loop; every use of a client calls this.

    Raises:
        LocalStateError: If there is no running asyncio event loop, as under trio.
    """
    try:
        return Owner(os.getpid(), asyncio.get_running_loop())
    except RuntimeError:
        raise LocalStateError(
            "this client needs a running asyncio event loop; under trio, use the sync client in "
            "threads, with trio.to_thread.run_sync or anyio.to_thread.run_sync"
        ) from None


def is_elsewhere(where: Owner) -> bool:
    """Whether something belongs to another process or event loop, so it must not be touched."""
    return where.loop is not _get_running_loop() or where.pid != os.getpid()


def check_owner(where: Owner) -> None:
    """Raise an error unless something belongs to this process and event loop.

    Raises:
        LocalStateError: If it was opened in another process or event loop.
    """
    if is_elsewhere(where):
        if where.pid == os.getpid() and _get_running_loop() is None:
            raise LocalStateError(
                "this belongs to an event loop; from another thread, such as the callback of a "
                "device, hand the call over with loop.call_soon_threadsafe"
            )
        raise elsewhere_error("event loop" if where.pid == os.getpid() else "process")


def drop_foreign(held: dict[Owner, T]) -> None:
    """Drop the resources of other processes and of closed event loops.

    Raises:
        LocalStateError: If another event loop of this process owns some and is not closed.
    """
    for other in list(held):
        if other.pid == os.getpid() and not other.loop.is_closed():
            raise LocalStateError(
                "this client is in use in another event loop; create one for each loop"
            )
        held.pop(other, None)


class Closeable(Protocol):
    """A resource that `Opening` opens."""

    async def aclose(self) -> None:
        """Close the resource."""


C = TypeVar("C", bound=Closeable)


class Opening(Generic[C]):
    """A resource to open: ``await`` it, or use it in ``async with``, which also closes it."""

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


class Ongoing(Generic[T]):
    """Work in its own task; cancelling a wait for the result does not cancel the work."""

    __slots__ = ("_task",)

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self._task = asyncio.ensure_future(work())
        self._task.add_done_callback(_retrieve)

    async def result(self) -> T | None:
        """Wait for the result; return None if the work was stopped."""
        task = self._task
        if not task.done():
            await asyncio.wait([task])
        return None if task.cancelled() else task.result()

    async def stop(self) -> T | None:
        """Cancel the work; return its result if it had already finished."""
        task = self._task
        task.cancel()
        if not task.done():
            await asyncio.wait([task])
        return None if task.cancelled() or task.exception() is not None else task.result()


def _retrieve(task: asyncio.Future[T]) -> None:
    """Retrieve the exception of a task, so that asyncio does not report it as unhandled."""
    if not task.cancelled():
        task.exception()


# The event loop keeps only weak references to tasks.
_closing: Final[set[asyncio.Future[None]]] = set()


def close_dropped(where: Owner, close: Callable[[], Awaitable[None]]) -> None:
    """Close a dropped resource in its event loop.

    ``__del__`` calls it, so it may run in any thread and between any two lines of code.
    """
    if where.pid == os.getpid():
        with suppress(RuntimeError):  # the loop is closed, and its connections with it
            where.loop.call_soon_threadsafe(_close_in_task, close)


def _close_in_task(close: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.ensure_future(close())
    _closing.add(task)
    task.add_done_callback(_closing.discard)
    task.add_done_callback(_retrieve)


class BodyReader:
    """Reader of a body, piece by piece; a cancelled wait loses no piece: the next wait returns it.

    Args:
        pieces: The body.
        resumable: Whether ``pieces`` survives a cancelled wait. A generator does not: cancelling
            its wait ends it, so each piece of a generator is read in a task.
    """

    def __init__(self, pieces: AsyncIterator[bytes], *, resumable: bool) -> None:
        self._pieces = pieces
        self._resumable = resumable
        self._reading: Ongoing[bytes | None] | None = None

    async def next(self) -> bytes | None:
        """Wait for the next piece; return None at the end."""
        if self._resumable:
            return await anext(self._pieces, None)
        if self._reading is None:
            self._reading = Ongoing(self._following)
        piece = await self._reading.result()
        self._reading = None
        return piece

    async def _following(self) -> bytes | None:
        return await anext(self._pieces, None)

    async def next_by(self, deadline: float | None) -> bytes | None:
        """Wait for the next piece until a deadline, for bodies that have no deadline of their own.

        Raises:
            TimeoutError: If the piece does not arrive in time.
        """
        seconds = None if deadline is None else deadline - time.monotonic()
        async with asyncio.timeout(seconds):
            return await self.next()

    async def stop(self) -> None:
        """Cancel a read that is still going on after its wait was cancelled."""
        if self._reading is not None:
            await self._reading.stop()


class TextTask:
    """A task that sends the text or the audio of a stream."""

    def __init__(
        self, feed: Callable[[], Coroutine[object, object, None]], name: str = "cartesia-speak"
    ) -> None:
        self._task = asyncio.create_task(feed(), name=name)

    async def stop(self) -> None:
        """Cancel the task and wait until it has ended."""
        self._task.cancel()
        await asyncio.wait([self._task])  # unlike await, this cannot swallow our own cancellation


class Bell:
    """Wakes all who wait. Who reads `rings` before it looks for news misses none."""

    def __init__(self) -> None:
        self.rings: int = 0
        self._waiters: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        """Wake all who wait."""
        self.rings += 1
        if self._waiters:
            for waiter in self._waiters:
                _wake(waiter)
            self._waiters.clear()

    async def wait(self, since: int, seconds: float | None) -> None:
        """Wait until it rings, unless it has since a number of `rings`, or until a time is over."""
        if self.rings != since:
            return
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        timer = None
        if seconds is not None:
            timer = loop.call_later(max(seconds, SHORTEST_TIMER_S), _wake, waiter)
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()
            if waiter in self._waiters:
                self._waiters.remove(waiter)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class PeriodicTask(TextTask):
    """A task that runs an action at a fixed interval."""

    def __init__(
        self, seconds: float, action: Callable[[], Coroutine[object, object, None]]
    ) -> None:
        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds)
                await action()

        super().__init__(repeat, "cartesia-repeat")


async def pieces_of(
    text: Iterable[str | Piece | None] | AsyncIterable[str | Piece | None],
    pause: float | None = None,
) -> AsyncGenerator[str | Piece | None]:
    """Yield the pieces of a text; let other tasks run after each, even if the text never waits.

    Args:
        text: The pieces.
        pause: Seconds without a piece after which to yield None once; only for an async iterable.
    """
    reader = PieceReader()
    if isinstance(text, AsyncIterable):
        pieces = aiter(text)
        try:
            if pause is None:
                async for piece in pieces:
                    yield reader.take(piece)
                    await asyncio.sleep(0)
                reader.finish()
            else:
                async with aclosing(_pieces_or_pauses(pieces, pause, reader)) as pieces_or_pauses:
                    async for piece_or_pause in pieces_or_pauses:
                        yield piece_or_pause
        finally:  # it may not be exhausted, and leaving a loop does not close it
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()
    else:
        plain = iter(text)
        try:
            for piece in plain:
                yield reader.take(piece)
                await asyncio.sleep(0)
            reader.finish()
        finally:
            close = getattr(plain, "close", None)
            if close is not None:
                close()


async def _pieces_or_pauses(
    text: AsyncIterator[str | Piece | None], pause: float, reader: PieceReader
) -> AsyncGenerator[str | Piece | None]:
    """Yield pieces, and None after a pause; one task reads all, as generators may rely on it."""
    wanted = asyncio.Semaphore(0)
    pieces: asyncio.Queue[str | Piece | None] = asyncio.Queue()

    async def read() -> None:
        try:
            await wanted.acquire()
            async for piece in text:
                if taken := reader.take(piece):
                    pieces.put_nowait(taken)
                    await wanted.acquire()
            reader.finish()
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


async def result_of(work: Awaitable[T], function: str, seconds: float | None = None) -> T:
    """Wait for the result of a function that the user gave to the client.

    Args:
        work: What the function has returned.
        function: Its name, which begins with that of the client's argument.
        seconds: Maximum wait.

    Raises:
        TimeoutError: If it took too long.
        ConfigurationError: If it is no coroutine function.
    """
    if not isinstance(cast("object", work), Awaitable):
        raise ConfigurationError(
            f"AsyncCartesia must be able to await {function}: define it with async def",
            option=function.partition(".")[0],
        )
    async with asyncio.timeout(seconds):
        return await work


@asynccontextmanager
async def playing(make: Callable[[], Player]) -> AsyncGenerator[Player]:
    """Open a loudspeaker and close it, in a thread: either may take a tenth of a second."""
    opening = asyncio.ensure_future(asyncio.to_thread(make))
    try:
        player = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise
    try:
        yield player
    finally:
        player.stop()
        await asyncio.to_thread(player.close)


def _close_unwanted(opening: asyncio.Future[Player]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


async def blocks_of(source: Source) -> AsyncGenerator[AudioBlock]:
    """Yield blocks of audio; let other tasks run in between, even if the source never waits."""
    assert source.blocks is not None
    if isinstance(source.blocks, AsyncIterable):
        blocks = aiter(source.blocks)
    elif source.waits:
        blocks = _read_in_thread(source, source.blocks)
    else:
        blocks = _each(source.blocks)
    ran_at = time.monotonic()
    try:
        async for block in blocks:
            yield block
            now = time.monotonic()
            if now >= ran_at + SLICE_S:
                ran_at = now
                await asyncio.sleep(0)
    finally:  # it may not be exhausted, and leaving a loop does not close it
        close = getattr(blocks, "aclose", None)
        if close is not None:
            await close()


async def _each(blocks: Iterable[S]) -> AsyncGenerator[S]:
    for block in blocks:
        yield block


async def _read_in_thread(source: Source, blocks: Iterable[S]) -> AsyncGenerator[S]:
    """Yield what a thread reads, which then closes the source.

    Nobody can interrupt a read of somebody else's iterable. So if this generator is closed, it does
    not wait for the thread, which ends with its read.
    """
    loop = asyncio.get_running_loop()
    read: deque[S | End] = deque()
    news = Bell()
    wanted = threading.Semaphore(AHEAD)
    left = threading.Event()

    def tell(what: S | End) -> None:
        read.append(what)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(news.ring)

    def run() -> None:
        end = End(None)
        closing = [source.close]
        try:
            pieces = iter(blocks)
            closing.insert(0, getattr(pieces, "close", None))
            wanted.acquire()
            for block in pieces:
                if left.is_set():
                    break
                tell(block)
                wanted.acquire()
                if left.is_set():
                    break
        except BaseException as error:
            end = End(error)
        for close in closing:
            try:
                if close is not None:
                    close()
            except BaseException as error:  # whatever it is, nobody may wait for the end in vain
                end = End(end.error or error)
        tell(end)

    context = copy_context()
    threading.Thread(target=context.run, args=(run,), name="cartesia-source", daemon=True).start()
    try:
        while True:
            rings = news.rings
            if not read:
                await news.wait(rings, None)
                continue
            block = read.popleft()
            if isinstance(block, End):
                if block.error is not None:
                    raise block.error
                return
            wanted.release()
            yield block
    finally:
        left.set()
        wanted.release()


async def in_thread(work: Callable[[], T], drop: Callable[[T], None]) -> T:
    """Run work that may block in a thread; if the wait is cancelled, drop the result later."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def finish(result: T | None, error: BaseException | None) -> None:
        if not done.cancelled():
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(cast("T", result))
        elif error is None:
            drop(cast("T", result))

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(finish, result, error)
        except RuntimeError:  # the loop is closed
            if result is not None:
                drop(result)

    context = copy_context()
    threading.Thread(target=context.run, args=(run,), name="cartesia-open", daemon=True).start()
    return await done


async def break_off(response: httpx.Response) -> None:
    """Close a response that another task may be reading."""
    await response.aclose()
