"""Speech to text: recordings, turns of a conversation, and dictation."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Generic, Self, TypeVar, cast

from cartesia_api.api.stt import AsyncStt
from cartesia_runtime.sender import Request

from .._http.config import NotCopyable
from .._http.records import ListenRecord
from .._http.sources import open_source
from .._protocol.books import DictationBook, TurnBook
from .._protocol.listen_fields import DEFAULT_MODEL, check_pace, listen_query, turn_settings
from .._protocol.listener import Listener, State
from ..errors import LocalStateError
from ..transcripts import DictateEvent, ListenEvent, ListenFormat, Transcript, TurnEnded
from .flow import TEXTS, Ongoing, check_owner, close_dropped, is_elsewhere, owner, start_now
from .listening import AsyncEars

if TYPE_CHECKING:
    import os
    from collections.abc import (
        AsyncIterable,
        AsyncIterator,
        Callable,
        Generator,
        Iterable,
        Sequence,
    )
    from typing import IO

    from cartesia_api.models.stt_language import SttLanguage
    from cartesia_api.models.stt_model import SttModel

    from .._http.sources import AudioBlock
    from ..audio import Audio, AudioFormat
    from ..observe import ListenTransport
    from ..transcripts import FinalTranscript, ListenStats
    from .connections import AsyncConnections
    from .flow import Owner

E = TypeVar("E", ListenEvent, DictateEvent)


class _AsyncEvents(NotCopyable, Generic[E]):
    """What both kinds of listeners have in common.

    A listener belongs to the process, and with asyncio to the event loop, that opened it. After a
    fork, or in another loop, it raises `LocalStateError`; leaving its block there does nothing.
    """

    __slots__ = ("__weakref__", "_ears", "_opened", "_opening", "_owner", "_silent")

    def __init__(self, ears: AsyncEars, *, pushed: bool) -> None:
        self._owner: Owner | None = None  # the process and loop that close it if it is dropped
        self._ears = ears
        self._opening: Ongoing[AsyncEars] | None = None
        self._opened = False
        self._silent = not pushed

    async def _open(self) -> AsyncEars:
        """Connect on first use."""
        self._check()
        ears = self._ears
        if not self._opened:
            if self._opening is None:
                ears.check()
                if ears.listener.done:
                    return ears  # closed before it was used: there is nothing to open
                self._owner = owner()
                self._opening = Ongoing(ears.start)
            await self._opening.result()
            self._opened = True
        return ears

    def _check(self) -> None:
        if self._owner is not None:
            check_owner(self._owner)

    def __await__(self) -> Generator[object, None, Self]:  # aio
        yield from self._open().__await__()  # aio
        return self  # aio

    def __aiter__(self) -> AsyncIterator[E]:
        return self

    async def __anext__(self) -> E:
        self._check()
        try:
            ears = await self._open()
            while True:
                rings = ears.news.rings
                event = ears.pop()
                if event is not None:
                    return cast("E", event)
                if not await ears.wait(rings):
                    break
        except Exception:
            await self.aclose()
            raise
        except BaseException:
            del self  # else the traceback of a cancelled task would keep the listener alive
            raise
        await self.aclose()
        raise StopAsyncIteration

    async def push(self, audio: AudioBlock) -> None:
        """Send audio; wait while more than ``max_lag`` seconds of it have not been sent.

        Args:
            audio: Bytes in the format of the listener, or an array of samples; a piece of any size.

        Raises:
            LocalStateError: After `finish`, or if the listener reads a source or has ended.
            CartesiaError: The error that ended the listener.
        """
        self._check_pushed()
        await (await self._open()).push(audio)

    def push_nowait(self, audio: AudioBlock) -> bool:
        """Send audio if there is room for it; never waits, as the callback of a device must not.

        The async client must have connected before: use the listener in ``async with``. A callback
        that runs in a thread of the device calls
        ``loop.call_soon_threadsafe(listener.push_nowait, audio)``.

        Returns:
            Whether it was taken; ``stats.dropped`` counts what was not.

        Raises:
            LocalStateError: After `finish`, before it has connected, or in another event loop,
                thread without one, or process.
        """
        self._check()
        self._check_pushed()
        if not self._opened:
            raise LocalStateError("connect first: use the listener in its with block")
        return self._ears.push_nowait(audio)

    def _check_pushed(self) -> None:
        if self._silent:
            raise LocalStateError("the listener reads its own source; leave it out to push audio")

    def mute(self) -> None:
        """Send silence in place of the audio from now on, which keeps the connection open."""
        self._check()
        self._ears.change(lambda listener: listener.mute(True, time.monotonic()))

    def unmute(self) -> None:
        """Send the audio again."""
        self._check()
        self._ears.change(lambda listener: listener.mute(False, time.monotonic()))

    async def finish(self) -> None:
        """Mark the audio as complete, and wait until the service has heard all of it.

        The last events can be read afterwards.

        Raises:
            CartesiaError: The error that ended the listener.
        """
        ears = await self._open()
        if not self._silent:
            ears.finish()
        await ears.drain()

    async def collect(self) -> Transcript:
        """Read to the end and return all that was heard; without a source, `finish` first.

        Cancelling or interrupting the wait cancels the listener.

        Raises:
            LocalStateError: If the listener was cancelled.
            CartesiaError: The error that ended the listener.
        """
        try:
            if not self._silent:
                (await self._open()).finish()
            async for _ in self:
                pass
            if self._ears.listener.state is State.CANCELLED:
                raise LocalStateError("the listener was cancelled before its end")
        except BaseException:
            await self.aclose()
            raise
        listener = self._ears.listener
        return Transcript(
            text=listener.book.text,
            pieces=tuple(listener.book.pieces),
            words=tuple(listener.book.words),
            duration=listener.duration,
            request_ids=listener.request_ids,
        )

    async def aclose(self) -> None:
        """End the listener at once, without the text that is still to come; safe to call twice.

        Raises:
            LocalStateError: In another process or event loop than the one that opened it.
        """
        self._check()
        await _close(self._ears, self._opening)
        self._owner = None

    def __del__(self) -> None:
        where = getattr(self, "_owner", None)
        if where is not None:
            close_dropped(where, partial(_close, self._ears, self._opening))
        elif not getattr(self, "_opened", True):
            self._ears.discard()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._owner is None or not is_elsewhere(self._owner):
            await self.aclose()

    @property
    def text(self) -> str:
        """All text so far, verbatim."""
        return self._ears.listener.book.text

    @property
    def format(self) -> ListenFormat:
        """Format of the audio."""
        return self._ears.listener.format

    @property
    def duration(self) -> float:
        """Seconds of audio so far."""
        return self._ears.listener.duration

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The service's ids of the connections, in order; quote them to support."""
        return self._ears.listener.request_ids

    @property
    def stats(self) -> ListenStats:
        """Statistics so far: seconds sent, sent again and lost, latencies, and ids for support."""
        return self._ears.record.stats


