"""The deadlines of the exchanges on a connection."""

from __future__ import annotations

from cartesia_stream._http.deadlines import ReadDeadline


def test_reads_before_a_request() -> None:
    """While a connection is made, each read has its own time, or they share one."""
    deadline = ReadDeadline()
    assert deadline.left(5.0, now=1.0) == 5.0
    assert deadline.left(None, now=1.0) is None
    deadline.wait_until(10.0)
    assert deadline.left(5.0, now=1.0) == 9.0
    assert deadline.left(5.0, now=11.0) == -1.0


def test_head_is_due_from_the_end_of_the_request() -> None:
    """Parts of an upload begin the wait anew; reads share what is left of it."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.wrote(now=50.0)
    assert deadline.sent_at == 50.0
    assert deadline.left(3.0, now=51.0) == 2.0
    assert deadline.left(3.0, now=54.0) == -1.0
    assert deadline.left(None, now=54.0) is None


def test_head_of_a_handshake() -> None:
    """It is due with the rest of connecting, and the body that refuses has its own time."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.wait_until(4.0)
    assert deadline.left(60.0, now=3.0) == 1.0
    deadline.answered()
    assert deadline.left(60.0, now=3.0) == 60.0


def test_reads_of_a_body() -> None:
    """Each has its own time, unless the reader says when the next event is due."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.answered()
    assert deadline.left(3.0, now=100.0) == 3.0
    deadline.wait_until(101.5)
    assert deadline.left(3.0, now=100.0) == 1.5
    deadline.wait_until(None)
    assert deadline.left(3.0, now=100.0) is None


def test_next_exchange_begins_anew() -> None:
    """What held for the last body does not hold for the next."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.answered()
    deadline.wait_until(2.5)
    deadline.wrote(now=9.0)
    assert deadline.left(3.0, now=10.0) == 2.0
    deadline.answered()
    assert deadline.left(3.0, now=20.0) == 3.0
