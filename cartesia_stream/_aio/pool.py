"""What a client holds open in one process and event loop: sockets, and slots for contexts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from .._protocol.log import label, logger
from ..errors import CartesiaError
from .flow import Mutex, PeriodicTask, ThreadLock
from .gate import AsyncGate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .http import AsyncHttpSender
    from .websocket import AsyncSocketDriver

CONTEXTS_PER_SOCKET: Final = 16  # the service documents dozens per socket
MAX_IDLE_S: Final = 240.0  # the service closes an idle socket after 300
REFRESH_INTERVAL_S: Final = 15.0


class AsyncPool:
    """Sockets that contexts are spread over.

    A context goes to the socket with the fewest; another socket is opened when each carries
    `CONTEXTS_PER_SOCKET`. One that has been idle so long that the service may be about to close it
    is not used any more, so that no context starts into a closing door.

    Args:
        connect: Opens a socket.
        size: Sockets that contexts are spread over, at most.
        limit: Contexts at once; None learns it from refusals.

    Attributes:
        gate: Where contexts wait for a slot.
        http: The sender of every HTTP call, once there was one.
        sockets: Every open socket, those among them that callers opened for themselves.
        guard: Held by who changes the two.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncSocketDriver]],
        *,
        size: int,
        limit: int | None,
    ) -> None:
        self.gate: AsyncGate = AsyncGate(limit)
        self.http: AsyncHttpSender | None = None
        self.sockets: WeakSet[AsyncSocketDriver] = WeakSet()
        self.guard: ThreadLock = ThreadLock()
        self._connect = connect
        self._size = size
        self._mutex = Mutex()
        self._drivers: list[AsyncSocketDriver] = []
        self._wanted = 0
        self._refreshing: PeriodicTask | None = None

    async def acquire(self) -> AsyncSocketDriver:
        """The socket for the next context."""
        async with self._mutex:
            self._retire_stale()
            drivers = self._drivers
            if drivers:
                best = min(drivers, key=lambda driver: driver.load)
                if best.load < CONTEXTS_PER_SOCKET or len(drivers) >= self._size:
                    best.reserve()
                    return best
            driver = await self._connect()
            drivers.append(driver)
            return driver

    async def prewarm(self, sockets: int) -> None:
        """Open sockets ahead of need, and keep that many open and fresh from now on."""
        self._wanted = min(sockets, self._size)
        await self._fill()
        if self._refreshing is None:
            self._refreshing = PeriodicTask(REFRESH_INTERVAL_S, self._refresh)

    async def _refresh(self) -> None:
        try:
            await self._fill()
        except CartesiaError as error:  # tried again at the next turn, or when one is needed
            logger.debug("cannot keep a socket open for later speech: %s", label(error))

    async def _fill(self) -> None:
        while True:
            async with self._mutex:
                self._retire_stale()
                if len(self._drivers) >= self._wanted:
                    return
            driver = await self._connect()  # meanwhile, the others can be used
            async with self._mutex:
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

    async def aclose(self) -> None:
        """Close every connection, and stop keeping sockets warm."""
        with self.guard:
            drivers = list(self.sockets)
        refreshing, self._refreshing = self._refreshing, None
        if refreshing is not None:
            await refreshing.stop()
        for driver in drivers:
            await driver.aclose()
        if self.http is not None:
            await self.http.aclose()
