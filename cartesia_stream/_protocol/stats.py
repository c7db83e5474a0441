"""Statistics of a stream: when its audio arrived, and how far ahead of real-time playback it was.

They assume a player that starts when the first audio arrives and plays in real time. When this
player has no audio left and more is to come, it stops until more arrives: an under-run. The
statistics do not measure what the consumer really does with the audio.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from ..formats import AudioFormat

__all__ = ["StreamOutcome", "StreamStats"]

StreamOutcome = Literal["done", "cancelled", "failed"]
"""How a stream ended."""

READY_S: Final = 0.001  # a faster read returned data that had already arrived


class StreamStats(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of a stream of speech at one moment; all times in seconds.

    Over a socket, audio counts from its arrival, even if the consumer reads it later. Over HTTP,
    the client reads the network only when the consumer asks: audio that had already arrived by then
    counts as in time.

    Attributes:
        outcome: How the stream ended: ``done``, ``cancelled`` or ``failed``; None while it goes on.
        time_to_first_audio: From the start of the stream to the arrival of the first audio,
            including the wait for a slot and a socket; None before it. A context starts with its
            first push.
        queued: Time spent in the queue for a slot of the plan's limit.
        chunks: Audio chunks that arrived.
        nbytes: Bytes of audio that arrived, including audio that a restart dropped.
        audio_seconds: Playing time of the audio that arrived, without dropped audio; an estimate
            for mp3.
        lead: Playing time of the audio that has arrived and is not yet played. It no longer
            changes after the end of the stream.
        min_lead: The smallest lead at the arrival of a chunk; None before the second chunk.
        underruns: How often playback ran out of audio while more was to come.
        underrun_seconds: Total time without audio to play.
        restarts: How often the stream began again, in another context or with another request.
        reconnects: How often the stream changed to another socket.
        context_ids: Ids of the contexts of the stream, in order.
        request_ids: The service's ids of the requests, if known: over HTTP, and from errors.
    """

    outcome: StreamOutcome | None
    time_to_first_audio: float | None
    queued: float
    chunks: int
    nbytes: int
    audio_seconds: float
    lead: float
    min_lead: float | None
    underruns: int
    underrun_seconds: float
    restarts: int
    reconnects: int
    context_ids: tuple[str, ...]
    request_ids: tuple[str, ...]


class Meter:
    """Collects the statistics of one stream; times are in monotonic seconds.

    Only one thread at a time may record audio. Another thread may take a snapshot at the same time,
    which may then miss a part of that audio.

    Attributes:
        first_audio_at: When the first audio arrived.
        queued: Seconds spent in the queue.
        restarts: Contexts or requests after the first.
        reconnects: Changes of the socket.
        context_ids: Contexts in their order.
        request_ids: Requests in their order.
    """

    __slots__ = (
        "_complete",
        "_dropped",
        "_dry_at",
        "_ended_at",
        "_min_lead",
        "_rate",
        "_read_at",
        "_seconds_per_byte",
        "_stalled",
        "_started_at",
        "_underruns",
        "chunks",
        "context_ids",
        "first_audio_at",
        "nbytes",
        "queued",
        "reconnects",
        "request_ids",
        "restarts",
    )

    def __init__(self, fmt: AudioFormat) -> None:
        self.first_audio_at: float | None = None
        self.chunks: int = 0
        self.nbytes: int = 0
        self.queued: float = 0.0
        self.restarts: int = 0
        self.reconnects: int = 0
        self.context_ids: tuple[str, ...] = ()
        self.request_ids: tuple[str, ...] = ()
        self._rate = fmt.bytes_per_second
        self._seconds_per_byte = 1 / self._rate
        self._started_at = 0.0
        self._ended_at: float | None = None
        self._complete = False
        self._read_at: float | None = None  # when a read last waited for audio; None over a socket
        self._dry_at = -math.inf  # when playback will run out of audio
        self._min_lead = math.inf
        self._underruns = 0
        self._stalled = 0.0
        self._dropped = 0

    def start(self, now: float) -> None:
        """Set the start of the stream."""
        self._started_at = now

    def audio(self, nbytes: int, now: float) -> None:
        """Record audio that arrived now; called for every chunk."""
        lead = self._dry_at - now
        if lead < self._min_lead:
            self._note_lead(lead, nbytes, now)
        self.chunks += 1
        self.nbytes += nbytes
        self._dry_at += nbytes * self._seconds_per_byte

    def _note_lead(self, lead: float, nbytes: int, now: float) -> None:
        if not nbytes:
            return
        if self.first_audio_at is None:
            self.first_audio_at = self._dry_at = now
        elif lead < 0:
            self._underruns += 1
            self._stalled -= lead
            self._min_lead = 0.0
            self._dry_at = now
        else:
            self._min_lead = lead

    def audio_read(self, nbytes: int, *, asked: float, now: float) -> None:
        """Record audio from a read that began when the consumer asked for it, as over HTTP."""
        if self._read_at is None or now - asked > READY_S:
            self._read_at = now
        self.audio(nbytes, self._read_at)

    def drop(self, nbytes: int) -> None:
        """Subtract audio that arrived but will not be played."""
        self._dropped += nbytes
        self._dry_at -= nbytes * self._seconds_per_byte

    def finish(self, now: float, *, complete: bool) -> None:
        """Record the end of the stream; only the first call counts.

        Args:
            now: When the stream ended.
            complete: Whether all audio has arrived, so that running out is no under-run.
        """
        if self._ended_at is None:
            self._complete = complete
            self._ended_at = now

    def snapshot(self, now: float, outcome: StreamOutcome | None) -> StreamStats:
        """Return the statistics at this moment."""
        if self._read_at is not None:
            now = self._read_at  # what arrived later is not known
        elif self._ended_at is not None:
            now = self._ended_at
        lead = 0.0 if self.first_audio_at is None else self._dry_at - now
        dry = lead < 0 and not self._complete
        least = 0.0 if dry else self._min_lead
        return StreamStats(
            outcome=outcome,
            time_to_first_audio=self.time_to_first_audio,
            queued=self.queued,
            chunks=self.chunks,
            nbytes=self.nbytes,
            audio_seconds=(self.nbytes - self._dropped) / self._rate,
            lead=max(0.0, lead),
            min_lead=None if least == math.inf else least,
            underruns=self._underruns + dry,
            underrun_seconds=self._stalled - (lead if dry else 0.0),
            restarts=self.restarts,
            reconnects=self.reconnects,
            context_ids=self.context_ids,
            request_ids=self.request_ids,
        )

    @property
    def time_to_first_audio(self) -> float | None:
        """Seconds from the start to the first audio."""
        return None if self.first_audio_at is None else self.first_audio_at - self._started_at
