"""The plan's limit on concurrent streams, kept on this side: a queue in place of 429 answers.

Rules:

- Higher priorities go first, and within one priority who came first. A ticket at the head of its
  priority is passed at most `MAX_PASSED` times while it could have gone, and once more for each
  other priority that is owed its turn as well.
- A refused ticket goes back to where it stood, and waits as long as the service asked. Nobody of
  its priority or below passes it meanwhile: the service is full, and would refuse them too. Where
  the service named no time, the next slot that becomes free ends the wait.
- A refusal lowers the limit to what worked: the streams that were active beside the refused one.
- When no refusal came for `QUIET_S` and a ticket could go but for the limit, a learnt limit rises
  by one, and so on. A refusal after a raise doubles the quiet time, up to `MAX_QUIET_S`; a raise
  that lasts brings it back. The limit never passes the one that was configured.
"""

from __future__ import annotations

from bisect import insort
from enum import Enum
from typing import Final

from ..errors import ConfigurationError

MAX_PASSED: Final = 8
QUIET_S: Final = 30.0
MAX_QUIET_S: Final = 480.0
FIRST_WAIT_S: Final = 0.5  # after a refusal that names no time; doubles with each
MAX_WAIT_S: Final = 8.0


class TicketState(Enum):
    """Where a ticket is in its life; the last three are final."""

    WAITING = "waiting"
    GRANTED = "granted"
    RELEASED = "released"  # was granted, and gave its slot back
    EXPIRED = "expired"  # its deadline passed while it waited
    WITHDRAWN = "withdrawn"  # its owner gave up while it waited


class Ticket:
    """A claim to one slot; compared by identity.

    Attributes:
        number: Counts the tickets of a gate, in the order of their requests.
        priority: Higher is more urgent.
        deadline: Monotonic seconds after which it is not granted, or None.
        state: See `TicketState`; only the gate changes it.
        not_before: Monotonic seconds before which it is not granted.
        refusals: How often the service refused it.
        asked: Whether ``not_before`` is the service's wish rather than our guess.
        passed: How often a ticket of higher priority went first while it could have gone.
    """

    __slots__ = (
        "asked",
        "deadline",
        "not_before",
        "number",
        "passed",
        "priority",
        "refusals",
        "state",
    )

    def __init__(self, number: int, priority: int, deadline: float | None, now: float) -> None:
        self.number: int = number
        self.priority: int = priority
        self.deadline: float | None = deadline
        self.state: TicketState = TicketState.WAITING
        self.not_before: float = now
        self.refusals: int = 0
        self.asked: bool = False
        self.passed: int = 0

    @property
    def granted(self) -> bool:
        """Whether it holds a slot."""
        return self.state is TicketState.GRANTED

    def __repr__(self) -> str:
        return f"Ticket({self.number}, priority={self.priority}, {self.state.value})"


