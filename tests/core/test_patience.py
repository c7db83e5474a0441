"""The deadlines of a connection and of the exchanges on it."""

from __future__ import annotations

import pytest

from cartesia_stream._core.patience import Patience


def test_steps_of_connecting_share_a_deadline() -> None:
    """Each step has what the ones before it left."""
    patience = Patience(10.0)
    assert patience.left(5.0, now=1.0) == 9.0
    assert patience.left(5.0, now=11.0) == -1.0
    assert Patience(None).left(5.0, now=1.0) is None


@pytest.mark.parametrize(
    "data", [b"CONNECT host:443 HTTP/1.1\r\n\r\n", b"\x05\x01\x00", b"\x01\x01u"]
)
def test_talking_to_a_proxy_is_connecting(data: bytes) -> None:
    """A tunnel that is asked for is part of the way; the end of an empty body changes nothing."""
    patience = Patience(10.0)
    patience.wrote(data, now=2.0)
    patience.wrote(b"", now=2.0)
    assert patience.connecting
    assert patience.left(60.0, now=4.0) == 6.0
    patience.wrote(b"GET / HTTP/1.1\r\n\r\n", now=5.0)
    assert not patience.connecting


def test_head_is_due_from_the_end_of_the_request() -> None:
    """Parts of an upload begin the wait anew; reads share what is left of it."""
    patience = Patience(1.0)
    patience.wrote(b"POST / HTTP/1.1\r\n\r\n", now=2.0)
    patience.wrote(b"CONNECT is only a word in a body", now=50.0)
    assert patience.sent_at == 50.0
    assert patience.left(3.0, now=51.0) == 2.0
    assert patience.left(3.0, now=54.0) == -1.0
    assert patience.left(None, now=54.0) is None


def test_reads_of_a_body() -> None:
    """Each has its own time, unless the reader says when the next event is due."""
    patience = Patience(1.0)
    patience.wrote(b"GET / HTTP/1.1\r\n\r\n", now=2.0)
    patience.answered()
    assert patience.left(3.0, now=100.0) == 3.0
    patience.wait_until(101.5)
    assert patience.left(3.0, now=100.0) == 1.5
    patience.wait_until(None)
    assert patience.left(3.0, now=100.0) is None


def test_next_exchange_begins_anew() -> None:
    """What held for the last body does not hold for the next."""
    patience = Patience(1.0)
    patience.wrote(b"GET / HTTP/1.1\r\n\r\n", now=2.0)
    patience.answered()
    patience.wait_until(2.5)
    patience.wrote(b"GET / HTTP/1.1\r\n\r\n", now=9.0)
    assert patience.left(3.0, now=10.0) == 2.0
    patience.answered()
    assert patience.left(3.0, now=20.0) == 3.0
