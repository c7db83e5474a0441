"""Client-side queue for the plan's limit on concurrent streams, to avoid 429 answers.

Rules:

- The gate grants higher priorities first, and within one priority the oldest ticket. More urgent
  tickets overtake a ready ticket at the head of its priority at most `MAX_PASSED` times, plus once
  for each other priority that has also waited that long.
- After a 429 answer a ticket keeps its place in the queue and waits as long as the service asked.
  Tickets of its priority or below wait behind it, because the service would reject them too. If the
  service gave no time, the next slot that becomes free ends the wait. A ticket that would have to
  wait for more than a minute, or past its deadline, expires at once, and nobody waits behind it.
- A 429 answer lowers the limit to the number of the other streams that were active.
- When no 429 answer came for `QUIET_S` and a ticket waits only because of a learnt limit, that
  limit rises by one, and so on. A 429 answer after a raise doubles the quiet time, up to
  `MAX_QUIET_S`; a successful raise resets it. The limit never exceeds the configured one.
"""

from __future__ import annotations

from bisect import insort
from enum import Enum
from typing import Final

from .faults import MAX_RETRY_AFTER_S

MAX_PASSED: Final = 8
QUIET_S: Final = 30.0
MAX_QUIET_S: Final = 480.0
FIRST_WAIT_S: Final = 0.5  # after a 429 answer without a time; doubles with each
MAX_WAIT_S: Final = 8.0


class TicketState(Enum):
    """State of a ticket; the last three are final."""

    WAITING = "waiting"
    GRANTED = "granted"
    RELEASED = "released"  # its owner gave the slot back
    EXPIRED = "expired"  # its deadline passed while it waited
    WITHDRAWN = "withdrawn"  # its owner gave up while it waited


class Ticket:
    """A request for one slot; compared by identity.

    Attributes:
        number: Number of the ticket in its gate, in the order of the requests.
        priority: Higher is more urgent.
        deadline: Monotonic seconds after which the gate does not grant it, or None.
        state: See `TicketState`; only the gate changes it.
        not_before: Monotonic seconds before which the gate does not grant it.
        rate_limits: How often the service answered it with 429.
        asked: Whether the service chose ``not_before``; otherwise the gate did.
        passed: How often a ticket of higher priority overtook it while it was ready.
    """

    __slots__ = (
        "asked",
        "deadline",
        "not_before",
        "number",
        "passed",
        "priority",
        "rate_limits",
        "state",
    )

    def __init__(self, number: int, priority: int, deadline: float | None, now: float) -> None:
        self.number: int = number
        self.priority: int = priority
        self.deadline: float | None = deadline
        self.state: TicketState = TicketState.WAITING
        self.not_before: float = now
        self.rate_limits: int = 0
        self.asked: bool = False
        self.passed: int = 0

    @property
    def granted(self) -> bool:
        """Whether the ticket holds a slot."""
        return self.state is TicketState.GRANTED

    def __repr__(self) -> str:
        return f"Ticket({self.number}, priority={self.priority}, {self.state.value})"


