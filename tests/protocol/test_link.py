"""Whether a connection lives: silence, pings, closing, and the reason that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import APIConnectionError, APITimeoutError, ConnectionClosedError
from cartesia_stream._protocol.link import PING_INTERVAL_S, PING_TIMEOUT_S, Link
from cartesia_stream._protocol.websocket import WebSocket

from .reads import joined, reads

if TYPE_CHECKING:
    from cartesia_stream._protocol.link import Sleeper

KEY = "sk_car_planted"


class News:
    """Someone who is woken."""

    def wake(self) -> None: ...


class Plain(Link):
    """A link that carries nothing; `ends` are the errors with which it ended."""

    def __init__(self, now: float = 0.0) -> None:
        super().__init__(WebSocket(), secret=KEY, now=now)
        self.news = News()
        self.ends: list[APIConnectionError] = []

    def receive(self, nbytes: int, *, now: float) -> list[Sleeper]:
        self._heard_at = now
        self._pinged = False
        self.websocket.receive(nbytes)
        if not self.websocket.is_open and not self.ends:
            return self._finish(self.websocket.closed_error())
        return []

    def _finish(self, end: APIConnectionError) -> list[Sleeper]:
        self._ended(end)
        self.ends.append(end)
        return [self.news]


class Line:
    """A link and its peer."""

    def __init__(self, now: float = 0.0) -> None:
        self.link = Plain(now)
        self.peer = joined(self.link.websocket)

    def written(self) -> list[int]:
        """The opcodes of the frames that the link has written."""
        self.peer.receive_data(b"".join(self.link.websocket.data_to_send()))
        return [int(frame.opcode) for frame in self.peer.events_received()]  # type: ignore[union-attr]

    def read(self, now: float) -> list[Sleeper]:
        """Let the link read what the peer has written."""
        news: list[Sleeper] = []
        for count in reads(self.link.get_buffer, b"".join(self.peer.data_to_send())):
            news += self.link.receive(count, now=now)
        return news


def test_it_is_usable_from_the_handshake_to_its_end() -> None:
    link = Plain()
    assert not link.usable
    assert not link.is_closed
    joined(link.websocket)
    assert link.usable
    link.close()
    assert not link.usable


@given(st.lists(st.floats(0, 100), max_size=12), st.floats(-1e6, 1e6))
def test_a_peer_is_given_up_after_40_seconds_of_silence_and_never_before(
    pauses: list[float], begin: float
) -> None:
    """It is pinged once, in the middle; whoever drives the link calls it at its next tick."""
    line, now, heard = Line(begin), begin, begin
    for pause in [*pauses, 1000.0]:
        until = now + pause
        while (tick := line.link.next_tick()) <= until:
            assert tick - heard == pytest.approx(20 if not line.link._pinged else 40, abs=1e-6)
            news = line.link.tick(now=tick)
            if line.link.is_closed:
                assert tick - heard == pytest.approx(PING_INTERVAL_S + PING_TIMEOUT_S, abs=1e-6)
                assert news == [line.link.news]
                assert isinstance(line.link.end, APITimeoutError)
                assert (line.link.end.phase, line.link.end.seconds) == ("idle", 40)
                return
            assert news == []
            assert line.written() == [9]
        now = heard = until
        line.peer.send_text(b"{}")
        line.read(now)
    pytest.fail("a peer that said nothing for 1000 s was not given up")


def test_a_tick_before_its_time_does_nothing() -> None:
    line = Line()
    assert line.link.tick(now=19.99) == []
    assert line.written() == []


def test_closing_sends_a_close_frame_and_ends_what_goes_on() -> None:
    line = Line()
    assert line.link.close() == [line.link.news]
    assert line.written() == [8]
    assert isinstance(line.link.end, ConnectionClosedError)
    assert (line.link.end.code, line.link.end.by) == (1000, "local")
    line.read(1.0)
    assert not line.link.is_closed  # until the network says so
    assert line.link.receive_eof(now=1.0) == []
    assert line.link.is_closed


def test_what_a_peer_still_sends_does_not_keep_a_closing_connection() -> None:
    line = Line()
    line.peer.send_text(b"{}")
    line.read(5.0)
    line.link.close()
    for now in (10.0, 20.0, 24.0):
        line.peer.send_text(b"{}")
        line.read(now)
        assert line.link.next_tick() == 25
        assert line.link.tick(now=now) == []
        assert not line.link.is_closed
    assert line.link.tick(now=25.0) == []
    assert line.link.is_closed
    assert len(line.link.ends) == 1


def test_the_first_reason_stays() -> None:
    line = Line()
    line.peer.send_close(1011, "out of memory")
    line.read(1.0)
    assert line.link.receive_eof(now=2.0, cause=APIConnectionError("reset")) == []
    line.link.close()
    assert isinstance(line.link.end, ConnectionClosedError)
    assert (line.link.end.code, line.link.end.reason) == (1011, "out of memory")


@pytest.mark.parametrize("cause", [None, APIConnectionError("reset by the peer")])
def test_an_end_without_a_close_frame(cause: APIConnectionError | None) -> None:
    """A cause that the network names says more than code 1006."""
    line = Line()
    assert line.link.receive_eof(now=1.0, cause=cause) == [line.link.news]
    assert line.link.is_closed
    if cause is not None:
        assert line.link.end is cause
    else:
        assert isinstance(line.link.end, ConnectionClosedError)
        assert (line.link.end.code, line.link.end.by) == (1006, "remote")


def test_the_key_is_in_no_reason() -> None:
    line = Line()
    line.peer.send_close(1008, f"the key {KEY} is worn out")
    line.read(1.0)
    assert isinstance(line.link.end, ConnectionClosedError)
    assert line.link.end.reason == "the key [key] is worn out"
    assert KEY not in str(line.link.end)
