# Written by tools/unasync.py from _aio/stream.py: edit that file, then `make generate`.
"""Speech as it arrives: one class for sockets, server-sent events and plain bytes."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Protocol, Self

from .._core.log import debugging, log_event
from .._core.stream import Account
from .._core.utterance import entered
from ..audio import saving
from ..events import AudioChunk

if TYPE_CHECKING:
    import os
    from collections.abc import (
        Callable,
        Iterator,
    )

    from .._core.ledger import Ledger
    from .._core.observe import Life
    from .._core.stats import StreamStats
    from ..audio import Audio, AudioFormat
    from ..events import SpeechEvent, Timing
    from .websocket import Lane, SocketDriver

__all__ = ["SpeechStream"]


class Source(Protocol):
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

    def wait(self) -> bool:
        """Wait until there may be one; False after the terminal one."""
        ...

    def close(self) -> None:
        """Stop what is not over yet and free what it holds; safe to call twice."""


class SpeechStream:
    """An utterance while it is being spoken.

    Iterate it for events, or use `audio`, `collect` or `save`; each event comes once, whichever
    way it is read. Use it as ``with``: leaving the block early cancels the speech.
    One thread reads it; `close` may be called by any.

    Raises, while it is read:
        StreamTruncatedError: The stream broke off before its terminal event.
        APITimeoutError: No event arrived in time; see `Timeouts`.
        APIStatusError: The service reported an error.
    """

    __slots__ = (
        "__weakref__",
        "_account",
        "_closed",
        "_error",
        "_life",
        "_source",
        "_start",
    )

    def __init__(self, start: Callable[[], Source], life: Life) -> None:
        self._start = start
        self._source: Source | None = None
        self._life = life
        self._account = Account(life)
        self._closed = False
        self._error: Exception | None = None

    def _opened(self) -> Source:
        if self._source is None:
            try:
                self._source = self._start()
            except BaseException as error:
                self._end(error)
                raise
            if self._closed:  # while it was being started
                self._source.close()
        return self._source

    def _end(self, error: BaseException) -> None:
        self._life.end(error if isinstance(error, Exception) else None)

    def __iter__(self) -> Iterator[SpeechEvent]:
        return self

    def __next__(self) -> SpeechEvent:
        if self._error is not None:
            raise self._error
        if self._closed:
            raise StopIteration
        try:
            source = self._source or self._opened()
            while (event := source.ready()) is None and source.wait():
                pass
        except BaseException as error:
            if isinstance(error, Exception):
                self._error = error  # however often it is read, it never looks complete
            self._end(error)
            self.close()
            raise
        if event is None:
            self.close()
            raise StopIteration
        self._account.take(event)
        return event

    def audio(self) -> Iterator[bytes]:
        """The audio alone, in blocks of whole samples, as they arrive."""
        for event in self:
            block = self._account.audio_of(event)
            if block:
                yield block

    def collect(self) -> Audio:
        """Wait for the whole utterance; one that was cancelled raises `StreamTruncatedError`."""
        data = bytearray()
        for block in self.audio():
            data += block
        return self._account.result(
            bytes(data), context_id=self.context_id, request_id=self.request_id
        )

    def save(
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
        with saving(path, self.format) as write:
            for block in self.audio():
                write(block)
                nbytes += len(block)
                if progress is not None:
                    progress(nbytes)
            return self._account.result(b"", context_id=self.context_id, request_id=self.request_id)

    def close(self) -> None:
        """Stop the speech if it is not over; safe to call twice."""
        self._closed = True
        try:
            if self._source is not None:
                self._source.close()
        finally:
            self._life.end()

    def __enter__(self) -> Self:
        self._opened()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

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
        return self._life.meter.time_to_first_audio

    @property
    def stats(self) -> StreamStats:
        """How it is going: times, sizes, how far it is ahead of playback, and ids for support."""
        return self._life.stats


class ContextSource:
    """Events of a context that the caller feeds."""

    __slots__ = ("_driver", "_lane", "context_id", "ledger")

    request_id: str | None = None

    def __init__(self, driver: SocketDriver, lane: Lane, ledger: Ledger) -> None:
        self._driver = driver
        self._lane = lane
        self.ledger: Ledger = ledger
        self.context_id: str | None = lane.context.id

    def ready(self) -> SpeechEvent | None:
        """An event that is here already."""
        event = self._lane.context.pop()
        if type(event) is AudioChunk:
            self.ledger.audio(len(event.data))
            return event
        return None if event is None else entered(self.ledger, event)

    def wait(self) -> bool:
        """Wait until there is one; False after the terminal one."""
        return self._driver.wait(self._lane)

    def close(self) -> None:
        """Cancel the context if it is not over."""
        if not self._lane.context.over:
            self._driver.cancel(self._lane)


class MeteredSource:
    """Events of a response, whose audio nobody takes in before it is asked for."""

    def __init__(self, source: Source, life: Life) -> None:
        self._source = source
        self._life = life
        self._asked = math.inf  # since when the present event is waited for
        self._logged = debugging()
        self.ledger: Ledger = source.ledger
        life.enter(source.context_id)
        life.requested(source.request_id)

    @property
    def context_id(self) -> str | None:
        """The context, if one was given."""
        return self._source.context_id

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""
        return self._source.request_id

    def ready(self) -> SpeechEvent | None:
        """An event that is here already."""
        event = self._source.ready()
        if event is None:
            return None
        if self._logged:
            log_event(event, f"request={self.request_id}")
        if type(event) is AudioChunk:
            now = time.monotonic()
            self._life.meter.audio_read(len(event.data), asked=self._asked, now=now)
        self._asked = math.inf
        return event

    def wait(self) -> bool:
        """Wait until there may be one; False after the terminal one."""
        self._asked = min(self._asked, time.monotonic())
        return self._source.wait()

    def close(self) -> None:
        """Drop the response."""
        self._source.close()
