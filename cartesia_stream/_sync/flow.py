"""Concurrency primitives for threads; `_aio/flow.py` has the same names for asyncio."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Coroutine, Iterable
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from .._protocol.faults import elsewhere_error
from .._protocol.fields import End, PieceReader
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    import httpx

    from .._http.sources import AudioBlock, Source
    from ..options import Piece
    from ..play import Player


Mutex = threading.Lock
ThreadLock = threading.RLock
sleep = time.sleep
TEXTS: Final = (Iterable,)
"""The types that may hold pieces of text."""

S = TypeVar("S", bound=AbstractContextManager[object])
T = TypeVar("T")
B = TypeVar("B")


def start_now(stream: S) -> S:
    """Send the request of a stream now, so that the call itself raises its errors."""
    stream.__enter__()
    return stream


def give_way() -> None:
    """Do nothing: other threads run whenever one sends or reads."""


Owner = int


owner: Final = os.getpid
"""Return the id of this process, which owns the connections that it opens."""


def is_elsewhere(where: Owner) -> bool:
    """Whether something belongs to the process that forked this one, so it must not be touched."""
    return where != os.getpid()


def check_owner(where: Owner) -> None:
    """Raise an error unless something belongs to this process.

    Raises:
        LocalStateError: If another process opened it, before it was forked.
    """
    if where != os.getpid():
        raise elsewhere_error("process")


def drop_foreign(held: dict[Owner, T]) -> None:
    """Drop the resources that another process opened before it was forked."""
    here = os.getpid()
    for other in list(held):
        if other != here:  # another thread may have dropped it already
            held.pop(other, None)


class Ongoing(Generic[T]):
    """Work that runs when its result is requested."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def result(self) -> T | None:
        """Run the work and return its result."""
        return self._work()

    def stop(self) -> T | None:
        """Return None, because the thread that ran the work has the result."""
        return None


def close_dropped(where: Owner, close: Callable[[], None]) -> None:
    """Close a dropped resource in a new thread.

    ``__del__`` calls it, so it may run between any two lines of code, and under any lock.
    """
    if where == os.getpid() and not sys.is_finalizing():
        with suppress(RuntimeError):  # the interpreter is shutting down and starts no threads
            thread = threading.Thread(target=_close, args=(close,), name="cartesia-close")
            thread.daemon = True
            thread.start()


def _close(close: Callable[[], None]) -> None:
    with suppress(Exception):  # there is no caller to report to
        close()


class BodyReader:
    """Reader of a body, piece by piece.

    Args:
        pieces: The body.
        resumable: Whether ``pieces`` survives an interrupted read, such as by Ctrl-C. A generator
            does not: its next read would look like the end of the body, so it raises an error.
    """

    def __init__(self, pieces: Iterator[bytes], *, resumable: bool) -> None:
        self._pieces = pieces
        self._resumable = resumable
        self._interrupted = False

    def next(self) -> bytes | None:
        """Wait for the next piece; return None at the end."""
        if self._interrupted:
            import httpx

            raise httpx.ReadError("an earlier read was interrupted")
        self._interrupted = not self._resumable
        piece = next(self._pieces, None)
        self._interrupted = False
        return piece

    def next_by(self, deadline: float | None) -> bytes | None:
        """Wait for the next piece; the read timeout of the HTTP library bounds the wait."""
        return self.next()

    def stop(self) -> None:
        """Do nothing, because a read never outlives its call."""


class TextTask:
    """A thread that sends the text or the audio of a stream."""

    def __init__(self, feed: Callable[[], None], name: str = "cartesia-speak") -> None:
        threading.Thread(target=feed, name=name, daemon=True).start()

    def stop(self) -> None:
        """Do nothing: before each piece, the thread checks whether the stream is closed."""


