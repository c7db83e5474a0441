"""Many contexts over one socket: routing, liveness, and one cause for whatever ends them."""

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
PING_INTERVAL_S: Final = 20.0  # of silence, after which the peer is asked for a sign of life
PING_TIMEOUT_S: Final = 20.0  # that it has for the answer
MAX_BACKLOG: Final = 1 << 24  # bytes that the peer may leave untaken, such as answers to its pings


class Session:
    """The protocol of the TTS socket; not thread-safe, the driver locks.

    Everything here is total: what the peer sends becomes an event, the fault of a context, or a
    count in `dropped`, and never an exception out of `receive`.

    Args:
        websocket: The connection, which is open.
        secret: The API key, kept out of every message.
        max_buffer_bytes: Bound on the audio that waits to be read, per context.
        now: Monotonic seconds.

    Attributes:
        contexts: The contexts that have not ended.
        idle_since: When the last context began or ended, monotonic seconds.
        dropped: Frames of contexts that are unknown, finished or cancelled.
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

    # --- our moves

    @property
    def usable(self) -> bool:
        """Whether a new context can be opened."""
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
        """Make a context; the service learns of it with its first text.

        Raises:
            LocalStateError: If the id was used on this connection, where late frames of the former
                context could reach the new one.
            ConnectionClosedError: If the connection is over.
        """
        if not self.usable:
            raise self._end or self.websocket.closed_error()
        if context_id in self._used or context_id in self.contexts:
            raise LocalStateError(
                "this context_id was already used on this connection; use a new one",
                context_id=context_id,
            )
        if isinstance(fields, RequestEncoder):  # of an earlier context
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

    def send(self, context: Context, text: str, *, more: bool, flush: bool, now: float) -> None:
        """Send text, a flush, or the end of the input.

        Raises:
            LocalStateError: If the context has finished.
            APIError: What ended the context.
            ConfigurationError: If the text cannot be sent; the context is as it was.
        """
        message = context.encoder.generate(text, more=more, flush=flush)
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
        """Stop a context at once; what the service still sends for it is dropped."""
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
        """Whether nothing more is to be expected, so that the socket can go."""
        return self._given_up or self.websocket.is_closed

    def _drop(self, context: Context) -> None:
        if self.contexts.pop(context.id, None) is not None:
            self.idle_since = max(self.idle_since, self._heard_at)
            if context.ended is not None:
                context.ended(context)

    def close(self) -> list[Context]:
        """Start the closing handshake; open contexts end with the cause."""
        self.websocket.close()
        return self._finish(closed_error(1000, "", by_us=True))

    # --- the peer's moves

    def get_buffer(self) -> memoryview:
        """Where to put the next bytes from the network, at least one."""
        return self.websocket.get_buffer()

    def receive(self, nbytes: int, *, now: float) -> list[Context]:
        """Take the bytes that were put there; the contexts whose consumers have news."""
        self._heard_at = now
        self._pinged = False
        news: dict[Context, None] = {}  # each but once, in order
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
        """A frame that names no context, or one that is not open."""
        if event.context_id is None and len(self.contexts) == 1:
            (context,) = self.contexts.values()  # can only be meant for this one
            if context.receive(event, now=now):
                news[context] = None
                if context.over:
                    self._forget(context, tell=context.state is State.FAILED)
                return
        self.dropped += 1
        logger.debug("< dropped %s ctx=%s", event.type, event.context_id)

    def _fail(self, error: APIError, news: dict[Context, None]) -> None:
        """Give a fault to the context that it names, or to all when it names none."""
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
                # an error frame has ended the context there; after a bad frame it goes on
                self._forget(context, tell=not isinstance(error, APIStatusError))

    def receive_eof(self, *, now: float, cause: APIConnectionError | None = None) -> list[Context]:
        """Take the end of the stream, or the network fault that amounts to it."""
        self.websocket.receive_eof()
        if self._end is not None:
            return []
        return self._finish(cause or self.websocket.closed_error())

    def _finish(self, end: APIConnectionError) -> list[Context]:
        self._end = self._end or redact(end, self._secret)
        ended = [context for context in self.contexts.values() if context.eof(copy.copy(end))]
        for context in list(self.contexts.values()):
            self._drop(context)
        return ended

    @property
    def end(self) -> APIConnectionError:
        """Why the connection is over."""
        return self._end or self.websocket.closed_error()

    # --- time

    def next_tick(self) -> float:
        """When `tick` wants to be called, in monotonic seconds."""
        wait = PING_INTERVAL_S + (PING_TIMEOUT_S if self._pinged else 0.0)
        return self._heard_at + wait

    def tick(self, *, now: float) -> list[Context]:
        """Ping a silent peer; give up on a dead one."""
        if now < self.next_tick():
            return []
        if not self.websocket.is_open:  # closed, and the peer had its time to hang up
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
