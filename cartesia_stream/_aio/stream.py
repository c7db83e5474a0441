"""Speech as it arrives: one class for sockets, server-sent events and plain bytes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, Self

from .._http.account import Account
from .._protocol.context import State
from .._text.ledger import Ledger
from .._text.utterance import recorded
from ..audio import saving
from ..events import AudioChunk, Cancelled
from .flow import Ongoing, ThreadLock, close_dropped, owner

if TYPE_CHECKING:
    import os
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Generator,
        Mapping,
    )

    from .._http.records import StreamRecord
    from .._protocol.context import Context
    from .._protocol.gate import Ticket
    from .._protocol.stats import StreamStats
    from ..audio import Audio, AudioFormat
    from ..events import SpeechEvent, Timing
    from ..options import Timeouts
    from .flow import Owner
    from .gate import AsyncGate
    from .websocket import AsyncSocketDriver, ContextReader

__all__ = ["AsyncSpeechStream"]


class AsyncSource(Protocol):
    """Where the events of a stream come from."""

    @property
    def context_id(self) -> str | None:
        """The context it is spoken in."""

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""

    @property
    def ledger(self) -> Ledger:
        """The account of what was said and heard."""
        ...

    def ready(self) -> SpeechEvent | None:
        """An event that is here already; None when one must be waited for, or none is left."""

    def wait(self) -> Awaitable[bool]:
        """Wait until there may be one; False after the terminal one."""
        ...

    async def aclose(self) -> None:
        """Stop what is not over yet and free what it holds; safe to call twice."""


class AsyncSpeechStream:
    """An utterance while it is being spoken.

    Iterate it for events, or use `audio`, `collect` or `save`; each event comes once, whichever
    way it is read. Leaving a loop and reading on loses nothing, nor does a read that was cancelled
    or interrupted. The speech is cancelled when the stream is closed, which leaving its block does,
    and when it is dropped. One task or thread reads it; any may call `aclose`.

    Raises, while it is read:
        StreamTruncatedError: The stream broke off before its terminal event.
        APITimeoutError: No event arrived in time; see `Timeouts`.
        APIStatusError: The service reported an error.
    """

    __slots__ = (
        "__weakref__",
        "_account",
        "_closed",
        "_context",
        "_error",
        "_opening",
        "_owner",
        "_source",
        "_start",
    )

    def __init__(
        self,
        start: Callable[[], Awaitable[AsyncSource]] | None,
        record: StreamRecord,
        *,
        source: AsyncSource | None = None,
        context: object = None,
    ) -> None:
        self._owner: Owner | None = None  # where it is to be closed if it is dropped
        self._context = context
        self._start = start
        self._opening: Ongoing[AsyncSource] | None = None
        self._source = source
        self._account = Account(record)
        self._closed = False
        self._error: Exception | None = None

    async def _opened(self) -> AsyncSource | None:
        """Start it, if it is not started; None if it was closed meanwhile."""
        if self._source is None and not self._closed:
            if self._error is not None:
                raise self._error
            if self._opening is None:
                assert self._start is not None
                self._owner = owner()
                self._opening = Ongoing(self._start)
            try:
                self._source = await self._opening.result()
            except Exception as error:
                self._end(error)
                self._owner = None  # nothing is left to be closed
                raise
            if self._source is not None:
                self._start = self._opening = None
        return self._source

    def _end(self, error: Exception) -> None:
        self._error = error  # however often it is read, it never looks complete
        self._account.record.end(error)

    def __await__(self) -> Generator[object, None, Self]:  # aio
        yield from self._opened().__await__()  # aio
        return self  # aio

    def __aiter__(self) -> AsyncIterator[SpeechEvent]:
        return self

    async def __anext__(self) -> SpeechEvent:
        if self._error is not None:
            raise self._error
        if self._closed:
            raise StopAsyncIteration
        try:
            source = self._source or await self._opened()
            if source is None:
                self._closed = True
                return Cancelled()
            while (event := source.ready()) is None and await source.wait():
                pass
        except Exception as error:
            self._end(error)
            await self.aclose()
            raise
        except BaseException:
            del self  # or the traceback, which a cancelled task keeps, would keep the stream
            raise
        if event is None:
            await self.aclose()
            raise StopAsyncIteration
        self._account.take(event)
        return event

    def audio(self) -> AsyncAudioBlocks:
        """The audio alone, in blocks of whole samples, as they arrive.

        Closing what this returns closes the stream.
        """
        return AsyncAudioBlocks(self, self._account)

    async def collect(self) -> Audio:
        """Wait for the whole utterance; one that was cancelled raises `StreamTruncatedError`.

        A wait that is cancelled cancels the speech.
        """
        data = bytearray()
        await self._read(data.__iadd__)
        return self._account.result(
            bytes(data), context_id=self.context_id, request_id=self.request_id
        )

    async def save(
        self, path: str | os.PathLike[str], *, progress: Callable[[int], object] | None = None
    ) -> Audio:
        """Write the audio to a file while it arrives, in flat memory.

        Raw audio becomes a WAV file. The file appears when it is whole; a failure or a
        cancellation leaves none.

        Args:
            path: Where to.
            progress: Told after each block how many bytes of audio were written so far.

        Returns:
            What came, without its ``data``.
        """
        nbytes = 0

        def take(block: bytes) -> None:
            nonlocal nbytes
            write(block)
            nbytes += len(block)
            if progress is not None:
                progress(nbytes)

        with saving(path, self.format) as write:
            await self._read(take)
            return self._account.result(b"", context_id=self.context_id, request_id=self.request_id)

    async def _read(self, take: Callable[[bytes], object]) -> None:
        """Hand all audio on; a stream that is left in the middle of it raises from then on."""
        account = self._account
        try:
            async for event in self:
                block = account.audio_of(event)
                if block:
                    take(block)
        except BaseException:
            if self._error is None:
                self._error = account.cut_short(
                    context_id=self.context_id, request_id=self.request_id
                )
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Stop the speech if it is not over; safe to call twice."""
        self._closed = True
        await _close(self._source, self._opening, self._account.record)
        self._owner = None

    def __del__(self) -> None:
        if self._owner is not None:
            close_dropped(
                self._owner, partial(_close, self._source, self._opening, self._account.record)
            )

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    def heard(self, at: float) -> str:
        """The start of the text that had been spoken at a position of the audio.

        For the history of a conversation that was interrupted: verbatim, with its spaces and tags.

        Args:
            at: Playhead in seconds of audio played, from the start of this stream.

        Returns:
            Up to the last word that ended by then. Exact with ``add_timestamps``, otherwise
            estimated from the length of the text.
        """
        return "" if self._source is None else self._source.ledger.heard(at)

    @property
    def format(self) -> AudioFormat:
        """Format of the audio."""
        return self._account.format

    @property
    def context_id(self) -> str | None:
        """The context it is spoken in; None over HTTP unless one was given."""
        return None if self._source is None else self._source.context_id

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, over HTTP."""
        return None if self._source is None else self._source.request_id

    @property
    def words(self) -> tuple[Timing, ...]:
        """Word times so far; needs ``add_timestamps``."""
        return tuple(self._account.words or ())

    @property
    def phonemes(self) -> tuple[Timing, ...]:
        """Phoneme times so far; needs ``add_phoneme_timestamps``."""
        return tuple(self._account.phonemes or ())

    @property
    def duration(self) -> float:
        """Seconds of audio so far; an estimate for mp3."""
        return self._account.duration

    @property
    def time_to_first_audio(self) -> float | None:
        """Seconds from the request to the arrival of the first audio; None before it."""
        return self._account.record.meter.time_to_first_audio

    @property
    def stats(self) -> StreamStats:
        """How it is going: times, sizes, how far it is ahead of playback, and ids for support."""
        return self._account.record.stats


async def _close(
    source: AsyncSource | None, opening: Ongoing[AsyncSource] | None, record: StreamRecord
) -> None:
    """Stop speech, whatever has become of it; it must not know the stream, which may be gone."""
    try:
        if source is None and opening is not None:
            source = await opening.stop()
        if source is not None:
            await source.aclose()
    finally:
        record.end()


class AsyncAudioBlocks:
    """The audio of a stream, in blocks of whole samples.

    Closing it closes the stream. Where it is dropped, the stream can be read on, if that is kept.
    """

    __slots__ = ("_account", "_stream")

    def __init__(self, stream: AsyncSpeechStream, account: Account) -> None:
        self._stream = stream
        self._account = account

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        block = b""
        try:
            while not block:
                block = self._account.audio_of(await anext(self._stream))
        except BaseException:
            del self  # as above
            raise
        return block

    async def aclose(self) -> None:
        """Stop the speech if it is not over; safe to call twice."""
        await self._stream.aclose()


class ContextSource:
    """A context that the caller feeds, and its events.

    The socket knows it while the context is open, so it must not know the caller's handles.

    Args:
        gate: Where it waits for a slot of the plan's limit.
        driver: Its socket.
        context_id: Its id.
        fields: The constant fields of its requests.
        fmt: Format of the audio.
        record: What is measured and told of it.
        timeouts: How long to wait for a slot, the network and the events.

    Attributes:
        reader: The context on the socket.
        ledger: The account of what is said and heard.
        context_id: Its id.
    """

    __slots__ = ("_driver", "_gate", "_record", "_ticket", "context_id", "ledger", "reader")

    request_id: str | None = None

    def __init__(
        self,
        gate: AsyncGate,
        driver: AsyncSocketDriver,
        context_id: str,
        fields: Mapping[str, object],
        fmt: AudioFormat,
        record: StreamRecord,
        timeouts: Timeouts,
    ) -> None:
        timed = fields.get("add_timestamps") is True
        self.ledger: Ledger = Ledger(fmt, timed=timed, guard=ThreadLock())
        self.context_id: str | None = context_id
        self._gate = gate
        self._driver = driver
        self._record = record
        self._ticket: Ticket | None = None
        self.reader: ContextReader = driver.open(
            context_id,
            fields,
            ended=self._leave,
            meter=record.meter,
            timeouts=timeouts,
        )
        record.enter(context_id, driver)

    def _leave(self, context: Context) -> None:
        if self._ticket is not None:
            self._gate.leave(self._ticket, refused=context.was_refused)

    async def send(self, text: str, *, more: bool, flush: bool = False) -> None:
        """Send text, a flush or the end of the text; the first of them waits for a slot."""
        context = self.reader.context
        if more and self._ticket is None and not context.over:
            self._record.begin()
            with self._record.queueing():
                self._ticket = await self._gate.enter(
                    priority=0, seconds=self.reader.timeouts.queue
                )
            if context.over:  # meanwhile
                self._leave(context)
        await self._driver.send(self.reader, text, more=more, flush=flush)
        if text:
            self.ledger.push(text)

    def ready(self) -> SpeechEvent | None:
        """An event that is here already."""
        event = self.reader.context.pop()
        if type(event) is AudioChunk:
            self.ledger.audio(len(event.data))
            return event
        return None if event is None else recorded(self.ledger, event)

    def wait(self) -> Awaitable[bool]:
        """Wait until there is one; False after the terminal one."""
        return self._driver.wait(self.reader)

    async def aclose(self) -> None:
        """Cancel the context if it is not over."""
        if not self.reader.context.over:
            self._driver.cancel(self.reader)

    async def cancel(self) -> None:
        """Cancel the context if it is not over, and end its account."""
        await self.aclose()
        context = self.reader.context
        self._record.end(context.fault, complete=context.state is State.DONE)
