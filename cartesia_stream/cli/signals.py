"""Signals that end a command: Ctrl-C, SIGTERM, and SIGHUP from a terminal that closes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

CLEANUP_S: Final = 5.0  # longer than the deadlines of closing
AGAIN_S: Final = 0.02

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

    Python drops what is raised in a finalizer or in a callback of a weak reference, as each import
    has them. Then the signal is sent once more.
    """
    first: float | None = None
    hook = sys.unraisablehook
    main = threading.main_thread().ident

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal first
        if first is None:
            first = time.monotonic()
            raise Stopped(number)
        if time.monotonic() - first > CLEANUP_S:
            os._exit(128 + number)

    def again(number: int) -> None:
        if hasattr(signal, "pthread_kill") and main is not None:
            signal.pthread_kill(main, number)  # a call that waits must see it
        else:
            signal.raise_signal(number)

    def dropped(unraisable: sys.UnraisableHookArgs) -> None:
        nonlocal first
        if isinstance(unraisable.exc_value, Stopped):
            first = None
            number = unraisable.exc_value.status - 128
            threading.Timer(AGAIN_S, again, (number,)).start()  # it would be dropped again in here
        else:
            hook(unraisable)

    before: dict[int, signal.Handlers | Callable[..., object] | int | None] = {}
    try:
        for number in heeded():
            before[number] = signal.signal(number, stop)
    except ValueError:  # only the main thread handles signals
        pass
    if before:
        sys.unraisablehook = dropped
    try:
        yield
    finally:
        if before:
            sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def heeded() -> list[int]:
    """Return the signals that end this process; ``nohup`` and ``&`` make it ignore some."""
    return [number for number in _ENDING if signal.getsignal(number) not in (signal.SIG_IGN, None)]
