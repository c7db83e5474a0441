"""What the protocols of all sockets share: the bytes of the connection, and whether it lives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from ..errors import APITimeoutError
from .context import closed_error
from .faults import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import APIConnectionError
    from .context import Context
    from .websocket import WebSocket

    class Waker(Protocol):
        """Someone who may be waiting for news."""

        def wake(self) -> None:
            """Wake whoever waits; called with the lock of the connection."""

    Sleeper: TypeAlias = Context | Waker


PING_INTERVAL_S: Final = 20.0  # without data from the peer, before a ping
PING_TIMEOUT_S: Final = 20.0  # to wait for an answer to the ping
MAX_BACKLOG: Final = 1 << 24  # unsent bytes, such as pongs, before a peer counts as not reading


class Link(ABC):
    """Sans-I/O part of one socket. Not thread-safe: the driver holds the lock.

    The methods that take bytes and time return those who have news, for the driver to wake.

    Args:
        websocket: The connection.
        secret: The API key, removed from every error message.
        now: Monotonic seconds.

    Attributes:
        secret: The key or token of the handshake, which may be newer than that of the settings.
    """

    def __init__(self, websocket: WebSocket, *, secret: str, now: float) -> None:
        self.websocket = websocket
        self.secret: str = secret
        self._heard_at = now
        self._pinged = False
        self._given_up = False
        self._end: APIConnectionError | None = None
        self._closing_since = now

    @abstractmethod
    def receive(self, nbytes: int, *, now: float) -> Sequence[Sleeper]:
        """Handle the bytes that were read into the buffer."""

    @abstractmethod
    def _finish(self, end: APIConnectionError) -> Sequence[Sleeper]:
        """End everything that goes on on the connection."""

    @property
    def usable(self) -> bool:
        """Whether the session can open a new context."""
        return self._end is None and self.websocket.is_open

    @property
    def is_closed(self) -> bool:
        """Whether the driver can close the socket: it is closed, or the peer does not answer."""
        return self._given_up or self.websocket.is_closed

    def close(self) -> Sequence[Sleeper]:
        """Start the closing handshake and end everything that goes on."""
        self.websocket.close()
        return self._finish(closed_error(1000, "", by_us=True))

    def get_buffer(self) -> memoryview:
        """Return the buffer for the next network read, of one byte or more."""
        return self.websocket.get_buffer()

    def receive_eof(
        self, *, now: float, cause: APIConnectionError | None = None
    ) -> Sequence[Sleeper]:
        """Handle the end of the connection, or a network error."""
        self.websocket.receive_eof()
        if self._end is not None:
            return []
        return self._finish(cause or self.websocket.closed_error())

    @property
    def end(self) -> APIConnectionError:
        """The error that says why the connection closed."""
        return self._end or self.websocket.closed_error()

    def _ended(self, end: APIConnectionError) -> None:
        """Keep the first reason why the connection closed."""
        if self._end is None:
            self._closing_since = self._heard_at
            self._end = redact(end, self.secret)

    # --- time

    def next_tick(self) -> float:
        """Return when to call `tick` next, in monotonic seconds."""
        if self._end is not None:  # what a peer still sends does not keep the connection
            return self._closing_since + PING_INTERVAL_S
        wait = PING_INTERVAL_S + (PING_TIMEOUT_S if self._pinged else 0.0)
        return self._heard_at + wait

    def tick(self, *, now: float) -> Sequence[Sleeper]:
        """Ping a silent peer, or give up if it did not answer."""
        if now < self.next_tick():
            return []
        if not self.websocket.is_open:  # the peer did not end the closing connection in time
            self._given_up = True
            return []
        if not self._pinged:
            self._pinged = True
            self.websocket.ping()
            return []
        seconds = PING_INTERVAL_S + PING_TIMEOUT_S
        dead = APITimeoutError(
            f"the service sent nothing for {seconds:g} s, not even the answer to a ping",
            phase="idle",
            seconds=seconds,
        )
        self._given_up = True
        return self._finish(dead)