async def _close(ears: AsyncEars, opening: Ongoing[AsyncEars] | None) -> None:
    """End a listener in any state; takes no public object, because ``__del__`` calls it too."""
    if opening is not None:
        await opening.stop()
    await ears.aclose()


class AsyncListening(_AsyncEvents[ListenEvent]):
    """A listener that finds the turns of a speaker; `AsyncSTT.listen` starts it.

    Iterate over it for events, or use `turns` or `collect`. Only one task or thread may read; any
    may push, mute or close. You can leave a loop and read on later. Leaving its block, and dropping
    it, end it.

    Raises, while it is read:
        TranscriptTruncatedError: The connection was lost and no other one could go on.
        APITimeoutError: The service did not answer in time; see ``drain`` of `Timeouts`.
        APIStatusError: The service reported an error.
        Exception: What the source raised, after the events of the audio before it.
    """

    __slots__ = ()

    def turns(self) -> AsyncTurns:
        """Return an iterator over the turns that have ended."""
        return AsyncTurns(self)

    def configure(
        self,
        *,
        start_threshold: float | None = None,
        eager_end_threshold: float | None = None,
        end_threshold: float | None = None,
        end_timeout_ms: int | None = None,
    ) -> None:
        """Change settings of turns from now on; those that you leave out stay as they are.

        See `AsyncSTT.listen` for their meaning.

        Raises:
            ConfigurationError: If one is out of range, or does not fit those that stay.
            LocalStateError: If the listener has ended.
        """
        self._check()
        ears = self._ears
        given = {
            "start_threshold": start_threshold,
            "eager_end_threshold": eager_end_threshold,
            "end_threshold": end_threshold,
            "end_timeout_ms": end_timeout_ms,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        settings = turn_settings({**ears.listener.settings, **changes})
        ears.change(lambda listener: listener.configure(settings))


class AsyncTurns(NotCopyable):
    """Iterator over the turns of a listener that have ended; a wait that is cut off loses nothing.

    If you drop the iterator and keep the listener, you can read on.
    """

    __slots__ = ("_listening",)

    def __init__(self, listening: AsyncListening) -> None:
        self._listening: AsyncListening | None = listening

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> TurnEnded:
        try:
            while self._listening is not None:
                event = await anext(self._listening)
                if isinstance(event, TurnEnded):
                    return event
        except BaseException:
            del self  # as in the listener
            raise
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the iteration; the listener goes on."""
        self._listening = None


class AsyncDictation(_AsyncEvents[DictateEvent]):
    """A listener that writes down what it hears when you ask for it; `AsyncSTT.dictate` starts it.

    Push audio and call `finalize`, for example when a button is let go. Or iterate over it for
    events. Only one task or thread may read; any may push, finalize, mute or close. Leaving its
    block, and dropping it, end it.

    Raises, while it is read: as `AsyncListening`; also ``final`` of `Timeouts`.
    """

    __slots__ = ()

    async def finalize(self) -> FinalTranscript:
        """Return the text of exactly the audio that was pushed before, since the last call.

        Call it at the end of an utterance: in the middle of a word, the service guesses. If the
        wait is cancelled or interrupted, the text is in the answer of the next call.

        Raises:
            LocalStateError: After `finish`, or if the listener has ended.
            APITimeoutError: If the service does not answer in time; phase ``final``.
            CartesiaError: The error that ended the listener.
        """
        return await (await self._open()).finalize()


class AsyncSTT(AsyncStt):
    """Speech to text, available as ``client.stt``.

    `transcribe` takes a whole recording over HTTP. `listen` and `dictate` take audio while it is
    spoken, over a socket; each open listener takes one slot of your plan's limit on listeners.
    """

    def __init__(self, connections: AsyncConnections) -> None:
        super().__init__(connections)
        self._connections = connections

    def listen(
        self,
        source: str
        | os.PathLike[str]
        | Audio
        | AudioBlock
        | IO[bytes]
        | Iterable[AudioBlock]
        | AsyncIterable[AudioBlock]
        | None = None,
        *,
        format: ListenFormat | AudioFormat | None = None,
        model: SttModel | str = DEFAULT_MODEL,
        keyterms: Sequence[str] = (),
        start_threshold: float | None = None,
        eager_end_threshold: float | None = None,
        end_threshold: float | None = None,
        end_timeout_ms: int | None = None,
        pace: float | None = 1.0,
        max_lag: float = 30.0,
    ) -> AsyncListening:
        """Listen to a speaker, and find out when their turns begin and end.

        If the connection is lost, the client opens another one and sends again what was not yet
        understood: you get every word once, and a `Reconnected` event.

        Args:
            source: A path, bytes, an `Audio`, an open file, an array of samples, or an iterable of
                bytes or arrays, which the client reads in its own task or thread. It may block: the
                async client reads files and plain iterables in a thread. The client reads the
                header of WAV files, and of a pipe when it connects. Without a source, use `push`.
            format: Format of audio without a header.
            model: Id of the model.
            keyterms: Terms to expect, such as names: at most 100, with 1200 characters together.
            start_threshold: Likelihood of speech at which a turn begins, 0.5 to 0.9; the service
                uses 0.8. A higher value means fewer false starts.
            eager_end_threshold: Likelihood below which a turn is probably over, 0.3 to 0.6; the
                service uses 0.4.
            end_threshold: Likelihood below which it is over, 0.05 to 0.5; the service uses 0.2. A
                lower value means longer pauses within a turn.
            end_timeout_ms: Silence that ends a turn in any case, 640 to 11200 ms; the service uses
                5600.
            pace: How many seconds of a file to send in one second: the service takes audio as fast
                as it is spoken. Live audio, and audio that is sent again, is sent up to twice as
                fast. None sends as fast as possible.
            max_lag: Seconds of audio that may wait to be sent, before `push` waits.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            OSError: If the file cannot be opened.
            APIError: When it connects, if the service rejects the handshake or is unreachable.
        """
        settings = turn_settings(
            {
                "start_threshold": start_threshold,
                "eager_end_threshold": eager_end_threshold,
                "end_threshold": end_threshold,
                "end_timeout_ms": end_timeout_ms,
            }
        )
        query = partial(listen_query, model=model, keyterms=keyterms)
        ears = self._ears("listen", source, format, model, query, settings, pace, max_lag)
        return start_now(AsyncListening(ears, pushed=source is None))

    def dictate(
        self,
        source: str
        | os.PathLike[str]
        | Audio
        | AudioBlock
        | IO[bytes]
        | Iterable[AudioBlock]
        | AsyncIterable[AudioBlock]
        | None = None,
        *,
        format: ListenFormat | AudioFormat | None = None,
        model: SttModel | str = DEFAULT_MODEL,
        language: SttLanguage | str | None = None,
        keyterms: Sequence[str] = (),
        min_volume: float | None = None,
        max_silence_duration_secs: float | None = None,
        pace: float | None = 1.0,
        max_lag: float = 30.0,
    ) -> AsyncDictation:
        """Listen to a speaker, and write down the text when you call `finalize`.

        Lost connections are replaced as in `listen`.

        Args:
            source: As in `listen`.
            format: Format of audio without a header.
            model: Id of the model.
            language: Language of the speech, such as ``en``; nothing is detected.
            keyterms: Terms to expect, as in `listen`; for ``ink-2``.
            min_volume: Volume below which audio counts as silence, 0 to 1; for ``ink-whisper``.
            max_silence_duration_secs: Silence that ends a piece of text without `finalize`; for
                ``ink-whisper``.
            pace: As in `listen`.
            max_lag: As in `listen`.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            OSError: If the file cannot be opened.
            APIError: When it connects, if the service rejects the handshake or is unreachable.
        """
        query = partial(
            listen_query,
            model=model,
            keyterms=keyterms,
            language=language,
            min_volume=min_volume,
            max_silence_duration_secs=max_silence_duration_secs,
        )
        ears = self._ears("dictate", source, format, model, query, None, pace, max_lag)
        return start_now(AsyncDictation(ears, pushed=source is None))

    def _ears(
        self,
        transport: ListenTransport,
        source: object,
        format: ListenFormat | AudioFormat | None,
        model: str,
        query: Callable[..., tuple[tuple[str, str], ...]],
        settings: dict[str, float] | None,
        pace: float | None,
        max_lag: float,
    ) -> AsyncEars:
        """Check the arguments, open the source, and make what will send it."""
        query(ListenFormat(), settings=settings)  # before the source is opened
        check_pace(pace, max_lag)
        opened = open_source(source, format, TEXTS)
        connections, turns = self._connections, transport == "listen"
        listener = Listener(
            TurnBook() if turns else DictationBook(),
            opened.format,
            timeouts=connections.config.timeouts,
            pace=pace,
            live=opened.live,
            max_lag=max_lag,
            max_restarts=connections.max_retries,
            max_buffer_bytes=connections.config.max_buffer_bytes,
            settings=settings or {},
            now=time.monotonic(),
        )

        def handshake() -> Request:
            return Request(
                operation=f"stt_{transport}",
                method="GET",
                path="/stt/turns/websocket" if turns else "/stt/websocket",
                params=query(listener.format, settings=listener.settings if turns else None),
                idempotent=True,
            )

        record = ListenRecord(connections.config.observers, transport, model, listener)
        return AsyncEars(listener, opened, handshake, connections, record)
