# Written by tools/unasync.py from _aio/stream.py: edit that file, then `make generate`.
"""Streams of speech: one class for sockets, server-sent events and plain bytes."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol, Self

from .._http.account import Account
from .._http.config import NotCopyable, check_options
from .._protocol.context import State
from .._text.ledger import Ledger
from .._text.utterance import recorded
from ..audio import saving
from ..events import AudioChunk, Cancelled
from .flow import (
    Ongoing,
    ThreadLock,
    check_owner,
    close_dropped,
    is_elsewhere,
    owner,
    playing,
    sleep,
    start_now,
)

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Iterable,
        Iterator,
        Mapping,
    )

    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.saving import SaveTarget

    from .._http.operations import Change, Infill
    from .._http.records import StreamRecord
    from .._protocol.context import Context
    from .._protocol.gate import Ticket
    from .._protocol.stats import StreamStats
    from .._sound.encodings import Encoding
    from .._sound.shaper import Shaper
    from ..audio import Audio, AudioFormat
    from ..errors import StreamTruncatedError
    from ..events import SpeechEvent, Timing
    from ..observe import StreamTransport
    from ..options import Timeouts
    from ..play import Player
    from .connections import Connections
    from .flow import Owner
    from .gate import Gate
    from .http import ResponseSource
    from .websocket import ContextReader, SocketDriver

__all__ = ["SpeechStream"]


class Source(Protocol):
    """The source of the events of a stream.

    Attributes:
        context_id: The id of the context, or None.
        request_id: The id that the service gave the request, or None.
        ledger: The record of the text that was sent and of the audio that was delivered.
    """

    context_id: str | None
    request_id: str | None
    ledger: Ledger

    def ready(self) -> SpeechEvent | None:
        """Return an event that has already arrived, or None."""

    def wait(self) -> bool:
        """Wait until there may be an event; return False after the terminal one."""
        ...

    def close(self) -> None:
        """Cancel the speech if it is still going on and free its resources; safe to call twice."""


class SpeechStream(NotCopyable):
    """A stream of the events and the audio of one utterance.

    Iterate over it for events, or use `audio`, `collect` or `save`; each event is delivered once,
    whichever way you read it. You can leave a loop and read on later: a stopped, cancelled or
    interrupted read loses no event. Closing the stream cancels the speech; leaving its block, and
    dropping the stream, close it. Only one task or thread may read; any may call `cancel` and
    `close`. After `cancel`, the reader gets `Cancelled` as the last event; after `close`, the
    stream has no more events.

    Raises, while it is read:
        StreamTruncatedError: The stream broke off before its terminal event.
        APITimeoutError: No event arrived in time; see `Timeouts`.
        APIStatusError: The service reported an error.
    """

    __slots__ = (
        "__weakref__",
        "_account",
        "_cancelled",
        "_closed",
        "_context",
        "_error",
        "_home",
        "_opening",
        "_owner",
        "_played_from",
        "_player",
        "_source",
        "_start",
    )

    def __init__(
        self,
        start: Callable[[], Source] | None,
        record: StreamRecord,
        *,
        source: Source | None = None,
        context: object = None,
    ) -> None:
        self._owner: Owner | None = None  # the process and loop that close it if it is dropped
        self._home: Owner | None = None if source is None else owner()  # where it was opened
        self._context = context
        self._start = start
        self._opening: Ongoing[Source] | None = None
        self._source = source
        self._account = Account(record)
        self._closed = False
        self._cancelled = False  # whether the reader is still to learn that the stream is
        self._error: Exception | None = None
        self._player: Player | None = None  # plays the audio, or has played it
        self._played_from = 0.0  # seconds of audio that were read before

    def _opened(self) -> Source | None:
        """Start the speech on first use; return None if the stream was closed in the meantime."""
        self._check()
        if self._source is None and not self._closed:
            if self._error is not None:
                raise self._error
            if self._opening is None:
                assert self._start is not None
                self._owner = self._home = owner()
                self._opening = Ongoing(self._start)
            try:
                self._source = self._opening.result()
            except Exception as error:
                self._end(error)
                self._owner = None  # there is nothing to close
                raise
            if self._source is not None:
                self._start = self._opening = None
        return self._source

    def _check(self) -> None:
        """Raise an error in another process or event loop than the one that opened the stream."""
        if self._home is not None:
            check_owner(self._home)

    def _end(self, error: Exception) -> None:
        self._error = error  # each read raises it again, so the stream never looks complete
        self._account.record.end(error)

    def __iter__(self) -> Iterator[SpeechEvent]:
        return self

    def __next__(self) -> SpeechEvent:
        if self._error is not None:
            raise self._error
        if self._closed:
            return self._last()
        if self._home is not None and is_elsewhere(self._home):
            self._check()
        try:
            source = self._source or self._opened()
            if source is None:
                self._closed = self._cancelled = True
                return self._last()
            while (event := source.ready()) is None and source.wait():
                pass
        except Exception as error:
            self._end(error)
            self._leave()
            raise
        except BaseException:
            del self  # else the traceback of a cancelled task would keep the stream alive
            raise
        if self._cancelled:  # in the meantime
            return self._last()
        if event is None:
            self._leave()
            raise StopIteration
        self._account.take(event)
        return event

    def _last(self) -> Cancelled:
        """Return the last event of a cancelled stream, once; a closed stream has none."""
        if not self._cancelled:
            raise StopIteration
        self._cancelled = False
        event = Cancelled(context_id=self.context_id)
        self._account.take(event)
        return event

    def audio(
        self,
        *,
        frame_ms: float | None = None,
        sample_rate: int | None = None,
        encoding: Encoding | Literal["mp3"] | None = None,
    ) -> AudioBlocks:
        """Return an iterator over the audio alone, in blocks of whole samples as they arrive.

        The blocks of ``wav`` and ``mp3`` are the bytes of a file. The header of a ``wav`` may not
        have the length yet; `collect` and `save` correct it.

        With arguments, raw audio is cut and converted while it arrives. `duration` and `heard` then
        count the blocks that you got. If you leave the loop, read on with the same arguments.

        Closing the iterator closes the stream.

        Args:
            frame_ms: Length of each block in milliseconds, such as 20 for telephony; a whole number
                of samples, at most a minute. The last block is padded with silence, which does not
                count as speech. Default: blocks as they arrive.
            sample_rate: Sample rate to convert to, 8000 to 48000 Hz; needs the extra ``audio``. The
                conversion holds back up to 30 ms. Default: that of `format`.
            encoding: Encoding to convert to: ``pcm_s16le``, ``pcm_f32le``, ``pcm_mulaw`` or
                ``pcm_alaw``, which need the extra ``audio``, or ``mp3``, which needs the extra
                ``mp3``. Default: that of `format`.

        Raises:
            ConfigurationError: If an argument is invalid, the audio is not raw, or a package is not
                installed.
            LocalStateError: If a part of the audio waits in another form.
        """
        if frame_ms is None and sample_rate is None and encoding is None:
            self._account.check_shape()
            return AudioBlocks(self, self._account)
        shaper = self._account.shaper(frame_ms=frame_ms, sample_rate=sample_rate, encoding=encoding)
        return ShapedBlocks(self, self._account, partial(self._shaped, shaper))

    def _shaped(self, shaper: Shaper) -> bytes:
        """Return the next block of a shaper, and read on if it has none."""
        if self._closed and self._error is None:
            shaper.drop()  # as the stream does with the events that wait
        try:
            while not (block := shaper.block()):
                try:
                    event = next(self)
                except Exception:
                    # Deliver all that arrived; the next read raises the error of the stream again.
                    if self._error is None or not shaper.finish():
                        raise
                    continue
                shaper.feed(self._account.audio_of(event))
                if self._account.complete:
                    shaper.finish()
        except BaseException:
            del self
            raise
        return block

    def collect(self) -> Audio:
        """Wait for the whole utterance and return it.

        Cancelling or interrupting the wait cancels the speech.

        Raises:
            StreamTruncatedError: If the speech was cancelled, or the stream broke off.
        """
        data = bytearray()
        self._read(data.__iadd__)
        return self._result(bytes(data))

    def save(self, path: SaveTarget, *, progress: Callable[[int], object] | None = None) -> Audio:
        """Write the audio to a file while it arrives, with constant memory use.

        Raw audio becomes a WAV file, the samples alone if the name ends in ``.raw`` or ``.pcm``, or
        mp3 if it ends in ``.mp3``, which needs the extra ``mp3``. ``wav`` and ``mp3`` stay as they
        are. A WAV file states its true length, except in a pipe.

        A file at a path appears only when it is complete; a failure or a cancellation leaves no
        file behind. It replaces a file that was there, and keeps its mode.

        Args:
            path: A path, or a file open for writing bytes, which stays open.
            progress: Called after each block with the bytes of audio written so far.

        Returns:
            The utterance, with empty ``data``.

        Raises:
            ConfigurationError: If nothing can be saved there, or the name is that of another format
                than the audio has. Nothing was read, so that you can save elsewhere.
            OSError: If the file cannot be written.
        """
        nbytes = 0

        def take(block: bytes) -> None:
            nonlocal nbytes
            write(block)
            nbytes += len(block)
            if progress is not None:
                progress(nbytes)

        with saving(path, self.format) as write:
            self._read(take)
            return self._result(b"")

    def play(self, *, latency: float = 0.1, backend: str | None = None) -> Audio:
        """Play the audio while it arrives, and return when all of it was heard.

        Needs the extra ``play``. Cancelling or interrupting the wait, `cancel` and `close` silence
        the loudspeaker at once, and cancel the speech. ``heard(played)`` is then what was heard.

        Args:
            latency: Seconds of audio that the loudspeaker itself may hold; with less, it may
                stutter on a busy machine.
            backend: miniaudio's name of the sound system to use; by default any but the silent one.

        Returns:
            The utterance, with empty ``data``.

        Raises:
            PlaybackError: If no loudspeaker was found; nothing was read, so that you can save the
                speech instead. Also if the loudspeaker stops.
            StreamTruncatedError: If the speech was cancelled, or the stream broke off.
            ConfigurationError: If the extra is missing, or the format is not raw ``pcm_s16le`` or
                ``pcm_f32le``.
        """
        from ..play import AHEAD_S, Player, pauses

        self._check()
        make = partial(Player, self.format, latency=latency, backend=backend)
        with playing(make) as player:
            self._player, self._played_from = player, self.duration
            self._read(player.write, lambda: pauses(player, AHEAD_S))
            audio = self._result(b"")
            for seconds in pauses(player):
                sleep(seconds)
            if player.stopped:  # by `cancel` or `close`
                raise self._cut_short()
            player.latency = 0.0  # the loudspeaker has played what it held
        return audio

    @property
    def played(self) -> float:
        """Seconds of audio that `play` has played so far; for `heard`."""
        if self._player is None:
            return 0.0
        return self._played_from + max(0.0, self._player.played - self._player.latency)

    def _result(self, data: bytes) -> Audio:
        return self._account.result(
            data,
            text=self.heard(math.inf) if self._account.words else "",
            context_id=self.context_id,
            request_id=self.request_id,
        )

    def _read(
        self, take: Callable[[bytes], object], pauses: Callable[[], Iterable[float]] = tuple
    ) -> None:
        """Pass all audio to a function; after an interrupted read, the stream raises an error.

        Args:
            take: The function.
            pauses: Returns seconds to sleep after each block.
        """
        self._check()
        account = self._account
        if not self._closed:
            account.check_shape()
        try:
            for event in self:
                block = account.audio_of(event)
                if block:
                    take(block)
                    for seconds in pauses():
                        sleep(seconds)
        except BaseException:
            if self._error is None:
                self._error = self._cut_short()
            self.close()
            raise

    def _cut_short(self) -> StreamTruncatedError:
        return self._account.cut_short(context_id=self.context_id, request_id=self.request_id)

    def cancel(self) -> None:
        """Stop the speech at once: the reader gets `Cancelled` next, and no audio that waits.

        Call it from any task or thread, as often as you like; after `Done` it only silences `play`.
        `close` stops the speech as well, for a reader that wants no further event.
        """
        if not self._closed and self._account.record.outcome is None:
            self._cancelled = True
        self.close()

    def close(self) -> None:
        """Cancel the speech if it is still going on; safe to call twice.

        Raises:
            LocalStateError: In another process or event loop than the one that opened the stream.
        """
        self._check()
        if self._player is not None:
            self._player.stop()
        self._leave()

    def _leave(self) -> None:
        """Cancel the speech if it is still going on; `play` goes on with what was read."""
        self._closed = True
        _close(self._source, self._opening, self._account.record)
        self._owner = self._home = None

    def __del__(self) -> None:
        where: Owner | None = getattr(self, "_owner", None)  # `__init__` may not have run
        if where is not None:
            close_dropped(where, partial(_close, self._source, self._opening, self._account.record))

    def __enter__(self) -> Self:
        self._opened()
        return self

    def __exit__(self, *error: object) -> None:
        if self._home is None or not is_elsewhere(self._home):
            self.close()

    def heard(self, at: float) -> str:
        """Return the part of the text that a listener has heard at a playback position.

        Use it for the history of a conversation that was interrupted. The text is verbatim, with
        its spaces and tags.

        Args:
            at: Playback position: seconds of audio played from the start of this stream.

        Returns:
            The text up to the last word that ended by then. It is exact with ``add_timestamps``,
            and otherwise estimated from the length of the text.
        """
        if self._source is None:
            return ""
        return self._source.ledger.heard(self._account.reached(at))

    @property
    def format(self) -> AudioFormat:
        """Format of the audio."""
        return self._account.format

    @property
    def context_id(self) -> str | None:
        """The id of the context; None over HTTP unless you gave one."""
        return None if self._source is None else self._source.context_id

    @property
    def request_id(self) -> str | None:
        """The id that the service gave the HTTP request; None on a socket."""
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
        """Seconds of audio that you have received so far; an estimate for mp3."""
        return self._account.duration

    @property
    def time_to_first_audio(self) -> float | None:
        """Seconds from the request to the arrival of the first audio; None before it."""
        return self._account.record.meter.time_to_first_audio

    @property
    def stats(self) -> StreamStats:
        """Statistics so far: times, sizes, the lead over playback, and ids for support."""
        return self._account.record.stats


def _close(source: Source | None, opening: Ongoing[Source] | None, record: StreamRecord) -> None:
    """Stop the speech in any state; takes no stream, because ``__del__`` calls it too."""
    try:
        if source is None and opening is not None:
            source = opening.stop()
        if source is not None:
            source.close()
    finally:
        record.end()


def uploading(
    connections: Connections,
    transport: StreamTransport,
    call: Change | Infill,
    options: RequestOptions | None,
) -> SpeechStream:
    """Create the stream of a call with recordings, which are opened when it is sent."""
    check_options(options)
    record = connections.record(transport, call.format, call.model_id)

    def start() -> ResponseSource:
        from cartesia_runtime.files import Uploads

        with Uploads() as uploads:  # open for all attempts, until the response begins
            request = call.request(uploads, options)
            return connections.speech(request, options, record)

    return start_now(SpeechStream(start, record))


class AudioBlocks(NotCopyable):
    """Iterator over the audio of a stream, in blocks of whole samples.

    Closing it closes the stream. If you drop the iterator and keep the stream, you can read on.
    """

    __slots__ = ("_account", "_stream")

    def __init__(self, stream: SpeechStream, account: Account) -> None:
        self._stream = stream
        self._account = account

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        block = b""
        try:
            while not block:
                block = self._account.audio_of(next(self._stream))
        except BaseException:
            del self  # as in the stream
            raise
        return block

    def close(self) -> None:
        """Cancel the speech if it is still going on; safe to call twice."""
        self._stream.close()


class ShapedBlocks(AudioBlocks):
    """Iterator over the audio of a stream, in blocks of another form than that of its chunks."""

    __slots__ = ("_following",)

    def __init__(
        self, stream: SpeechStream, account: Account, following: Callable[[], bytes]
    ) -> None:
        super().__init__(stream, account)
        self._following = following

    def __next__(self) -> bytes:
        try:
            return self._following()
        except BaseException:
            del self  # as in the stream
            raise


class ContextSource:
    """The source of the events of a context that the user pushes text into.

    The socket holds a reference to it while the context is open. So it holds no reference to the
    user's objects: they can be dropped, and dropping them cancels the context.

    Attributes:
        reader: The context on the socket.
        ledger: The record of the text that was sent and of the audio that was delivered.
        context_id: Id of the context.
    """

    __slots__ = ("_driver", "_gate", "_record", "_ticket", "context_id", "ledger", "reader")

    request_id: str | None = None

    def __init__(
        self,
        gate: Gate,
        driver: SocketDriver,
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
            self._gate.leave(self._ticket, rate_limited=context.was_rate_limited)

    def send(
        self,
        text: str,
        *,
        more: bool,
        flush: bool = False,
        manner: Mapping[str, object] | None = None,
    ) -> None:
        """Send text, a flush or the end of the text; the first text or flush waits for a slot."""
        context = self.reader.context
        if more and self._ticket is None and not context.done:
            self._record.begin()
            with self._record.queueing():
                self._ticket = self._gate.enter(priority=0, seconds=self.reader.timeouts.queue)
            if context.done:  # in the meantime
                self._leave(context)
        self._driver.send(self.reader, text, more=more, flush=flush, manner=manner)
        if text:
            self.ledger.push(text)

    def ready(self) -> SpeechEvent | None:
        """Return an event that has already arrived, or None."""
        event = self.reader.context.pop()
        if type(event) is AudioChunk:
            self.ledger.audio(len(event.data))
            return event
        return None if event is None else recorded(self.ledger, event)

    def wait(self) -> bool:
        """Wait until there may be an event; return False after the terminal one."""
        return self._driver.wait(self.reader)

    def close(self) -> None:
        """Cancel the context if it is still open."""
        if not self.reader.context.done:
            self._driver.cancel(self.reader)

    def cancel(self) -> None:
        """Cancel the context, drop its unread events, and end its record."""
        self._driver.cancel(self.reader)
        self.leave()

    def leave(self) -> None:
        """Cancel the context if it is still open, and end its record."""
        self.close()
        context = self.reader.context
        self._record.end(context.fault, complete=context.state is State.DONE)
