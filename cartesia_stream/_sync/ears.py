"""Driver of a socket that listens, for threads; `link.py` drives the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .link import SocketLink

if TYPE_CHECKING:
    from .._http.config import Config
    from .._protocol.listen_session import ListenSession
    from .._protocol.listener import Message


class EarsDriver(SocketLink):
    """Driver of one socket that listens; any thread may call any method."""

    def __init__(self, session: ListenSession, config: Config, *, since: float) -> None:
        super().__init__(session, config, since=since)
        self._session = session

    def send(self, message: Message, seconds: float | None) -> None:
        """Send audio or a command; wait until the network has taken it.

        Raises:
            APITimeoutError: If the network does not accept it in time.
        """
        with self._lock:
            self._session.send(message)
            flushed = self._flush()
        if not flushed:
            self._drain(seconds)
