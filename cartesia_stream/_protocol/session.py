"""Sans-I/O session of one TTS socket: routes frames to contexts, and checks liveness."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from ..errors import (
    APIError,
    APIStatusError,
    APITimeoutError,
    LocalStateError,
    RemoteProtocolError,
)
from .context import Context, Move, State, closed_error
from .faults import redact
from .frames import Decoder, RequestEncoder
from .log import label, log_sent, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import APIConnectionError
    from ..events import SpeechEvent
    from .stats import Meter
    from .websocket import WebSocket

REMEMBERED_IDS: Final = 4096
PING_INTERVAL_S: Final = 20.0  # without data from the peer, before a ping
PING_TIMEOUT_S: Final = 20.0  # to wait for an answer to the ping
MAX_BACKLOG: Final = 1 << 24  # unsent bytes, such as pongs, before a peer counts as not reading


class Session:
    """Protocol of the TTS socket. Not thread-safe: the driver holds the lock.

    `receive` never raises because of what the peer sends: each frame becomes an event, the error of
    a context, or a count in `dropped`.

    Args:
        websocket: The open connection.
        secret: The API key, removed from every error message.
        max_buffer_bytes: Maximum size of the unread events of one context.
        now: Monotonic seconds.

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
        self.websocket = websocket
        self.contexts: dict[str, Context] = {}
        self.idle_since: float = now
        self.dropped: int = 0
        self._decoder = Decoder()
        self._secret = secret
        self._max_buffer = max_buffer_bytes
        self._heard_at = now
        self._pinged = False
        self._given_up = False
        self._used: OrderedDict[str, None] = OrderedDict()
        self._end: APIConnectionError | None = None
        self._closing_since = now

    # --- moves of the client

    @property
    def usable(self) -> bool:
        """Whether the session can open a new context."""
        return self._end is None and self.websocket.is_open

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

    @property
    def is_dead(self) -> bool:
        """Whether the driver can close the socket: it is closed, or the peer does not answer."""
        return self._given_up or self.websocket.is_closed

    def _drop(self, context: Context) -> None:
        if self.contexts.pop(context.id, None) is not None:
            self.idle_since = max(self.idle_since, self._heard_at)
            if context.ended is not None:
                context.ended(context)

    def close(self) -> list[Context]:
        """Start the closing handshake and end all open contexts; return those to wake."""
        self.websocket.close()
        return self._finish(closed_error(1000, "", by_us=True))

    # --- moves of the peer

    def get_buffer(self) -> memoryview:
        """Return the buffer for the next network read, of one byte or more."""
        return self.websocket.get_buffer()

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
                if context.over:
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
                if context.over:
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
            if context.fail(redact(copy.copy(error), self._secret), Move.ERROR):
                news[context] = None
                # an error frame ended the context at the service; a bad frame did not
                self._forget(context, tell=not isinstance(error, APIStatusError))

    def receive_eof(self, *, now: float, cause: APIConnectionError | None = None) -> list[Context]:
        """Handle the end of the connection, or a network error; return the contexts to wake."""
        self.websocket.receive_eof()
        if self._end is not None:
            return []
        return self._finish(cause or self.websocket.closed_error())

    def _finish(self, end: APIConnectionError) -> list[Context]:
        if self._end is None:
            self._closing_since = self._heard_at
        self._end = self._end or redact(end, self._secret)
        ended = [context for context in self.contexts.values() if context.eof(copy.copy(end))]
        for context in list(self.contexts.values()):
            self._drop(context)
        return ended

    @property
    def end(self) -> APIConnectionError:
        """The error that says why the connection closed."""
        return self._end or self.websocket.closed_error()

    # --- time

    def next_tick(self) -> float:
        """Return when to call `tick` next, in monotonic seconds."""
        if self._end is not None:  # what a peer still sends does not keep the connection
            return self._closing_since + PING_INTERVAL_S
        wait = PING_INTERVAL_S + (PING_TIMEOUT_S if self._pinged else 0.0)
        return self._heard_at + wait

    def tick(self, *, now: float) -> list[Context]:
        """Ping a silent peer, or give up if it did not answer; return the contexts to wake."""
        if now < self.next_tick():
            return []
        if not self.websocket.is_open:  # the peer did not end the closing connection in time
            self._given_up = True
            return []
        if not self._pinged:
            self._pinged = True
            self.websocket.ping()
            return []
        seconds = PING_INTERVAL_S + PING_TIMEOUT_S
        dead = APITimeoutError(
            f"the service sent nothing for {seconds:g} s, not even the answer to a ping",
            phase="idle",
            seconds=seconds,
        )
        self._given_up = True
        return self._finish(dead)
