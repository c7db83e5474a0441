"""The two sockets of v0: the current session, with messages translated in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .._protocol.context import State
from .._protocol.faults import REDACTED, redact
from .._protocol.session import Session
from .._protocol.websocket import WebSocket
from ._frames import is_error, typed, untyped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._protocol.context import Context
    from .._protocol.websocket import Message
    from ..errors import APIConnectionError


class PlainWebSocket(WebSocket):
    """WebSocket of v0 that the current session can use, because it translates the messages.

    The URL may contain the key, so error messages of the service may quote it, escaped as in a URL.

    Args:
        secret: The API key, escaped as in a URL.
    """

    interrupts: ClassVar[bool] = False

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def closed_error(self) -> APIConnectionError:
        """Make the error for the closed connection, with its close code and reason."""
        return redact(super().closed_error(), self._secret)

    def receive(self, nbytes: int) -> list[Message]:
        """Process bytes in the buffer and return the messages that they complete, with types."""
        return [
            self._clean(frame)
            for data, start, end in super().receive(nbytes)
            for frame in typed(bytes(data[start:end]))
        ]

    def _clean(self, frame: bytes) -> Message:
        if is_error(frame):
            frame = frame.replace(self._secret.encode(), REDACTED.encode())
        return frame, 0, len(frame)

    def send_text(self, message: bytes) -> None:
        """Queue a message, unless v0 has no equivalent."""
        frame = untyped(message, interrupts=self.interrupts)
        if frame is not None:
            super().send_text(frame)


class InterruptWebSocket(PlainWebSocket):
    """WebSocket of v0 with acknowledgements and cancels."""

    interrupts = True


class InterruptSession(Session):
    """Session with one generation at a time: the service ends it when the next one begins.

    A flush acknowledges a chunk. The session sends it in any state, because the consumer may be
    behind the service. The deadline for the next chunk starts with the acknowledgement.
    """

    def send(
        self,
        context: Context,
        text: str,
        *,
        more: bool,
        flush: bool,
        now: float,
        manner: Mapping[str, object] | None = None,
    ) -> None:
        """Start a generation, or acknowledge a chunk of it."""
        if context.state is State.IDLE:
            for other in [other for other in self.contexts.values() if other is not context]:
                self.cancel(other, now=now)
                other.wake()
        if flush and context.done:
            if self.websocket.is_open:
                self.websocket.send_text(context.encoder.generate("", more=True, flush=True))
            return
        super().send(context, text, more=more, flush=flush, now=now, manner=manner)
