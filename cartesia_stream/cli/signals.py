"""Signals that end a command: Ctrl-C, SIGTERM, and SIGHUP from a terminal that closes."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

CLEANUP_S: Final = 5.0  # longer than the deadlines of closing

_ENDING: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stopped(BaseException):
    """Raised by a signal, so that the command removes unfinished files and cancels its speech.

    Attributes:
        status: Exit status, as shells report it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status: int = 128 + number


def leave_at_once() -> None:
    """Make signals end the process without a traceback, while it has nothing to clean up."""

    def leave(number: int, frame: FrameType | None) -> None:
        os._exit(128 + number)

    for number in heeded():
        signal.signal(number, leave)


@contextmanager
def stopping() -> Generator[None]:
    """Raise `Stopped` on the first signal.

    A closing terminal may send the same signal twice, and users press Ctrl-C twice. So further
    signals leave the cleanup alone, but one that arrives after `CLEANUP_S` ends the process.
    """
    first: float | None = None

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal first
        if first is None:
            first = time.monotonic()
            raise Stopped(number)
        if time.monotonic() - first > CLEANUP_S:
            os._exit(128 + number)

    before: dict[int, signal.Handlers | Callable[..., object] | int | None] = {}
    try:
        for number in heeded():
            before[number] = signal.signal(number, stop)
    except ValueError:  # only the main thread handles signals
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def heeded() -> list[int]:
    """Return the signals that end this process; ``nohup`` and ``&`` make it ignore some."""
    return [number for number in _ENDING if signal.getsignal(number) not in (signal.SIG_IGN, None)]
