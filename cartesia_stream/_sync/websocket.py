"""WebSocket driver for threads: one socket, one reader thread, one lock.

`link.py` drives the connection; this module drives its contexts.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from .link import SocketLink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._http.config import Config
    from .._protocol.context import Context
    from .._protocol.frames import RequestEncoder
    from .._protocol.session import Session
    from .._protocol.stats import Meter
    from ..options import Timeouts


class ContextReader:
    """A context with its deadlines and the locks that its consumers wait on.

    Each consumer waits on its own lock, which is created locked, and released to wake it. So a
    woken consumer does not need the lock of the connection, which the reader thread still holds.

    Attributes:
        context: The context.
        timeouts: Deadlines of the context.
        lock: The lock of the connection.
    """

    __slots__ = ("_waiters", "context", "lock", "timeouts")

    context: Context

    def __init__(self, timeouts: Timeouts, lock: threading.Lock) -> None:
        self.timeouts: Timeouts = timeouts
        self.lock: threading.Lock = lock
        self._waiters: list[threading.Lock] = []

    def wake(self) -> None:
        """Wake all waiting consumers to look for events; the caller holds the lock."""
        for waiter in self._waiters:
            waiter.release()
        self._waiters.clear()

    def waiter(self) -> threading.Lock:
        """Return a lock that the next `wake` releases; the caller holds the lock."""
        waiter = threading.Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        return waiter

    def leave(self, waiter: threading.Lock) -> None:
        """Remove a waiter after its timeout."""
        with self.lock, contextlib.suppress(ValueError):
            self._waiters.remove(waiter)


class SocketDriver(SocketLink):
    """Driver of one WebSocket with its reader thread; any thread may call any method."""

    def __init__(self, session: Session, config: Config, *, since: float) -> None:
        super().__init__(session, config, since=since)
        self._session = session

    # --- contexts

    @property
    def load(self) -> int:
        """The number of open contexts."""
        return len(self._session.contexts)

    def idle_for(self, now: float) -> float:
        """Return the seconds since the last context began or ended; 0 while one is open."""
        return 0.0 if self.load else now - self._session.idle_since

    def reserve(self) -> None:
        """Restart the idle time, because a context is about to begin."""
        with self._lock:
            self._session.idle_since = time.monotonic()

    def open(
        self,
        context_id: str,
        fields: Mapping[str, object] | RequestEncoder,
        *,
        ended: Callable[[Context], None] | None = None,
        meter: Meter | None = None,
        timeouts: Timeouts | None = None,
    ) -> ContextReader:
        """Open a context.

        Args:
            context_id: Id of the context.
            fields: The constant fields of its requests, or the encoder of an earlier context.
            ended: Called when the service no longer works on the context.
            meter: Counts the audio that arrives.
            timeouts: Deadlines of the context; None uses those of the connection.
        """
        reader = ContextReader(timeouts or self._timeouts, self._lock)
        with self._lock:
            reader.context = self._session.open(
                context_id, fields, wake=reader.wake, now=time.monotonic(), ended=ended, meter=meter
            )
        return reader

    def send(
        self,
        reader: ContextReader,
        text: str,
        *,
        more: bool,
        flush: bool = False,
        manner: Mapping[str, object] | None = None,
    ) -> None:
        """Send text, a flush or the end of the input; wait until the network has taken it."""
        with self._lock:
            now = time.monotonic()
            self._session.send(reader.context, text, more=more, flush=flush, now=now, manner=manner)
            reader.wake()
            if self._flush():
                return
        self._drain(reader.timeouts.write)

    def cancel(self, reader: ContextReader) -> None:
        """Cancel a context, without waiting for the service."""
        with self._lock:
            self._session.cancel(reader.context, now=time.monotonic())
            reader.wake()
            self._flush()

    def wait(self, reader: ContextReader) -> bool:
        """Wait until there may be an event; return False after the terminal one."""
        context = reader.context
        with self._lock:
            news = context.news()
            if news is not None:
                return news
            deadline = context.deadline(reader.timeouts)
            seconds = -1.0 if deadline is None else deadline.at - time.monotonic()
            if deadline is not None and seconds <= 0:
                self._session.cancel(context, now=time.monotonic())
                self._flush()
                raise deadline.error
            waiter = reader.waiter()
        if not waiter.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            reader.leave(waiter)
        return True