class Gate:
    """Grants the slots of one plan to tickets. Not thread-safe; the caller passes the time.

    `request` grants a ticket at once, or a later call returns it in its list of granted tickets.
    After any call, `next_wakeup` says when to call `expire` and then `grant`. Call `release` for
    every ticket in the end, granted or not.

    Args:
        limit: Concurrent streams of the plan. With None, the gate learns it from 429 answers.

    Attributes:
        active: Number of tickets that hold a slot.
    """

    __slots__ = (
        "_configured",
        "_expired",
        "_learnt",
        "_number",
        "_queues",
        "_quiet",
        "_quiet_until",
        "_raised",
        "active",
    )

    def __init__(self, limit: int | None = None) -> None:
        self.active = 0
        self._configured = limit
        self._learnt: int | None = None  # never above the configured limit
        self._number = 0
        self._queues: dict[int, list[Ticket]] = {}  # by priority; each sorted by number
        self._expired: list[Ticket] = []  # to return from the next call of `expire`
        self._quiet = QUIET_S
        self._quiet_until = 0.0
        self._raised = False  # since the last 429 answer

    @property
    def limit(self) -> int | None:
        """Limit on concurrent streams, configured or learnt; None while unknown."""
        return self._configured if self._learnt is None else self._learnt

    @property
    def waiting(self) -> int:
        """Number of tickets in the queue."""
        return sum(map(len, self._queues.values()))

    # --- the owners of tickets

    def request(self, *, priority: int = 0, now: float, deadline: float | None = None) -> Ticket:
        """Request a slot and return its ticket, which may be `granted` already.

        Args:
            priority: Higher is more urgent.
            now: Monotonic seconds.
            deadline: Monotonic seconds until which to wait. With ``now``, the ticket gets a slot at
                once or never; with None, it waits forever.
        """
        self._number += 1
        ticket = Ticket(self._number, priority, deadline, now)
        self._enqueue(ticket)
        # grant only this one: `grant` returns the other tickets to a caller who expects them
        if self._choose(now) is ticket and self._make_room(now):
            self._take(ticket, now)
        return ticket

    def release(self, ticket: Ticket, now: float) -> list[Ticket]:
        """Give back the slot, or leave the queue. A second call does nothing.

        Returns:
            Tickets that this call granted.
        """
        if ticket.state is TicketState.WAITING:
            self._dequeue(ticket)
            ticket.state = TicketState.WITHDRAWN
        elif ticket.state is TicketState.GRANTED:
            self.active -= 1
            ticket.state = TicketState.RELEASED
            self._end_guessed_wait(now)
        else:
            return []
        return self.grant(now)

    def rate_limited(
        self, ticket: Ticket, now: float, retry_after: float | None = None
    ) -> list[Ticket]:
        """Handle a 429 answer: lower the limit and put the ticket back into the queue.

        The ticket expires instead if its wait would be too long.

        Args:
            ticket: A granted ticket; any other is ignored.
            now: Monotonic seconds.
            retry_after: Seconds that the service asked to wait, or None.

        Returns:
            Tickets that this call granted.
        """
        if not ticket.granted:
            return []
        self.active -= 1
        self._learn(now)
        asked = max(0.0, retry_after or 0.0)
        guess = min(FIRST_WAIT_S * 2.0 ** min(ticket.rate_limits, 8), MAX_WAIT_S)
        ticket.not_before = now + (guess if retry_after is None else asked)
        ticket.asked = retry_after is not None
        ticket.rate_limits += 1
        if asked > MAX_RETRY_AFTER_S or (
            ticket.deadline is not None and now + asked > ticket.deadline
        ):
            ticket.state = TicketState.EXPIRED  # its owner looks at it now
        else:
            ticket.state = TicketState.WAITING
            self._enqueue(ticket)
        return self.grant(now)

    # --- time

    def grant(self, now: float) -> list[Ticket]:
        """Grant every ticket that can have a slot now; return them in the order of granting."""
        granted: list[Ticket] = []
        while (ticket := self._choose(now)) is not None and self._make_room(now):
            self._take(ticket, now)
            granted.append(ticket)
        return granted

    def expire(self, now: float) -> list[Ticket]:
        """Remove the tickets whose deadline has passed; return each of them once."""
        for queue in list(self._queues.values()):
            for ticket in [ticket for ticket in queue if _is_due(ticket, now)]:
                self._drop(ticket)
        expired, self._expired = self._expired, []
        return sorted(expired, key=lambda ticket: ticket.number)

    def next_wakeup(self, now: float) -> float | None:
        """Return when to call `expire` and `grant`, in monotonic seconds, or None for no time.

        The answer is valid until the next call of any other method.
        """
        queues = self._queues.values()
        times = [t.deadline for queue in queues for t in queue if t.deadline is not None]
        times += [now] * bool(self._expired)
        slot_at = self._slot_at(now)
        heads = self._heads(now)
        if heads and slot_at is not None:
            times.append(max(slot_at, heads[0].not_before))
        return max(now, min(times)) if times else None

    # --- internals

    def _heads(self, now: float) -> list[Ticket]:
        """Return the first ticket of each priority, most urgent first; drop overdue ones."""
        for queue in list(self._queues.values()):
            while queue and _is_due(queue[0], now) and queue[0].deadline != now:
                self._drop(queue[0])
        return [self._queues[priority][0] for priority in sorted(self._queues, reverse=True)]

    def _choose(self, now: float) -> Ticket | None:
        """Return the next ticket to grant if there is a free slot, or None."""
        heads = self._heads(now)
        if not heads or heads[0].not_before > now:
            return None
        owed = [t for t in heads if t.passed >= MAX_PASSED and t.not_before <= now]
        return max(owed, key=lambda ticket: ticket.passed, default=heads[0])

    def _take(self, ticket: Ticket, now: float) -> None:
        self._dequeue(ticket)
        for head in self._heads(now):
            if head.priority < ticket.priority and head.not_before <= now:
                head.passed += 1
        ticket.passed = 0
        ticket.state = TicketState.GRANTED
        self.active += 1

    def _slot_at(self, now: float) -> float | None:
        """Return when a slot is free if no ticket is released meanwhile; None for never."""
        if self.limit is None or self.active < self.limit:
            return now
        return None if self._learnt in (None, self._configured) else self._quiet_until

    def _make_room(self, now: float) -> bool:
        """Whether a slot is free; raise the learnt limit by one if its quiet time is over."""
        slot_at = self._slot_at(now)
        if slot_at is None or slot_at > now:
            return False
        if self._learnt is not None and self.active >= self._learnt:
            self._learnt += 1
            if self._raised:  # the last raise did not lead to a 429
                self._quiet = QUIET_S
            self._raised = True
            self._quiet_until = now + self._quiet
        return True

    def _learn(self, now: float) -> None:
        """Lower the limit after a 429 answer; its ticket must no longer count as active."""
        worked = max(1, self.active)
        self._learnt = worked if self.limit is None else min(self.limit, worked)
        if self._raised:
            self._quiet = min(self._quiet * 2, MAX_QUIET_S)
            self._raised = False
        self._quiet_until = now + self._quiet

    def _end_guessed_wait(self, now: float) -> None:
        """End the wait of the first waiting head, if the gate and not the service chose it."""
        for head in self._heads(now):
            if head.not_before > now:
                if not head.asked:
                    head.not_before = now
                return

    def _enqueue(self, ticket: Ticket) -> None:
        insort(self._queues.setdefault(ticket.priority, []), ticket, key=lambda t: t.number)

    def _dequeue(self, ticket: Ticket) -> None:
        queue = self._queues[ticket.priority]
        queue.remove(ticket)
        if not queue:
            del self._queues[ticket.priority]

    def _drop(self, ticket: Ticket) -> None:
        self._dequeue(ticket)
        ticket.state = TicketState.EXPIRED
        self._expired.append(ticket)


def _is_due(ticket: Ticket, now: float) -> bool:
    return ticket.deadline is not None and ticket.deadline <= now