class Gate:
    """Tickets for the slots of one plan; not thread-safe, and without a clock of its own.

    A ticket is granted by `request` itself, or later in the list that another call returns. After
    any call, `next_wakeup` says when to call `expire` and then `grant`. Give every ticket back
    with `release`, whatever came of it.

    Args:
        limit: Streams that the plan allows at once, or None where only a refusal will tell.

    Attributes:
        active: Tickets that hold a slot.

    Raises:
        ConfigurationError: If ``limit`` is below 1.
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
        if limit is not None and limit < 1:
            raise ConfigurationError("the limit must be at least 1", option="limit")
        self.active = 0
        self._configured = limit
        self._learnt: int | None = None  # never above what was configured
        self._number = 0
        self._queues: dict[int, list[Ticket]] = {}  # by priority; each in the order of numbers
        self._expired: list[Ticket] = []  # found on the way, for the next call of `expire`
        self._quiet = QUIET_S
        self._quiet_until = 0.0
        self._raised = False  # since the last refusal

    @property
    def limit(self) -> int | None:
        """Streams allowed at once: as configured or as learnt; None while unknown."""
        return self._configured if self._learnt is None else self._learnt

    @property
    def waiting(self) -> int:
        """Tickets in the queue."""
        return sum(map(len, self._queues.values()))

    # --- the owners of tickets

    def request(self, *, priority: int = 0, now: float, deadline: float | None = None) -> Ticket:
        """Ask for a slot; see `Ticket.granted` for whether there is one already.

        Args:
            priority: Higher is more urgent.
            now: Monotonic seconds.
            deadline: Monotonic seconds until which to wait; ``now`` takes a slot at once or never,
                None waits for ever.
        """
        self._number += 1
        ticket = Ticket(self._number, priority, deadline, now)
        self._enqueue(ticket)
        # only this one: who else could go by now is told by `grant`, to a caller who expects it
        if self._choose(now) is ticket and self._make_room(now):
            self._take(ticket, now)
        return ticket

    def release(self, ticket: Ticket, now: float) -> list[Ticket]:
        """Give a slot back, or leave the queue; again is harmless.

        Returns:
            Tickets that are granted now.
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

    def refused(self, ticket: Ticket, now: float, retry_after: float | None = None) -> list[Ticket]:
        """Take back a slot that the service did not grant (429): the ticket waits again.

        Args:
            ticket: A granted one; any other is left alone.
            now: Monotonic seconds.
            retry_after: Seconds that the service asks to wait, if it does.

        Returns:
            Tickets that are granted now.
        """
        if not ticket.granted:
            return []
        self.active -= 1
        self._learn(now)
        guess = min(FIRST_WAIT_S * 2.0 ** min(ticket.refusals, 8), MAX_WAIT_S)
        ticket.not_before = now + (guess if retry_after is None else max(0.0, retry_after))
        ticket.asked = retry_after is not None
        ticket.refusals += 1
        ticket.state = TicketState.WAITING
        self._enqueue(ticket)
        return self.grant(now)

    # --- time

    def grant(self, now: float) -> list[Ticket]:
        """Grant what time has made possible; the tickets in the order of their turn."""
        granted: list[Ticket] = []
        while (ticket := self._choose(now)) is not None and self._make_room(now):
            self._take(ticket, now)
            granted.append(ticket)
        return granted

    def expire(self, now: float) -> list[Ticket]:
        """Take the tickets whose deadline has passed out of the queue, each told once."""
        for queue in list(self._queues.values()):
            for ticket in [ticket for ticket in queue if _is_due(ticket, now)]:
                self._drop(ticket)
        expired, self._expired = self._expired, []
        return sorted(expired, key=lambda ticket: ticket.number)

    def next_wakeup(self, now: float) -> float | None:
        """When to call `expire` and `grant`, in monotonic seconds; None when nothing waits for it.

        Holds until the next call of any other method.
        """
        queues = self._queues.values()
        times = [t.deadline for queue in queues for t in queue if t.deadline is not None]
        times += [now] * bool(self._expired)
        slot_at = self._slot_at(now)
        heads = self._heads(now)
        if heads and slot_at is not None:
            times.append(max(slot_at, heads[0].not_before))
        return max(now, min(times)) if times else None

    # --- how

    def _heads(self, now: float) -> list[Ticket]:
        """Who is first in each priority, the most urgent first; nobody past the deadline."""
        for queue in list(self._queues.values()):
            while queue and _is_due(queue[0], now) and queue[0].deadline != now:
                self._drop(queue[0])
        return [self._queues[priority][0] for priority in sorted(self._queues, reverse=True)]

    def _choose(self, now: float) -> Ticket | None:
        """Whose turn it is, were there a slot."""
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
        """When there is a slot if nobody gives one back; None for never."""
        if self.limit is None or self.active < self.limit:
            return now
        return None if self._learnt in (None, self._configured) else self._quiet_until

    def _make_room(self, now: float) -> bool:
        """Whether there is a slot; raises a learnt limit whose time has come."""
        slot_at = self._slot_at(now)
        if slot_at is None or slot_at > now:
            return False
        if self._learnt is not None and self.active >= self._learnt:
            self._learnt += 1
            if self._raised:  # the last raise did not lead to a refusal
                self._quiet = QUIET_S
            self._raised = True
            self._quiet_until = now + self._quiet
        return True

    def _learn(self, now: float) -> None:
        """Take the lesson of a refusal; the refused ticket is not active any more."""
        worked = max(1, self.active)
        self._learnt = worked if self.limit is None else min(self.limit, worked)
        if self._raised:
            self._quiet = min(self._quiet * 2, MAX_QUIET_S)
            self._raised = False
        self._quiet_until = now + self._quiet

    def _end_guessed_wait(self, now: float) -> None:
        """Let a slot that became free end a wait whose length was ours to choose."""
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
