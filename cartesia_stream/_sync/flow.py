"""What threads do where tasks do otherwise. `_aio/flow.py` has the same names."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing, suppress
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from .._protocol.fields import piece_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    import httpx


Mutex = threading.Lock
ThreadLock = threading.RLock
sleep = time.sleep
TEXTS: Final = (Iterable,)
"""What pieces of text may come in."""

S = TypeVar("S", bound=AbstractContextManager[object])
T = TypeVar("T")


def start_now(stream: S) -> S:
    """Send the speech at once, so that a refusal is raised where it was asked for."""
    stream.__enter__()
    return stream


Owner = int


def owner() -> Owner:
    """Return the process of this code, which connections belong to."""
    return os.getpid()


def drop_foreign(held: dict[Owner, T]) -> None:
    """Forget what another process had open, that is before a fork."""
    here = os.getpid()
    for other in list(held):
        if other != here:  # another thread may have been here already
            held.pop(other, None)


class Ongoing(Generic[T]):
    """Work that is done when its result is asked for."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def result(self) -> T | None:
        """Do the work."""
        return self._work()

    def stop(self) -> T | None:
        """Return no result: who did the work has it."""
        return None


def close_dropped(where: Owner, close: Callable[[], None]) -> None:
    """Close, in a thread of its own, what was dropped without being closed.

    Called by ``__del__``, so in the middle of any code, which may hold any lock.
    """
    if where == os.getpid() and not sys.is_finalizing():
        with suppress(RuntimeError):  # the interpreter ends, and starts no thread
            thread = threading.Thread(target=_close, args=(close,), name="cartesia-close")
            thread.daemon = True
            thread.start()


def _close(close: Callable[[], None]) -> None:
    with suppress(Exception):  # nobody is there to be told
        close()


class BodyReader:
    """Reads a body piece by piece.

    Args:
        pieces: The body.
        resumable: Whether a read that was interrupted, such as by Ctrl-C, does it no harm. It ends
            a generator, whose next read must then not look like the end of the body.
    """

    def __init__(self, pieces: Iterator[bytes], *, resumable: bool) -> None:
        self._pieces = pieces
        self._resumable = resumable
        self._interrupted = False

    def next(self) -> bytes | None:
        """Wait for the next piece; None at the end."""
        if self._interrupted:
            import httpx

            raise httpx.ReadError("an earlier read was interrupted")
        self._interrupted = not self._resumable
        piece = next(self._pieces, None)
        self._interrupted = False
        return piece

    def next_by(self, deadline: float | None) -> bytes | None:
        """The same: the HTTP library keeps the time."""
        return self.next()

    def stop(self) -> None:
        """Do nothing: no read goes on without the thread that asked for it."""


class TextTask:
    """Sends text in a thread of its own."""

    def __init__(self, feed: Callable[[], None]) -> None:
        threading.Thread(target=feed, name="cartesia-speak", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end; it looks for that before each piece."""


class Signal:
    """Wakes one waiter."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Wake the waiter, or the next one to come."""
        self._event.set()

    def wait(self, seconds: float | None) -> None:
        """Wait for `set`, for so many seconds at most."""
        self._event.wait(seconds)
        self._event.clear()


class PeriodicTask:
    """Does something again and again in a thread of its own."""

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        self._seconds = seconds
        self._action = action
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="cartesia-repeat", daemon=True).start()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            self._action()

    def stop(self) -> None:
        """Let the thread end; it may be in the middle of its action."""
        self._stopped.set()


def pieces_of(text: Iterable[str], pause: float | None = None) -> Generator[str | None]:
    """The pieces of a text.

    Args:
        text: The pieces.
        pause: Seconds without a piece that are told by None, once.
    """
    if pause is None:
        yield from _pieces(text)
        return
    from queue import Empty, SimpleQueue

    wanted = threading.Semaphore(0)
    pieces: SimpleQueue[str | _End] = SimpleQueue()
    left = threading.Event()

    def read() -> None:
        end = _End(None)
        try:
            with closing(_pieces(text)) as asked:
                wanted.acquire()
                for piece in filter(None, asked):
                    pieces.put(piece)
                    wanted.acquire()
                    if left.is_set():
                        break
        except BaseException as error:
            end = _End(error)
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
            if isinstance(piece, _End):
                if piece.error is not None:
                    raise piece.error
                return
            yield piece
    finally:
        left.set()
        wanted.release()


class _End(NamedTuple):
    """The end of a text, and what it raised."""

    error: BaseException | None


def _pieces(text: Iterable[str]) -> Generator[str]:
    """The pieces of a text, whose iterator is closed in the end: it need not be exhausted."""
    pieces = iter(text)
    try:
        yield from map(piece_of, pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def break_off(response: httpx.Response) -> None:
    """End a response that another thread may be reading: closing it would not wake that thread."""
    stream = response.extensions.get("network_stream")
    sock = None if stream is None or response.is_closed else stream.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
