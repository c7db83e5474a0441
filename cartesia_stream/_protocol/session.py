"""Sans-I/O session of one TTS socket: routes frames to contexts, and checks liveness."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from ..errors import (
    APIError,
    APIStatusError,
    LocalStateError,
    RemoteProtocolError,
)
from .context import Context, Move, State
from .faults import redact
from .frames import Decoder, RequestEncoder
from .link import Link
from .log import label, log_sent, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import APIConnectionError
    from ..events import SpeechEvent
    from .stats import Meter
    from .websocket import WebSocket

REMEMBERED_IDS: Final = 4096


class Session(Link):
    """Protocol of the TTS socket. Not thread-safe: the driver holds the lock.

    `receive` never raises because of what the peer sends: each frame becomes an event, the error of
    a context, or a count in `dropped`.

    Args:
        max_buffer_bytes: Maximum size of the unread events of one context.

    Attributes:
        contexts: The contexts that have not ended, by id.
        idle_since: When a context last began or ended, in monotonic seconds.
        dropped: Number of ignored frames, of contexts that are unknown, done or cancelled.
    """

    def __init__(
        self,
        websocket: WebSocket,
        *,
        secret: str,
        max_buffer_bytes: int,
        now: float,
    ) -> None:
        super().__init__(websocket, secret=secret, now=now)
        self.contexts: dict[str, Context] = {}
        self.idle_since: float = now
        self.dropped: int = 0
        self._decoder = Decoder()
        self._max_buffer = max_buffer_bytes
        self._used: OrderedDict[str, None] = OrderedDict()

    # --- moves of the client

    def open(
        self,
        context_id: str,
        fields: Mapping[str, object] | RequestEncoder,
        *,
        wake: Callable[[], None],
        now: float,
        ended: Callable[[Context], None] | None = None,
        meter: Meter | None = None,
    ) -> Context:
        """Create a context. The service learns of it with the first text.

        Raises:
            LocalStateError: If the id was already used on this connection: late frames of the old
                context could reach the new one.
            APIConnectionError: If the connection is closing or closed.
        """
        if not self.usable:
            raise self._end or self.websocket.closed_error()
        if context_id in self._used or context_id in self.contexts:
            raise LocalStateError(
                "this context_id was already used on this connection; use a new one",
                context_id=context_id,
            )
        if isinstance(fields, RequestEncoder):  # from an earlier context
            encoder = fields.renamed(context_id)
        else:
            encoder = RequestEncoder(context_id, fields)
        self._used[context_id] = None
        if len(self._used) > REMEMBERED_IDS:
            self._used.popitem(last=False)
        context = Context(
            context_id,
            encoder,
            max_buffer_bytes=self._max_buffer,
            wake=wake,
            now=now,
            ended=ended,
            meter=meter,
        )
        self.idle_since = now
        self.contexts[context_id] = context
        return context

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
        """Send text, a flush, or the end of the input.

        Args:
            context: The context.
            text: The text; may be empty.
            more: Whether more text follows.
            flush: Whether the service must speak everything sent so far.
            now: Monotonic seconds.
            manner: The ``generation_config`` of this text; its members win over the context's.

        Raises:
            LocalStateError: If the input of the context is finished, or the context has ended.
            APIError: If the context has failed; the error that ended it.
            ConfigurationError: If the text cannot be encoded; the context is unchanged.
        """
        message = context.encoder.generate(text, more=more, flush=flush, manner=manner)
        before = context.move(Move.SEND if more or text else Move.FINISH, now=now)
        if not more and text:
            context.move(Move.FINISH, now=now)
        if context.state is State.DONE and before is State.IDLE:
            self._drop(context)
        elif before is State.IDLE or before is State.OPEN:
            context.said(text, now=now)
            if context.logged:
                log_sent("generate", context.id, message)
            self.websocket.send_text(message)

    def cancel(self, context: Context, *, now: float) -> None:
        """Cancel a context at once and ignore its later frames."""
        before = context.move(Move.CANCEL, now=now)
        self._forget(context, tell=before is State.OPEN or before is State.FINISHING)

    def _forget(self, context: Context, *, tell: bool) -> None:
        self._drop(context)
        if tell and self.websocket.is_open:
            message = context.encoder.cancel()
            if context.logged:
                log_sent("cancel", context.id, message)
            self.websocket.send_text(message)

    def _drop(self, context: Context) -> None:
        if self.contexts.pop(context.id, None) is not None:
            self.idle_since = max(self.idle_since, self._heard_at)
            if context.ended is not None:
                context.ended(context)

    # --- moves of the peer

    def receive(self, nbytes: int, *, now: float) -> list[Context]:
        """Handle the bytes that were read into the buffer; return the contexts to wake."""
        self._heard_at = now
        self._pinged = False
        news: dict[Context, None] = {}  # each once, in order
        contexts, decode = self.contexts, self._decoder.decode
        for data, start, end in self.websocket.receive(nbytes):
            try:
                event = decode(data, start, end)
            except RemoteProtocolError as error:
                self._fail(error, news)
                continue
            if isinstance(event, APIStatusError):
                self._fail(event, news)
                continue
            context = contexts.get(event.context_id or "")
            if context is None:
                self._receive_stray(event, now, news)
            elif context.receive(event, now=now):
                news[context] = None
                if context.done:
                    self._forget(context, tell=context.state is State.FAILED)
        if self._end is None and not self.websocket.is_open:
            news.update(dict.fromkeys(self._finish(self.websocket.closed_error())))
        return list(news)

    def _receive_stray(self, event: SpeechEvent, now: float, news: dict[Context, None]) -> None:
        """Handle a frame that names no context, or one that is not open."""
        if event.context_id is None and len(self.contexts) == 1:
            (context,) = self.contexts.values()  # the frame can only belong to this one
            if context.receive(event, now=now):
                news[context] = None
                if context.done:
                    self._forget(context, tell=context.state is State.FAILED)
                return
        self.dropped += 1
        logger.debug("< dropped %s ctx=%s", event.type, event.context_id)

    def _fail(self, error: APIError, news: dict[Context, None]) -> None:
        """End the context that the error names, or all contexts if it names none."""
        logger.debug("< %s ctx=%s", label(error), error.context_id)
        if error.context_id is None:
            hit = list(self.contexts.values())
        elif (context := self.contexts.get(error.context_id)) is not None:
            hit = [context]
        else:
            hit = []
            self.dropped += 1
        for context in hit:
            if context.fail(redact(copy.copy(error), self.secret), Move.ERROR):
                news[context] = None
                # an error frame ended the context at the service; a bad frame did not
                self._forget(context, tell=not isinstance(error, APIStatusError))

    def _finish(self, end: APIConnectionError) -> list[Context]:
        self._ended(end)
        ended = [context for context in self.contexts.values() if context.eof(copy.copy(end))]
        for context in list(self.contexts.values()):
            self._drop(context)
        return ended
