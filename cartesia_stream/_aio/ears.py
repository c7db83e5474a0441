"""Driver of a socket that listens, for asyncio; `link.py` drives the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .link import AsyncSocketLink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._http.config import Config
    from .._protocol.listen_session import ListenSession
    from .._protocol.listener import Message


class AsyncEarsDriver(AsyncSocketLink):
    """Driver of one socket that listens; use it only in the event loop that opened it."""

    def __init__(self, session: ListenSession, config: Config, *, since: float) -> None:
        super().__init__(session, config, since=since)
        self._session = session

    @property
    def blocked(self) -> bool:
        """Whether too many bytes are unsent, so that one must wait; see `drained`."""
        return not self._writable.is_set()

    def send(self, take: Callable[[ListenSession], Sequence[Message]]) -> bool:
        """Send what `take` returns, unless too many bytes are unsent; return whether it was any."""
        messages = () if self.blocked else take(self._session)
        if messages:
            self._session.send(messages)
            self._flush()
        return bool(messages)
