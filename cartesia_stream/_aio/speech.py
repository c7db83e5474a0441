"""What `speak` does: feeds the text, reads the events, and begins again where it may."""

from __future__ import annotations

import uuid
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from .._http.account import cut_short_error
from ..errors import APIConnectionError, APIError, CartesiaError, RateLimitError
from ..events import Cancelled, Done
from .flow import Mutex, Ongoing, Signal, TextTask, pieces_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable

    from .._http.records import StreamRecord
    from .._protocol.context import Context
    from .._protocol.gate import Ticket
    from .._text.chunker import Chunker
    from .._text.ledger import Ledger
    from .._text.utterance import Recovery, Utterance
    from ..events import SpeechEvent
    from ..observe import RestartReason
    from ..options import Timeouts
    from .gate import AsyncGate
    from .websocket import AsyncSocketDriver, ContextReader


class AsyncSpeech:
    """The source of a spoken stream.

    Args:
        utterance: What is said, and what a failure means.
        text: All of it, or its pieces as they come.
        acquire: Gives a socket.
        gate: Where the slots of the plan's limit are given; asked for on the start.
        context_id: Of the first context; later ones make theirs up.
        priority: Higher waits less for a slot.
        timeouts: How long to wait for a slot, the network and the events.
        chunker: Cuts the pieces into sentences here, or None to leave that to the service.
        record: What is measured and told of it.
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
    )

    request_id: str | None = None

    def __init__(
        self,
        utterance: Utterance,
        text: str | Iterable[str] | AsyncIterable[str],
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
        self._utterance = utterance
        self._text = text
        self._acquire = acquire
        self._get_gate = gate
        self._priority = priority
        self._timeouts = timeouts
        self._chunker = chunker
        self._record = record
        self._mutex = Mutex()  # a push waits while another context is begun
        self._driver: AsyncSocketDriver | None = None
        self._reader: ContextReader | None = None
        self._ticket: Ticket | None = None
        self._text_task: TextTask | None = None
        self._ready: list[SpeechEvent] = []  # few, and mostly none; a deque takes ten times as much
        self._error: Exception | None = None
        self._failure: APIError | None = None  # to be recovered from
        self._recovery: Ongoing[None] | None = None  # goes on if the reader is cancelled
        self._over = False  # though no context says so
        self._closed = False
        self._closing: Signal | None = None  # ends the pause before another context

    @property
    def ledger(self) -> Ledger:
        """The account of what was said and heard."""
        return self._utterance.ledger

    async def start(self) -> AsyncSpeech:
        """Open a context and begin to send."""
        self._record.begin()
        self._gate = self._get_gate()
        del self._get_gate
        whole = self._text if isinstance(self._text, str) else ""
        if whole:
            self._utterance.ledger.push(whole)
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
        """Open a context for a text, and for what follows it."""
        if self._ticket is None or not self._ticket.granted:
            with self._record.queueing():
                self._ticket = await self._gate.enter(
                    priority=self._priority, seconds=self._timeouts.queue
                )
        context_id = self.context_id
        if context_id is None or self._utterance.restarts:
            context_id = str(uuid.uuid4())
        driver, fields = await self._acquire(), self._utterance.fields
        ended, meter, timeouts = self._ended, self._record.meter, self._timeouts
        try:
            reader = driver.open(context_id, fields, ended=ended, meter=meter, timeouts=timeouts)
        except APIConnectionError:  # it was lost since
            driver = await self._acquire()
            reader = driver.open(context_id, fields, ended=ended, meter=meter, timeouts=timeouts)
        self._reader = reader
        self._utterance.fields = reader.context.encoder  # takes less than what it was made of
        self._record.enter(context_id, driver)
        self._driver = driver
        self.context_id = context_id
        if text or self._utterance.finished:
            await self._send(text, more=not self._utterance.finished)

    def _ended(self, context: Context) -> None:
        """Give the slot back when the service works on the context no more."""
        if self._ticket is not None and not context.was_refused:  # or it waits in line again
            self._gate.leave(self._ticket)

    # --- text in

    async def _feed(self) -> None:
        try:
            pause = None if self._chunker is None else self._chunker.PAUSE_S
            text, self._text = self._text, ""
            async with aclosing(pieces_of(text, pause)) as pieces:
                async for piece in pieces:
                    if self._closed:
                        return
                    for chunk in self._speakable(piece):
                        await self._push(chunk)
            for chunk in [] if self._chunker is None else self._chunker.finish():
                await self._push(chunk)
            async with self._mutex:
                self._utterance.finished = True
                await self._send("", more=False)
        except Exception as error:
            self._error = error  # the text's own error belongs to the consumer
            async with self._mutex:
                self._cancel()

    def _speakable(self, piece: str | None) -> list[str]:
        """What can go out after a piece of the text, or a pause."""
        chunker = self._chunker
        if chunker is None:
            return [piece] if piece else []
        return chunker.pause() if piece is None else chunker.feed(piece)

    async def _push(self, piece: str) -> None:
        if piece:
            async with self._mutex:
                self._utterance.ledger.push(piece)
                await self._send(piece, more=True)

    async def _send(self, text: str, *, more: bool) -> None:
        driver, reader = self._driver, self._reader
        assert driver is not None
        assert reader is not None
        try:
            await driver.send(reader, text, more=more)
        except CartesiaError:
            if not reader.context.over:
                raise
            # otherwise the consumer meets the cause, and begins again with all text so far

    # --- events out

    def ready(self) -> SpeechEvent | None:
        """An event that is here already; raises what the text raised."""
        reader = self._reader
        if reader is None or self._ready or self._over:
            return self._ready.pop(0) if self._ready else None
        event = reader.context.pop()
        return None if event is None else self._digest(event, reader.context)

    async def wait(self) -> bool:
        """Wait until there may be an event; False after the terminal one."""
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
        """What the consumer gets first for an event; None if nothing yet."""
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
        """Begin again after a failure, or raise it."""
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
            if self._closed:  # meanwhile
                self._give_back()
                self._over = True
                self._ready.append(Cancelled(context_id=self.context_id))

    async def _begin_again(self, error: APIError, recovery: Recovery) -> None:
        ticket = self._ticket
        reason: RestartReason = "resumed" if recovery.resumed else "replayed"
        if isinstance(error, RateLimitError) and ticket is not None and ticket.granted:
            reason = "refused"
            with self._record.queueing():
                await self._gate.enter_again(ticket, error)
        elif recovery.delay:
            self._closing = Signal()
            if not self._closed:  # set before it looks for the signal
                await self._closing.wait(recovery.delay)
        if self._utterance.is_said:
            self._over = True
            self._ready += self._utterance.receive(Done(context_id=self.context_id))
        elif not self._closed:
            self._record.restart(reason, error, dropped=recovery.dropped)
            await self._begin(recovery.text)

    def _cancel(self) -> None:
        driver, reader = self._driver, self._reader
        if driver is not None and reader is not None and not reader.context.over:
            driver.cancel(reader)

    def _give_back(self) -> None:
        """Cancel what is not over, and give the slot back."""
        self._cancel()
        if self._ticket is not None:
            self._gate.leave(self._ticket)

    async def aclose(self) -> None:
        """Cancel what is not over, give the slot back, and stop reading the text."""
        self._closed = True
        if self._closing is not None:
            self._closing.set()
        self._give_back()
        if self._recovery is not None:
            await self._recovery.stop()
            self._give_back()
        if self._text_task is not None:
            await self._text_task.stop()
