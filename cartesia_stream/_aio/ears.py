"""Driver of a socket that listens, for asyncio; `link.py` drives the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .link import AsyncSocketLink

if TYPE_CHECKING:
    from .._http.config import Config
    from .._protocol.listen_session import ListenSession
    from .._protocol.listener import Message


class AsyncEarsDriver(AsyncSocketLink):
    """Driver of one socket that listens; use it only in the event loop that opened it."""

    def __init__(self, session: ListenSession, config: Config, *, since: float) -> None:
        super().__init__(session, config, since=since)
        self._session = session

    async def send(self, message: Message, seconds: float | None) -> None:
        """Send audio or a command; wait while too many bytes are unsent.

        Raises:
            APITimeoutError: If the network does not accept them in time.
        """
        self._session.send(message)
        self._flush()
        await self.drained(seconds)
