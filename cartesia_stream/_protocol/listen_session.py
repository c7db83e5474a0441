"""Sans-I/O session of one socket that listens: frames to the listener, messages to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import msgspec

from ..errors import RemoteProtocolError
from .faults import redact, status_error
from .link import Link
from .log import debugging, logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..errors import APIConnectionError, APIError, APIStatusError
    from .link import Sleeper
    from .listener import Message
    from .websocket import WebSocket

    class Hearer(Protocol):
        """Whoever takes what a socket hears."""

        def wake(self) -> None:
            """Wake whoever waits."""

        def opened(self, session: ListenSession, request_id: str | None) -> None:
            """Take note that a connection is open."""

        def heard(
            self, session: ListenSession, fields: dict[str, object], error: APIStatusError | None
        ) -> None:
            """Take a frame, and the error that it reports, if it is an error frame."""

        def broken(self, session: ListenSession, cause: APIError) -> None:
            """Take note of a malformed frame."""

        def closed(
            self, session: ListenSession, code: int | None, cause: APIConnectionError
        ) -> None:
            """Take note of the end of the connection."""


_parse = msgspec.json.Decoder().decode


class ListenSession(Link):
    """Protocol of a socket that listens. Not thread-safe: the driver holds the lock.

    Args:
        websocket: The connection.
        secret: The API key, removed from every error message.
        now: Monotonic seconds.
        hearer: Takes what the socket hears.
    """

    def __init__(self, websocket: WebSocket, *, secret: str, now: float, hearer: Hearer) -> None:
        super().__init__(websocket, secret=secret, now=now)
        self._hearer = hearer
        self._logged = debugging()

    def opened(self, request_id: str | None) -> None:
        """Tell that the connection is open, before any frame of it is handled."""
        self._hearer.opened(self, request_id)

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
            self._frame(memoryview(data)[start:end])
        if self._end is None and not self.websocket.is_open:
            self._finish(self.websocket.closed_error())
        elif not messages:
            return ()
        return (self._hearer,)

    def _frame(self, data: memoryview) -> None:
        try:
            value: object = _parse(data)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self._hearer.broken(self, RemoteProtocolError("a frame is not a JSON object"))
            return
        fields = cast("dict[str, object]", value)
        kind = fields.get("type")
        if self._logged:
            logger.debug("< %s %d B", kind, len(data))
        error = None
        if kind == "error" or (kind is None and "error" in fields):
            error = redact(status_error(fields), self.secret)
        self._hearer.heard(self, fields, error)

    def _finish(self, end: APIConnectionError) -> Sequence[Sleeper]:
        if self._end is None:
            self._ended(end)
            self._hearer.closed(self, self.websocket.close_code, self.end)
        return (self._hearer,)
