"""Sockets that are ready before they are needed, and slots of the plan's limit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from .._core.gate import Gate, TicketState
from .._core.log import label, logger
from ..errors import APITimeoutError, CartesiaError
from .flow import Guard, Mutex, Repeater, Signal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._core.gate import Ticket
    from ..errors import RateLimitError
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
        size: Sockets at most.
    """

    def __init__(self, connect: Callable[[], Awaitable[AsyncSocketDriver]], *, size: int) -> None:
        self._connect = connect
        self._size = size
        self._mutex = Mutex()
        self._drivers: list[AsyncSocketDriver] = []
        self._wanted = 0
        self._repeater: Repeater | None = None

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
        if self._repeater is None:
            self._repeater = Repeater(REFRESH_INTERVAL_S, self._refresh)

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
        """Stop keeping sockets warm; whoever made them closes them."""
        repeater, self._repeater = self._repeater, None
        if repeater is not None:
            await repeater.stop()


class AsyncConnections:
    """What a client holds open in one process and one event loop.

    Args:
        connect: Opens a socket.
        size: Sockets of the pool at most.
        limit: Contexts at once, or None.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncSocketDriver]],
        *,
        size: int,
        limit: int | None,
    ) -> None:
        self.pool = AsyncPool(connect, size=size)
        self.turnstile = AsyncTurnstile(limit)
        self.guard = Guard()
        self.http: AsyncHttpSender | None = None
        self.sockets: WeakSet[AsyncSocketDriver] = WeakSet()


class AsyncTurnstile:
    """Where a context waits for a slot of the plan's limit; see `Gate` for the order.

    Args:
        limit: Contexts at once; None learns it from refusals.
    """

    def __init__(self, limit: int | None) -> None:
        self._gate = Gate(limit)
        self._guard = Guard()
        self._signals: dict[Ticket, Signal] = {}

    async def enter(self, *, priority: int, seconds: float | None) -> Ticket:
        """Wait for a slot.

        Args:
            priority: Higher goes first.
            seconds: How long to wait at most.

        Raises:
            APITimeoutError: If there was none in time; phase ``queue``.
        """
        now = time.monotonic()
        deadline = None if seconds is None else now + seconds
        with self._guard:
            ticket = self._gate.request(priority=priority, now=now, deadline=deadline)
        await self._wait(ticket, seconds)
        return ticket

    async def enter_again(self, ticket: Ticket, refusal: RateLimitError) -> None:
        """Wait anew with a slot that the service did not grant, until the ticket's deadline.

        Raises:
            RateLimitError: The refusal, if there was none in time.
        """
        with self._guard:
            self._tell(self._gate.refused(ticket, time.monotonic(), refusal.retry_after))
        try:
            await self._wait(ticket, None)
        except APITimeoutError:
            raise refusal from None

    def leave(self, ticket: Ticket, *, refused: bool = False) -> None:
        """Give the slot back, and learn from a refusal; again is harmless."""
        now = time.monotonic()
        with self._guard:
            if refused:
                self._tell(self._gate.refused(ticket, now))
            self._tell([ticket, *self._gate.release(ticket, now)])

    def _tell(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            if ticket in self._signals:
                self._signals[ticket].set()
        self._nudge()

    def _nudge(self) -> None:
        """Let one waiter look when its time is now: the gate's next wakeup may have changed."""
        for signal in self._signals.values():
            signal.set()
            return

    async def _wait(self, ticket: Ticket, seconds: float | None) -> None:
        if ticket.granted:
            return
        signal = Signal()
        with self._guard:
            self._signals[ticket] = signal
        try:
            while ticket.state is TicketState.WAITING:
                now = time.monotonic()
                with self._guard:
                    for due in [*self._gate.expire(now), *self._gate.grant(now)]:
                        if due in self._signals:
                            self._signals[due].set()
                    wakeup = self._gate.next_wakeup(now)
                if ticket.state is TicketState.WAITING:
                    await signal.wait(None if wakeup is None else wakeup - now)
        except BaseException:
            self.leave(ticket)
            raise
        finally:
            with self._guard:
                del self._signals[ticket]
                self._nudge()
        if not ticket.granted:
            raise APITimeoutError(
                f"none of the {self._gate.limit} slots of your plan became free",
                phase="queue",
                seconds=seconds,
            )
