"""The alpha's two sockets: today's session over messages that are translated both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .._protocol.context import State
from .._protocol.faults import REDACTED, redact
from .._protocol.session import Session
from .._protocol.websocket import WebSocket
from ._frames import is_error, typed, untyped

if TYPE_CHECKING:
    from .._protocol.context import Context
    from .._protocol.websocket import Message
    from ..errors import APIConnectionError


class PlainWebSocket(WebSocket):
    """The connection as today's session sees it.

    The key may stand in the URL, and so escaped in what the service echoes.

    Args:
        secret: The API key, as it stands in a URL.
    """

    interrupts: ClassVar[bool] = False

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def closed_error(self) -> APIConnectionError:
        """Why the connection is over, with its code and reason."""
        return redact(super().closed_error(), self._secret)

    def receive(self, nbytes: int) -> list[Message]:
        """Take the bytes that were put there and return the messages that they complete, typed."""
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
        """Queue a message, if the alpha has it."""
        frame = untyped(message, interrupts=self.interrupts)
        if frame is not None:
            super().send_text(frame)


class InterruptWebSocket(PlainWebSocket):
    """The same with acknowledgements and cancels."""

    interrupts = True


class InterruptSession(Session):
    """One generation at a time: the service ends it when the next one begins.

    A flush acknowledges a chunk. The consumer may be behind the service, so it is sent in any
    state, and it is then that the clock begins to run for the next chunk.
    """

    def send(self, context: Context, text: str, *, more: bool, flush: bool, now: float) -> None:
        """Start a generation, or acknowledge a chunk of it."""
        if context.state is State.IDLE:
            for other in [other for other in self.contexts.values() if other is not context]:
                self.cancel(other, now=now)
                other.wake()
        if flush and context.over:
            if self.websocket.is_open:
                self.websocket.send_text(context.encoder.generate("", more=True, flush=True))
            return
        super().send(context, text, more=more, flush=flush, now=now)
