# Written by tools/unasync.py from _aio/pool.py: edit that file, then `make generate`.
"""The socket pool of a client in one process and event loop."""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from .._protocol.backoff import Backoff
from .._protocol.log import label, logger
from ..errors import APIError, CartesiaError
from .flow import Mutex, PeriodicTask, ThreadLock, sleep
from .gate import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..options import SharedGate
    from .http import HttpSender
    from .link import SocketLink
    from .websocket import SocketDriver

CONTEXTS_PER_SOCKET: Final = 16  # the service documents dozens per socket
MAX_IDLE_S: Final = 240.0  # the service closes an idle socket after 300
REFRESH_INTERVAL_S: Final = 15.0


class Pool:
    """A pool of sockets that spreads contexts over them.

    A context goes to the socket with the fewest contexts. When every socket carries
    `CONTEXTS_PER_SOCKET`, the pool opens another. It stops using a socket that has been idle for
    `MAX_IDLE_S`, because the service may close it just as a context starts.

    Args:
        connect: Opens a socket.
        size: Maximum number of sockets in the pool.
        limit: Maximum number of contexts at the same time; None learns it from 429 answers.
        listen_limit: The same for sockets that listen.
        shared: The user's queue for contexts, or None.

    Attributes:
        gate: The queue for slots of the plan's limit on contexts.
        listen_gate: The queue for slots of the plan's limit on sockets that listen.
        http: The sender for HTTP calls; None before the first call.
        sockets: All open sockets, including those that users opened themselves.
        guard: Lock for changes of ``http`` and ``sockets``.
    """

    def __init__(
        self,
        connect: Callable[[], SocketDriver],
        *,
        size: int,
        limit: int | None,
        listen_limit: int | None,
        shared: SharedGate | None,
    ) -> None:
        self.gate: Gate = Gate(limit, shared)
        self.listen_gate: Gate = Gate(listen_limit)
        self.http: HttpSender | None = None
        self.sockets: WeakSet[SocketLink] = WeakSet()
        self.guard: ThreadLock = ThreadLock()
        self._connect = connect
        self._size = size
        self._mutex = Mutex()
        self._drivers: list[SocketDriver] = []
        self._wanted = 0
        self._failures: dict[object, APIError] = {}  # the last one, by the bounds of the tries
        self._refreshing: PeriodicTask | None = None

    def acquire(
        self,
        connect: Callable[[], SocketDriver],
        *,
        seconds: float | None,
        max_retries: int,
    ) -> SocketDriver:
        """Return a socket for the next context; open one if it is needed.

        Callers that wait while another one opens a socket share its failure if they have the same
        bounds: their own tries, one after the other, would take many times as long.

        Args:
            connect: Opens a socket, without retries.
            seconds: The deadline of ``connect``.
            max_retries: Maximum number of retries.
        """
        retries = Backoff(max_retries, idempotent=True)
        while True:
            try:
                return self._acquire(connect, (seconds, max_retries))
            except APIError as error:
                delay = retries.delay_after(error)
                if delay is None:
                    raise
            sleep(delay)  # without the lock, so that others can use the pool

    def _acquire(
        self,
        connect: Callable[[], SocketDriver],
        bounds: tuple[float | None, int],
    ) -> SocketDriver:
        waiting = self._mutex.locked()
        before = self._failures.get(bounds)
        with self._mutex:
            failure = self._failures.get(bounds)
            if waiting and failure is not None and failure is not before:
                raise copy(failure)
            self._retire_stale()
            drivers = self._drivers
            if drivers:
                best = min(drivers, key=lambda driver: driver.load)
                if best.load < CONTEXTS_PER_SOCKET or len(drivers) >= self._size:
                    best.reserve()
                    return best
            try:
                driver = connect()
            except APIError as error:
                self._failures[bounds] = error
                raise
            self._failures.clear()
            drivers.append(driver)
            return driver

    def prewarm(self, sockets: int) -> None:
        """Open sockets in advance, and keep that many open from now on."""
        self._wanted = min(sockets, self._size)
        self._fill()
        if self._refreshing is None:
            self._refreshing = PeriodicTask(REFRESH_INTERVAL_S, self._refresh)

    def _refresh(self) -> None:
        try:
            self._fill()
        except CartesiaError as error:  # the next refresh, or the next context, tries again
            logger.debug("cannot keep a socket open for later speech: %s", label(error))

    def _fill(self) -> None:
        while True:
            with self._mutex:
                self._retire_stale()
                if len(self._drivers) >= self._wanted:
                    return
            driver = self._connect()  # without the lock, so that others can use the pool
            with self._mutex:
                if len(self._drivers) < self._size:
                    self._drivers.append(driver)
                else:
                    driver.retire()

    def _retire_stale(self) -> None:
        now = time.monotonic()
        for driver in list(self._drivers):
            if not driver.usable:
                self._drivers.remove(driver)
            elif driver.idle_for(now) > MAX_IDLE_S:
                self._drivers.remove(driver)
                driver.retire()

    def close(self) -> None:
        """Close all connections, and stop the refresh of idle sockets."""
        with self.guard:
            drivers = list(self.sockets)
        refreshing, self._refreshing = self._refreshing, None
        if refreshing is not None:
            refreshing.stop()
        for driver in drivers:
            driver.close()
        if self.http is not None:
            self.http.close()
