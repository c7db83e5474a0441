# Written by tools/unasync.py from _aio/gate.py: edit that file, then `make generate`.
"""Waiting for a slot of the plan's limit on concurrent contexts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._protocol import gate as protocol
from .._protocol.log import logger
from ..errors import APITimeoutError, ConfigurationError
from .flow import Bell, ThreadLock, result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._protocol.gate import Ticket
    from ..errors import RateLimitError
    from ..options import SharedGate


class Gate:
    """The queue for slots of the plan's limit; `_protocol/gate.py` decides the order.

    Args:
        limit: Maximum number of contexts at the same time; None learns it from 429 answers.
        shared: The user's queue, for slots that other clients use as well.
    """

    def __init__(self, limit: int | None, shared: SharedGate | None = None) -> None:
        self._gate = protocol.Gate(limit)
        self._shared = shared
        self._give_back: dict[Ticket, Callable[[], object]] = {}
        self._guard = ThreadLock()
        self._bells: dict[Ticket, Bell] = {}

    def enter(self, *, priority: int, seconds: float | None) -> Ticket:
        """Wait for a slot.

        Args:
            priority: Contexts with a higher priority go first.
            seconds: Maximum wait; None waits without a limit.

        Raises:
            APITimeoutError: If no slot became free in time; phase ``queue``.
        """
        now = time.monotonic()
        deadline = None if seconds is None else now + seconds
        with self._guard:
            ticket = self._gate.request(priority=priority, now=now, deadline=deadline)
        self._wait(ticket, seconds)
        self._share(ticket, seconds)
        return ticket

    def enter_again(self, ticket: Ticket, error: RateLimitError) -> None:
        """Wait again after the service answered 429, until the ticket's deadline.

        Raises:
            RateLimitError: The given error, if no slot became free in time, or at once if the
                service asks for a longer wait than the ticket allows.
        """
        self._return(ticket)
        with self._guard:
            self._tell(self._gate.rate_limited(ticket, time.monotonic(), error.retry_after))
        try:
            self._wait(ticket, None)
            self._share(ticket, None)
        except APITimeoutError:
            raise error from None

    def leave(self, ticket: Ticket, *, rate_limited: bool = False) -> None:
        """Give the slot back, and lower the limit after a 429; safe to call twice."""
        self._return(ticket)
        now = time.monotonic()
        with self._guard:
            if rate_limited:
                self._tell(self._gate.rate_limited(ticket, now))
            self._tell([ticket, *self._gate.release(ticket, now)])

    def _tell(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            if ticket in self._bells:
                self._bells[ticket].ring()
        self._nudge()

    def _nudge(self) -> None:
        """Wake one waiter to recompute its wait: the gate's next wake-up may have moved."""
        for bell in self._bells.values():
            bell.ring()
            return

    def _wait(self, ticket: Ticket, seconds: float | None) -> None:
        if ticket.granted:
            return
        bell = Bell()
        with self._guard:
            self._bells[ticket] = bell
        try:
            while ticket.state is protocol.TicketState.WAITING:
                rings, now = bell.rings, time.monotonic()
                with self._guard:
                    for due in [*self._gate.expire(now), *self._gate.grant(now)]:
                        if due in self._bells:
                            self._bells[due].ring()
                    wakeup = self._gate.next_wakeup(now)
                if ticket.state is protocol.TicketState.WAITING:
                    bell.wait(rings, None if wakeup is None else wakeup - now)
        except BaseException:
            self.leave(ticket)
            raise
        finally:
            with self._guard:
                del self._bells[ticket]
                self._nudge()
        if not ticket.granted:
            raise APITimeoutError(
                f"none of the {self._gate.limit} slots of your plan became free",
                phase="queue",
                seconds=seconds,
            )

    def _share(self, ticket: Ticket, seconds: float | None) -> None:
        """Wait for a slot of the shared gate as well, until the ticket's deadline."""
        if self._shared is None:
            return
        left = None
        if ticket.deadline is not None:
            left = max(0.0, ticket.deadline - time.monotonic())
        try:
            acquired = self._shared.acquire(priority=ticket.priority, timeout=left)
            give_back = result_of(acquired, "gate.acquire", left)
            if not callable(give_back):
                raise ConfigurationError(
                    "gate.acquire must return a function that gives the slot back", option="gate"
                )
        except TimeoutError as error:
            self.leave(ticket)
            raise APITimeoutError(
                "no slot of the shared gate became free", phase="queue", seconds=seconds
            ) from error
        except BaseException:
            self.leave(ticket)
            raise
        with self._guard:
            self._give_back[ticket] = give_back
        if not ticket.granted:  # it was released in the meantime
            self._return(ticket)

    def _return(self, ticket: Ticket) -> None:
        """Give a slot of the shared gate back, once."""
        with self._guard:
            give_back = self._give_back.pop(ticket, None)
        if give_back is not None:
            try:
                give_back()
            except Exception:
                logger.exception("the shared gate failed to take a slot back")
