"""Driver of a socket that listens, for threads; `link.py` drives the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .link import SocketLink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._http.config import Config
    from .._protocol.listen_session import ListenSession
    from .._protocol.listener import Message


class EarsDriver(SocketLink):
    """Driver of one socket that listens; any thread may call any method."""

    def __init__(self, session: ListenSession, config: Config, *, since: float) -> None:
        super().__init__(session, config, since=since)
        self._session = session

    @property
    def blocked(self) -> bool:
        """Whether bytes are unsent, so that one must wait; see `drained`."""
        return bool(self._outbox)

    def drained(self, seconds: float | None) -> None:
        """Wait until the network has taken all bytes.

        Raises:
            APITimeoutError: If it does not in time.
        """
        self._drain(seconds)

    def send(self, take: Callable[[ListenSession], Sequence[Message]]) -> bool:
        """Send what `take` returns, unless bytes are unsent; return whether it was any.

        Args:
            take: Returns the messages to send now; called with the lock, as `ListenSession` calls
                whoever hears.
        """
        with self._lock:
            messages = () if self._outbox else take(self._session)
            if messages:
                self._session.send(messages)
                self._flush()
        return bool(messages)
