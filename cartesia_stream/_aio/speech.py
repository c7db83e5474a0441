"""The engine of `speak`: send the text, read the events, and start again after a failure."""

from __future__ import annotations

import time
import uuid
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final

from .._http.account import cut_short_error
from .._text.pace import Pace
from ..errors import APIConnectionError, APIError, CartesiaError, RateLimitError
from ..events import Cancelled, Done
from ..options import Piece
from .flow import Bell, Mutex, Ongoing, TextTask, pieces_of, sleep

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence

    from .._http.records import StreamRecord
    from .._protocol.context import Context
    from .._protocol.gate import Ticket
    from .._text.chunker import Chunker
    from .._text.ledger import Ledger
    from .._text.utterance import Recovery, Utterance
    from ..events import SpeechEvent
    from ..observe import RestartReason
    from ..options import GenerationConfig, Timeouts
    from .gate import AsyncGate
    from .websocket import AsyncSocketDriver, ContextReader

_PACE_INTERVAL_S: Final = 0.05  # between looks at text that is held back


class AsyncSpeech:
    """The source of the events of `speak`.

    Args:
        utterance: The text so far, and the rules for recovery from a failure.
        gate: Returns the queue for slots of the plan's limit; called when the speech starts.
        context_id: Id of the first context; later contexts get random ids.
        chunker: Splits the text into sentences; None leaves that to the service.
    """

    __slots__ = (
        "_acquire",
        "_chunker",
        "_closed",
        "_closing",
        "_driver",
        "_error",
        "_failure",
        "_gate",
        "_get_gate",
        "_manners",
        "_mutex",
        "_over",
        "_priority",
        "_reader",
        "_ready",
        "_record",
        "_recovery",
        "_text",
        "_text_task",
        "_ticket",
        "_timeouts",
        "_utterance",
        "context_id",
        "ledger",
    )

    request_id: str | None = None

    def __init__(
        self,
        utterance: Utterance,
        text: str | Iterable[str | Piece | None] | AsyncIterable[str | Piece | None],
        *,
        acquire: Callable[[], Awaitable[AsyncSocketDriver]],
        gate: Callable[[], AsyncGate],
        context_id: str | None,
        priority: int,
        timeouts: Timeouts,
        chunker: Chunker | None,
        record: StreamRecord,
    ) -> None:
        self.context_id: str | None = context_id
        self.ledger: Ledger = utterance.ledger
        self._utterance = utterance
        self._text = text
        self._acquire = acquire
        self._get_gate = gate
        self._priority = priority
        self._timeouts = timeouts
        self._chunker = chunker
        self._record = record
        self._manners: list[tuple[int, int, GenerationConfig]] = []  # of places in the text
        self._mutex = Mutex()  # pushes wait while a new context is being opened
        self._driver: AsyncSocketDriver | None = None
        self._reader: ContextReader | None = None
        self._ticket: Ticket | None = None
        self._text_task: TextTask | None = None
        self._ready: list[SpeechEvent] = []  # usually empty; a deque takes ten times the memory
        self._error: Exception | None = None
        self._failure: APIError | None = None  # the failure to recover from
        self._recovery: Ongoing[None] | None = None  # continues when the reader is cancelled
        self._over = False  # the stream has ended, although its context has not
        self._closed = False
        self._closing: Bell | None = None  # interrupts the delay before a new context

    async def start(self) -> AsyncSpeech:
        """Open a context and start to send the text."""
        self._record.begin()
        self._gate = self._get_gate()
        del self._get_gate
        whole = self._text if isinstance(self._text, str) else ""
        if whole:
            self.ledger.push(whole)
            self._utterance.finished = True
            self._text = ""
        try:
            await self._begin(whole)
        except BaseException as error:
            if isinstance(error, APIError):
                self._utterance.give_up(error)
            await self.aclose()
            raise
        if not self._utterance.finished:
            self._text_task = TextTask(self._feed)
        return self

    async def _begin(self, text: str) -> None:
        """Get a socket and a slot, open a context and send the text so far."""
        driver = await self._acquire()  # first, so that no slot waits for a handshake
        if self._ticket is None or not self._ticket.granted:
            with self._record.queueing():
                self._ticket = await self._gate.enter(
                    priority=self._priority, seconds=self._timeouts.queue
                )
        context_id = self.context_id
        if context_id is None or self._utterance.restarts:
            context_id = str(uuid.uuid4())
        fields = self._utterance.fields
        ended, meter, timeouts = self._ended, self._record.meter, self._timeouts
        try:
            reader = driver.open(context_id, fields, ended=ended, meter=meter, timeouts=timeouts)
        except APIConnectionError:  # the connection was lost in the meantime
            driver = await self._acquire()
            reader = driver.open(context_id, fields, ended=ended, meter=meter, timeouts=timeouts)
        self._reader = reader
        self._utterance.fields = reader.context.encoder  # smaller than the fields
        self._record.enter(context_id, driver)
        self._driver = driver
        self.context_id = context_id
        *parts, (last, manner) = self._parts_of(text)
        for part, its_manner in parts:
            await self._send(part, more=True, manner=its_manner)
        if last or self._utterance.finished:
            await self._send(last, more=not self._utterance.finished, manner=manner)

    def _parts_of(self, text: str) -> list[tuple[str, GenerationConfig | None]]:
        """Split the rest of the text so far at the pieces that have options of their own."""
        at = start = len(self.ledger.source) - len(text) if self._manners else 0
        parts: list[tuple[str, GenerationConfig | None]] = []
        for begin, end, manner in self._manners:
            if end > at:
                parts.append((text[at - start : max(begin, at) - start], None))
                parts.append((text[max(begin, at) - start : end - start], manner))
                at = end
        return [part for part in parts if part[0]] + [(text[at - start :], None)]

    def _ended(self, context: Context) -> None:
        """Give the slot back when the service no longer works on the context."""
        if self._ticket is not None and not context.was_rate_limited:  # that ticket waits again
            self._gate.leave(self._ticket)

    # --- text in

    async def _feed(self) -> None:
        try:
            pause = None if self._chunker is None else self._chunker.PAUSE_S
            text, self._text = self._text, ""
            pace = Pace(now=time.monotonic())
            async with aclosing(pieces_of(text, pause)) as pieces:
                async for piece in pieces:
                    if self._closed:
                        return
                    for chunk in self._speakable(piece):
                        await self._push(chunk, pace)
            for chunk in [] if self._chunker is None else self._chunker.finish():
                await self._push(chunk, pace)
            async with self._mutex:
                self._utterance.finished = True
                await self._send("", more=False)
        except Exception as error:
            self._error = error  # the consumer gets what the text raised
            async with self._mutex:
                self._cancel()

    def _speakable(self, piece: str | Piece | None) -> Sequence[str | Piece]:
        """Return the text to send after a piece, or after a pause (None)."""
        chunker = self._chunker
        if isinstance(piece, Piece):
            return [*([] if chunker is None else chunker.finish()), piece]
        if chunker is None:
            return [piece] if piece else []
        return chunker.pause() if piece is None else chunker.feed(piece)

    async def _push(self, piece: str | Piece, pace: Pace) -> None:
        """Send a piece, once the text is not too far ahead of its audio."""
        if isinstance(piece, Piece):
            text, manner, flush = piece.text, piece.generation_config, piece.flush
        else:
            text, manner, flush = piece, None, False
        if text:
            while self._holds(pace):
                await sleep(_PACE_INTERVAL_S)
            pace.sent(text)
        async with self._mutex:
            if text:
                if manner is not None:
                    begin = len(self.ledger.source)
                    self._manners.append((begin, begin + len(text), manner))
                self.ledger.push(text)
                await self._send(text, more=True, manner=manner)
            if flush:
                await self._send("", more=True, flush=True)

    def _holds(self, pace: Pace) -> bool:
        if self._closed:
            return False
        waiting = self._reader is not None and self._reader.context.has_news
        return pace.holds(self.ledger.seconds, waiting=waiting, now=time.monotonic())

    async def _send(
        self,
        text: str,
        *,
        more: bool,
        flush: bool = False,
        manner: GenerationConfig | None = None,
    ) -> None:
        driver, reader = self._driver, self._reader
        assert driver is not None
        assert reader is not None
        try:
            await driver.send(reader, text, more=more, flush=flush, manner=manner)
        except CartesiaError:
            if not reader.context.done:
                raise
            # else the consumer gets the cause, and starts again with all the text so far

    # --- events out

    def ready(self) -> SpeechEvent | None:
        """Return an event that has already arrived, or None; raise the exception of the text."""
        reader = self._reader
        if reader is None or self._ready or self._over:
            return self._ready.pop(0) if self._ready else None
        event = reader.context.pop()
        return None if event is None else self._digest(event, reader.context)

    async def wait(self) -> bool:
        """Wait until there may be an event; return False after the terminal one."""
        while not self._ready:
            if self._over:
                return False
            driver, reader = self._driver, self._reader
            assert driver is not None
            assert reader is not None
            if self._recovery is None:
                failure, self._failure = self._failure, None
                if failure is None:
                    try:
                        return await driver.wait(reader)
                    except APIError as error:
                        failure = error
                self._recovery = Ongoing(partial(self._recover, failure))
            await self._recovery.result()
            self._recovery = None
        return True

    def _digest(self, event: SpeechEvent, context: Context) -> SpeechEvent | None:
        """Process an event and return the next one for the consumer, or None."""
        if self._utterance.passes(event):
            return event
        if isinstance(event, Cancelled) and self._error is not None:
            raise self._error
        if isinstance(event, Done) and context.cut_short:
            self._failure = cut_short_error(context)
        else:
            self._ready += self._utterance.receive(event)
        return self._ready.pop(0) if self._ready else None

    async def _recover(self, error: APIError) -> None:
        """Start again after a failure, or raise the failure."""
        async with self._mutex:
            if self._error is not None:
                raise self._error
            recovery = None if self._closed else self._utterance.recover(error)
            if recovery is not None:
                self._ready += recovery.events
                try:
                    await self._begin_again(error, recovery)
                except CartesiaError as failure:
                    if not self._closed:
                        self._utterance.give_up(error)
                        raise error from (None if failure is error else failure)
            elif not self._closed:
                raise error
            if self._closed:  # in the meantime
                self._give_back()
                self._over = True
                self._ready.append(Cancelled(context_id=self.context_id))

    async def _begin_again(self, error: APIError, recovery: Recovery) -> None:
        ticket = self._ticket
        reason: RestartReason = "resumed" if recovery.resumed else "replayed"
        if isinstance(error, RateLimitError) and not recovery.resumed:
            reason = "rate_limited"
        if isinstance(error, RateLimitError) and ticket is not None and ticket.granted:
            with self._record.queueing():
                await self._gate.enter_again(ticket, error)
        elif recovery.delay:
            self._closing = Bell()
            if not self._closed:  # aclose may have run before the bell existed
                await self._closing.wait(0, recovery.delay)
        if self._utterance.is_said:
            self._over = True
            self._ready += self._utterance.receive(Done(context_id=self.context_id))
        elif not self._closed:
            self._record.restart(reason, error, dropped=recovery.dropped)
            await self._begin(recovery.text)

    def _cancel(self) -> None:
        driver, reader = self._driver, self._reader
        if driver is not None and reader is not None and not reader.context.done:
            driver.cancel(reader)

    def _give_back(self) -> None:
        """Cancel the context if it is still open, and give the slot back."""
        self._cancel()
        if self._ticket is not None:
            self._gate.leave(self._ticket)

    async def aclose(self) -> None:
        """Cancel the speech if it still goes on, give the slot back, and stop reading the text."""
        self._closed = True
        if self._closing is not None:
            self._closing.ring()
        self._give_back()
        if self._recovery is not None:
            await self._recovery.stop()
            self._give_back()
        if self._text_task is not None:
            await self._text_task.stop()
