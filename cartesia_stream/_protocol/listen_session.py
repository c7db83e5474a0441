"""Sans-I/O session of one socket that listens: frames to the listener, messages to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import msgspec

from ..errors import RemoteProtocolError
from .faults import redact, status_error
from .link import Link
from .log import debugging, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..errors import APIConnectionError
    from .link import Sleeper
    from .listener import Listener, Message
    from .websocket import WebSocket

    class Hearer(Protocol):
        """Whoever takes what a socket hears."""

        def wake(self) -> None:
            """Wake whoever waits."""

        def tell(self, session: ListenSession, what: Callable[[Listener], None]) -> None:
            """Tell the listener, unless another session has replaced this one."""


_parse = msgspec.json.Decoder().decode


class ListenSession(Link):
    """Protocol of a socket that listens. Not thread-safe: the driver holds the lock.

    Args:
        hearer: Takes what the socket hears.
    """

    def __init__(self, websocket: WebSocket, *, secret: str, now: float, hearer: Hearer) -> None:
        super().__init__(websocket, secret=secret, now=now)
        self._hearer = hearer
        self._logged = debugging()

    def opened(self, request_id: str | None, *, now: float) -> None:
        """Tell that the connection is open, before any frame of it is handled."""

        def opened(listener: Listener) -> None:
            listener.opened(now)
            listener.note(request_id)

        self._hearer.tell(self, opened)

    def send(self, messages: Iterable[Message]) -> None:
        """Queue messages; drop them if the connection is closed, which was told already."""
        if not self.usable:
            return
        for data, is_audio in messages:
            if is_audio:
                self.websocket.send_binary(data)
            else:
                self.websocket.send_text(data)
            if self._logged:
                logger.debug("> %s %d B", "audio" if is_audio else "command", len(data))

    def receive(self, nbytes: int, *, now: float) -> Sequence[Sleeper]:
        """Handle the bytes that were read into the buffer."""
        self._heard_at = now
        self._pinged = False
        messages = self.websocket.receive(nbytes)
        for data, start, end in messages:
            self._frame(memoryview(data)[start:end], now)
        if self._end is None and not self.websocket.is_open:
            self._finish(self.websocket.closed_error())
        elif not messages:
            return ()
        return (self._hearer,)

    def _frame(self, data: memoryview, now: float) -> None:
        try:
            value: object = _parse(data)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            broken = RemoteProtocolError("a frame is not a JSON object")
            self._hearer.tell(self, lambda listener: listener.broken(broken))
            return
        fields = cast("dict[str, object]", value)
        kind = fields.get("type")
        if self._logged:
            logger.debug("< %s %d B", kind, len(data))
        error = None
        if kind == "error" or (kind is None and "error" in fields):
            error = redact(status_error(fields), self.secret)
        self._hearer.tell(self, lambda listener: listener.receive(fields, error, now))

    def _finish(self, end: APIConnectionError) -> Sequence[Sleeper]:
        if self._end is None:
            self._ended(end)
            code = self.websocket.close_code
            self._hearer.tell(self, lambda listener: listener.closed(code, self.end))
        return (self._hearer,)
