"""The gate: who is granted when, what a refusal teaches, and that nobody is forgotten."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cartesia_stream._protocol.gate import (
    FIRST_WAIT_S,
    MAX_PASSED,
    MAX_QUIET_S,
    MAX_WAIT_S,
    QUIET_S,
    Gate,
    Ticket,
    TicketState,
)

FINAL = {TicketState.RELEASED, TicketState.EXPIRED, TicketState.WITHDRAWN}


def full(limit: int = 1) -> tuple[Gate, list[Ticket]]:
    """A gate with all slots taken at 0 s."""
    gate = Gate(limit)
    return gate, [gate.request(now=0) for _ in range(limit)]


def test_slots_are_granted_up_to_the_limit() -> None:
    """Who comes later waits, and is granted as slots come back, first come first served."""
    gate, (first, second) = full(2)
    third, fourth = gate.request(now=0), gate.request(now=0)
    assert (gate.active, gate.waiting, gate.limit) == (2, 2, 2)
    assert gate.next_wakeup(0) is None
    assert gate.release(first, 1) == [third]
    assert gate.release(second, 1) == [fourth]
    assert (first.state, third.granted) == (TicketState.RELEASED, True)
    assert repr(third) == "Ticket(3, priority=0, granted)"


def test_without_a_limit_all_are_granted() -> None:
    """Until a refusal tells the limit there is none."""
    gate = Gate()
    assert all(gate.request(now=0).granted for _ in range(100))
    assert gate.limit is None


def test_release_is_idempotent() -> None:
    """A slot is freed once, however often its ticket comes back."""
    gate, (first,) = full()
    second, third = gate.request(now=0), gate.request(now=0)
    assert gate.release(first, 0) == [second]
    assert gate.release(first, 0) == gate.rate_limited(first, 0) == []
    assert (gate.active, gate.waiting) == (1, 1)
    assert gate.release(third, 0) == []
    assert third.state is TicketState.WITHDRAWN


def test_priorities() -> None:
    """The more urgent go first."""
    gate, (holder,) = full()
    low, high = gate.request(priority=-1, now=0), gate.request(priority=5, now=0)
    assert gate.release(holder, 0) == [high]
    assert gate.release(high, 0) == [low]


def test_starvation_is_bounded() -> None:
    """The head of a priority is passed so many times and no more."""
    gate, (holder,) = full()
    low, lower = gate.request(now=0), gate.request(priority=-1, now=0)
    order = []
    for _ in range(MAX_PASSED + 3):
        gate.request(priority=1, now=0)
        (holder,) = gate.release(holder, 0)
        order.append(holder)
    assert order.index(low) == MAX_PASSED
    assert order.index(lower) == MAX_PASSED + 1


def test_deadlines() -> None:
    """A ticket is granted up to its deadline, and told as expired once."""
    gate, (holder,) = full()
    late, later = gate.request(now=0, deadline=5), gate.request(now=0, deadline=9)
    assert gate.next_wakeup(1) == 5
    assert gate.expire(4.9) == []
    assert gate.expire(5) == [late]
    assert gate.expire(5) == []
    assert gate.release(late, 5) == []
    assert late.state is TicketState.EXPIRED
    assert gate.release(holder, 9) == [later]


def test_no_grant_after_the_deadline() -> None:
    """Who is late is not granted even where nobody called `expire`, and is told by the next."""
    gate, (holder,) = full()
    late, other = gate.request(now=0, deadline=5), gate.request(now=0)
    assert gate.release(holder, 6) == [other]
    assert gate.next_wakeup(6) == 6
    assert gate.expire(6) == [late]
    assert gate.next_wakeup(6) is None


def test_a_deadline_of_now_tries() -> None:
    """With a deadline of now a ticket has a slot at once or never."""
    gate = Gate(1)
    assert gate.request(now=3, deadline=3).granted
    ticket = gate.request(now=3, deadline=3)
    assert not ticket.granted
    assert gate.expire(3) == [ticket]


def test_a_refusal_teaches_the_limit() -> None:
    """What was active beside the refused ones is the limit; those wait in their old order."""
    gate = Gate()
    tickets = [gate.request(now=0) for _ in range(6)]
    for ticket in tickets[3:]:
        assert gate.rate_limited(ticket, 1, retry_after=2) == []
    late = gate.request(now=1)
    assert (gate.limit, gate.active, gate.waiting) == (3, 3, 4)
    assert gate.release(tickets[0], 1.5) == []
    assert gate.next_wakeup(1.5) == 3
    assert gate.grant(2.9) == []
    assert gate.grant(3) == [tickets[3]]
    assert gate.release(tickets[1], 3) == [tickets[4]]
    assert gate.release(tickets[2], 3) == [tickets[5]]
    assert gate.release(tickets[3], 3) == [late]


def test_a_refusal_never_raises_the_limit() -> None:
    """The configured limit stands; a lone refused ticket leaves a limit of one."""
    gate, tickets = full(3)
    gate.rate_limited(tickets[0], 0)
    assert gate.limit == 2
    gate.rate_limited(tickets[1], 0)
    gate.rate_limited(tickets[2], 0)
    assert (gate.limit, gate.active) == (1, 0)


def test_waits_without_a_wish_of_the_service() -> None:
    """They double up to a bound, and a slot that becomes free ends them."""
    gate = Gate()
    ticket, now, waits = gate.request(now=0), 0.0, []
    for _ in range(7):
        gate.rate_limited(ticket, now)
        waits.append(ticket.not_before - now)
        now = ticket.not_before
        assert gate.next_wakeup(now - 0.1) == now
        assert gate.grant(now) == [ticket]
    assert waits == [FIRST_WAIT_S * 2**n for n in range(5)] + [MAX_WAIT_S] * 2
    assert ticket.rate_limits == 7
    gate = Gate()
    first, second = gate.request(now=0), gate.request(now=0)
    gate.rate_limited(second, 0)
    assert gate.release(first, 0.1) == [second]


def test_nobody_passes_a_refused_ticket() -> None:
    """While it waits, its priority and those below wait too; a higher one does not."""
    gate = Gate()
    ticket = gate.request(now=0)
    gate.rate_limited(ticket, 0, retry_after=10)
    assert not gate.request(now=1).granted
    assert not gate.request(priority=-1, now=1).granted
    assert gate.request(priority=1, now=1).granted


def test_an_expired_head_lets_others_by() -> None:
    """Where a refused ticket expires or leaves, those behind it are granted."""
    gate = Gate()
    ticket = gate.request(now=0, deadline=5)
    gate.rate_limited(ticket, 0, retry_after=4)
    other = gate.request(now=1)
    assert gate.next_wakeup(1) == 4
    assert gate.expire(6) == [ticket]
    assert gate.next_wakeup(6) == 6
    assert gate.grant(6) == [other]
    gate.rate_limited(other, 6, retry_after=10)
    third = gate.request(now=7)
    assert gate.release(other, 7) == [third]


@pytest.mark.parametrize("asked", [10, 60.5, 3600])
def test_a_wait_that_is_too_long_ends_at_once(asked: float) -> None:
    """Past the deadline of the ticket, or above a minute; and nobody waits behind it."""
    gate = Gate()
    ticket = gate.request(now=0, deadline=5 if asked == 10 else None)
    gate.rate_limited(ticket, 0, retry_after=asked)
    assert ticket.state is TicketState.EXPIRED
    assert gate.request(now=1).granted


def test_a_request_grants_only_itself() -> None:
    """Others whose time has come are told by `grant`; the newcomer does not pass them."""
    gate = Gate()
    ticket = gate.request(now=0)
    gate.rate_limited(ticket, 0, retry_after=1)
    newcomer = gate.request(now=2)
    assert not newcomer.granted
    assert gate.next_wakeup(2) == 2
    assert gate.grant(2) == [ticket]


def test_a_learnt_limit_recovers() -> None:
    """After quiet times it rises one by one, as long as a ticket waits for it."""
    gate = Gate(4)
    holders = [gate.request(now=0) for _ in range(4)]
    gate.rate_limited(holders[3], 0, retry_after=0)
    gate.rate_limited(holders[2], 0, retry_after=0)
    assert gate.limit == 2
    assert gate.next_wakeup(1) == QUIET_S
    assert gate.grant(QUIET_S - 1) == []
    assert gate.grant(QUIET_S) == [holders[2]]
    assert gate.next_wakeup(QUIET_S) == 2 * QUIET_S
    assert gate.grant(2 * QUIET_S) == [holders[3]]
    gate.request(now=2 * QUIET_S)
    assert gate.limit == 4
    assert gate.next_wakeup(9 * QUIET_S) is None  # as configured


def test_refused_raises_come_less_often() -> None:
    """Each raise that is refused doubles the quiet time; one that lasts brings it back."""
    gate = Gate()
    gate.request(now=0)
    ticket = gate.request(now=0)
    gate.rate_limited(ticket, 0, retry_after=0)
    now, quiet = 0.0, []
    for _ in range(6):
        at = gate.next_wakeup(now)
        assert at is not None
        quiet.append(at - now)
        now = at
        assert gate.grant(now) == [ticket]
        gate.rate_limited(ticket, now, retry_after=0)
    assert quiet == [min(QUIET_S * 2**n, MAX_QUIET_S) for n in range(6)]
    now += MAX_QUIET_S
    assert gate.grant(now) == [ticket]
    gate.request(now=now)
    now += MAX_QUIET_S
    assert len(gate.grant(now)) == 1
    gate.request(now=now)
    assert gate.next_wakeup(now) == now + QUIET_S


class GateMachine(RuleBasedStateMachine):
    """Any sequence of calls, with a service behind it that has a limit of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.gate = Gate()
        self.tickets: list[Ticket] = []
        self.told: dict[Ticket, str] = {}  # the last thing that its owner was told

    @rule(limit=st.none() | st.integers(1, 4))
    @precondition(lambda self: not self.tickets)
    def configure(self, limit: int | None) -> None:
        self.gate = Gate(limit)

    @rule(priority=st.integers(0, 2), wait=st.none() | st.floats(0, 20))
    def request(self, priority: int, wait: float | None) -> None:
        ahead = self.waiting(priority)
        deadline = None if wait is None else self.now + wait
        ticket = self.gate.request(priority=priority, now=self.now, deadline=deadline)
        self.tickets.append(ticket)
        self.told[ticket] = "granted" if ticket.granted else "waiting"
        assert not (ticket.granted and ahead)

    @rule(data=st.data())
    @precondition(lambda self: self.tickets)
    def release(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.tickets))
        held = ticket.granted
        granted = self.gate.release(ticket, self.now)
        if self.told[ticket] in ("granted", "waiting") and ticket.state is not TicketState.EXPIRED:
            self.told[ticket] = "over"
            assert ticket.state is (TicketState.RELEASED if held else TicketState.WITHDRAWN)
        self.note(granted)

    @rule(data=st.data(), after=st.none() | st.floats(0, 9))
    @precondition(lambda self: self.gate.active)
    def limit_rate(self, data: st.DataObject, after: float | None) -> None:
        ticket = data.draw(st.sampled_from([t for t in self.tickets if t.granted]))
        beside, limit = self.gate.active - 1, self.gate.limit
        self.told[ticket] = "waiting"
        granted = self.gate.rate_limited(ticket, self.now, after)
        if ticket.state is TicketState.EXPIRED:
            assert ticket.deadline is not None
            assert self.now + (after or 0) > ticket.deadline
            self.told[ticket] = "over"
        self.note(granted)
        assert self.gate.limit == min(limit or 99, max(1, beside))

    @rule(seconds=st.floats(0, 60))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def expire(self) -> None:
        for ticket in self.gate.expire(self.now):
            assert self.told[ticket] == "waiting"
            assert ticket.deadline is not None
            assert ticket.deadline <= self.now
            self.told[ticket] = "over"

    @rule()
    def grant(self) -> None:
        self.note(self.gate.grant(self.now))

    def waiting(self, priority: int) -> list[Ticket]:
        """Who waits in a priority and is not late, in the order of arrival."""
        return [
            t for t in self.tickets
            if t.priority == priority and t.state is TicketState.WAITING
            and (t.deadline is None or t.deadline >= self.now)
        ]  # fmt: skip

    def note(self, granted: list[Ticket]) -> None:
        for ticket in granted:
            assert ticket.granted
            assert self.told[ticket] == "waiting"
            assert ticket.deadline is None or self.now <= ticket.deadline
            assert self.now >= ticket.not_before
            self.told[ticket] = "granted"
        for ticket in granted:  # nobody who came earlier in its priority still waits
            assert all(t.number > ticket.number for t in self.waiting(ticket.priority))

    @invariant()
    def never_more_than_the_limit(self) -> None:
        assert self.gate.active == sum(t.granted for t in self.tickets)
        assert self.gate.active <= (self.gate.limit or 10**9)
        assert self.gate.waiting == sum(t.state is TicketState.WAITING for t in self.tickets)

    @invariant()
    def owners_know(self) -> None:
        for ticket in self.tickets:
            told, state = self.told[ticket], ticket.state
            assert (told == "granted") == ticket.granted
            assert (told == "over") == (state in FINAL) or state is TicketState.EXPIRED

    @invariant()
    def no_wakeup_is_lost(self) -> None:
        wakeup = self.gate.next_wakeup(self.now)
        assert wakeup is None or wakeup >= self.now
        if wakeup is None or wakeup > self.now:
            assert self.gate.grant(self.now) == self.gate.expire(self.now) == []

    def teardown(self) -> None:
        for _ in range(4 * len(self.tickets) + 4):
            for ticket in self.tickets:
                if ticket.granted:
                    self.told[ticket] = "over"
                    self.note(self.gate.release(ticket, self.now))
            self.now = self.gate.next_wakeup(self.now) or self.now
            self.expire()
            self.grant()
        assert all(ticket.state in FINAL for ticket in self.tickets)
        assert all(told == "over" for told in self.told.values())


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(max_examples=20, stateful_step_count=30)