class Bell:
    """Wakes all who wait. Who reads `rings` before it looks for news misses none."""

    def __init__(self) -> None:
        self.rings: int = 0
        self._waiting = 0
        self._condition = threading.Condition()

    def ring(self) -> None:
        """Wake all who wait."""
        with self._condition:
            self.rings += 1
            if self._waiting:
                self._condition.notify_all()

    def wait(self, since: int, seconds: float | None) -> None:
        """Wait until it rings, unless it has since a number of `rings`, or until a time is over."""
        with self._condition:
            if self.rings == since:
                self._waiting += 1
                try:
                    self._condition.wait(seconds)
                finally:
                    self._waiting -= 1


class PeriodicTask:
    """A thread that runs an action at a fixed interval.

    Attributes:
        stop: Tells the thread to end; does not wait for an action that is running.
    """

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        stopped = threading.Event()
        self.stop: Callable[[], None] = stopped.set

        def repeat() -> None:
            while not stopped.wait(seconds):
                action()

        TextTask(repeat, "cartesia-repeat")


def pieces_of(
    text: Iterable[str | Piece | None], pause: float | None = None
) -> Generator[str | Piece | None]:
    """Yield the pieces of a text.

    Args:
        text: The pieces.
        pause: Seconds without a piece after which to yield None once.
    """
    if pause is None:
        yield from _pieces(text)
        return
    from queue import Empty, SimpleQueue

    wanted = threading.Semaphore(0)
    pieces: SimpleQueue[str | Piece | End] = SimpleQueue()
    left = threading.Event()

    def read() -> None:
        end = End(None)
        try:
            with closing(_pieces(text)) as asked:
                wanted.acquire()
                for piece in asked:
                    if not piece:
                        continue
                    pieces.put(piece)
                    wanted.acquire()
                    if left.is_set():
                        break
        except BaseException as error:
            end = End(error)
        pieces.put(end)

    threading.Thread(target=read, name="cartesia-text", daemon=True).start()
    try:
        while True:
            wanted.release()
            try:
                piece = pieces.get(timeout=pause)
            except Empty:
                yield None
                piece = pieces.get()
            if isinstance(piece, End):
                if piece.error is not None:
                    raise piece.error
                return
            yield piece
    finally:
        left.set()
        wanted.release()


def _pieces(text: Iterable[str | Piece | None]) -> Generator[str | Piece]:
    """Yield the pieces of a text, and close its iterator even if it is not exhausted."""
    pieces, reader = iter(text), PieceReader()
    try:
        for piece in pieces:
            yield reader.take(piece)
        reader.finish()
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def result_of(result: T, function: str, _seconds: float | None = None) -> T:
    """Return the result of a function that the user gave to the client.

    Args:
        result: What the function has returned.
        function: Its name, which begins with that of the client's argument.

    Raises:
        ConfigurationError: If it is a coroutine function.
    """
    if isinstance(result, Coroutine):
        result.close()
        raise ConfigurationError(
            f"Cartesia cannot await {function}: define it with def, or use AsyncCartesia",
            option=function.partition(".")[0],
        )
    return result


@contextmanager
def playing(make: Callable[[], Player]) -> Generator[Player]:
    """Open a loudspeaker and close it."""
    with closing(make()) as player:
        yield player


def blocks_of(source: Source) -> Generator[AudioBlock]:
    """Yield blocks of audio, and then close the source, even if it is not exhausted."""
    blocks = iter(cast("Iterable[AudioBlock]", source.blocks))
    try:
        yield from blocks
    finally:
        for close in (getattr(blocks, "close", None), source.close):
            if close is not None:
                close()


def in_thread(work: Callable[[], B], drop: Callable[[B], None]) -> B:
    """Run work that may block: here, whoever calls may wait."""
    return work()


def break_off(response: httpx.Response) -> None:
    """Shut down the socket of a response; unlike closing it, this wakes a thread that reads it."""
    stream = response.extensions.get("network_stream")
    sock = None if stream is None or response.is_closed else stream.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
