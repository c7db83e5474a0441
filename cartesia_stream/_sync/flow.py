"""What threads do where tasks do otherwise. `_aio/flow.py` has the same names."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    import httpx

    from .websocket import Lane, SocketDriver

LOCKED_S: Final = 1.0  # longer than anybody else holds it

Mutex = threading.Lock
Guard = threading.RLock
sleep = time.sleep

S = TypeVar("S", bound=AbstractContextManager[object])
T = TypeVar("T")


def launch(stream: S) -> S:
    """Speech goes out at once, so that a refusal is raised where it was asked for."""
    stream.__enter__()
    return stream


Place = int


def place() -> Place:
    """Where this code runs: the process."""
    return os.getpid()


def leave_places(places: dict[Place, T]) -> None:
    """Forget what was open in other places, that is before a fork."""
    here = os.getpid()
    for other in list(places):
        if other != here:  # another thread may have been here already
            places.pop(other, None)


def opening(make: Callable[[], T]) -> T:
    """Open something now."""
    return make()


class Feeder:
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


class Repeater:
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


def each(text: Iterable[str], pause: float | None = None) -> Generator[str | None]:
    """The pieces of a text.

    Args:
        text: The pieces.
        pause: Seconds without a piece that are told by None, once.
    """
    if pause is None:
        yield from text
        return
    from queue import Empty, SimpleQueue

    wanted = threading.Semaphore(0)
    pieces: SimpleQueue[str | _End] = SimpleQueue()
    left = threading.Event()

    def read() -> None:
        end = _End(None)
        try:
            for piece in _while_wanted(text, wanted, left):
                pieces.put(piece)
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


def _while_wanted(
    text: Iterable[str], wanted: threading.Semaphore, left: threading.Event
) -> Iterator[str]:
    """The pieces of a text, each read when it is asked for."""
    wanted.acquire()
    for piece in text:
        yield piece
        wanted.acquire()
        if left.is_set():
            return


def next_piece(pieces: Iterator[bytes], seconds: float | None) -> bytes | None:
    """The next piece of a body, None at its end; the HTTP library keeps the time."""
    return next(pieces, None)


def abandon(driver: SocketDriver, lane: Lane) -> None:
    """Cancel a context where a generator ends, which the garbage collector may cause.

    That may strike in a thread that holds the driver's lock: another one then takes over.
    """
    if lane.lock.acquire(timeout=LOCKED_S):
        lane.lock.release()
        driver.cancel(lane)
    else:
        threading.Thread(target=driver.cancel, args=(lane,), daemon=True).start()


def break_off(response: httpx.Response) -> None:
    """End a response that another thread may be reading: closing it would not wake that thread."""
    stream = response.extensions.get("network_stream")
    sock = None if stream is None or response.is_closed else stream.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
