"""What threads do where tasks do otherwise. `_aio/flow.py` has the same names."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx

Mutex = threading.Lock
Guard = threading.Lock
sleep = time.sleep

S = TypeVar("S", bound=AbstractContextManager[object])
T = TypeVar("T")


def launch(stream: S) -> S:
    """Speech goes out at once, so that a refusal is raised where it was asked for."""
    stream.__enter__()
    return stream


def opening(make: Callable[[], T]) -> T:
    """Open something now."""
    return make()


class Feeder:
    """Sends text in a thread of its own."""

    def __init__(self, feed: Callable[[], None]) -> None:
        threading.Thread(target=feed, name="cartesia-speak", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end; it looks for that before each piece."""


def each(text: Iterable[str]) -> Iterator[str]:
    """The pieces of a text."""
    yield from text


def next_piece(pieces: Iterator[bytes], seconds: float | None) -> bytes | None:
    """The next piece of a body, None at its end; the HTTP library keeps the time."""
    return next(pieces, None)


def break_off(response: httpx.Response) -> None:
    """End a response that another thread may be reading: closing it would not wake that thread."""
    stream = response.extensions.get("network_stream")
    sock = None if stream is None or response.is_closed else stream.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
