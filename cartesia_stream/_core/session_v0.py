"""The alpha's two sockets: today's session over messages that are translated both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .context import State
from .frames_v0 import typed, untyped
from .session import Session
from .websocket import WebSocket

if TYPE_CHECKING:
    from .context import Context


class PlainWebSocket(WebSocket):
    """The connection as today's session sees it."""

    interrupts: ClassVar[bool] = False

    def receive_data(self, data: bytes | memoryview) -> list[bytes]:
        """Take bytes from the network and return the messages that they complete, typed."""
        return [frame for message in super().receive_data(data) for frame in typed(message)]

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
