"""What a stream can tell about itself: when its audio came, and how far ahead of playback it was.

Playback is thought to begin when the first audio arrives and to go on in real time. When the audio
that has arrived is used up and more is still to come, playback stands still until it comes: that is
an under-run. What the consumer does, and when, plays no part.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from ..audio import AudioFormat

__all__ = ["StreamOutcome", "StreamStats"]

StreamOutcome = Literal["done", "cancelled", "failed"]

READY_S: Final = 0.001  # what is read faster was there before it was asked for


class StreamStats(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of a stream of speech, as of one moment; all times in seconds.

    Over a socket they are taken when audio arrives, however late it is read. Over HTTP the network
    is read when the consumer asks: audio that was there already counts as having come in time.

    Attributes:
        outcome: How the stream ended: ``done``, ``cancelled`` or ``failed``; None while it goes on.
        time_to_first_audio: From the start of the stream, with the wait for a slot and a socket, to
            the arrival of the first audio; None before it. A context starts with its first push.
        queued: How long it waited for slots of the plan's limit.
        chunks: Pieces of audio that arrived.
        nbytes: Bytes of audio that arrived, also what was dropped when the stream began again.
        audio_seconds: Playing time of the audio that arrived, without what was dropped; an estimate
            for mp3.
        lead: Audio that has arrived and would not have been played yet; after the end, as it was
            then.
        min_lead: The least that was left when more audio arrived; None before the second piece.
        underruns: How often playback ran dry while more was to come.
        underrun_seconds: How long it stood still in all.
        restarts: How often the stream began again: in another context, or with another request.
        reconnects: How often it went on over another socket than before.
        context_ids: The contexts it was spoken in, in their order.
        request_ids: The service's ids of its requests, where told: over HTTP, and in errors.
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
    """Takes the statistics of one stream; time is monotonic seconds.

    One thread notes audio at a time. A snapshot may be taken meanwhile; it may then miss a part of
    what is just being noted.

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
        self._read_at: float | None = None  # when audio was last waited for, where nobody listens
        self._dry_at = -math.inf  # when playback will have used up what has arrived
        self._min_lead = math.inf
        self._underruns = 0
        self._stalled = 0.0
        self._dropped = 0

    def start(self, now: float) -> None:
        """Measure from now on."""
        self._started_at = now

    def audio(self, nbytes: int, now: float) -> None:
        """Note audio that arrives; called for every chunk."""
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
        """Note audio that nobody took in before it was asked for."""
        if self._read_at is None or now - asked > READY_S:
            self._read_at = now
        self.audio(nbytes, self._read_at)

    def drop(self, nbytes: int) -> None:
        """Take back audio that will never be heard."""
        self._dropped += nbytes
        self._dry_at -= nbytes * self._seconds_per_byte

    def finish(self, now: float, *, complete: bool) -> None:
        """Note the end; the first one counts.

        Args:
            now: When it was.
            complete: Whether all audio has arrived, so that playback may run dry.
        """
        if self._ended_at is None:
            self._complete = complete
            self._ended_at = now

    def snapshot(self, now: float, outcome: StreamOutcome | None) -> StreamStats:
        """The statistics as they are now."""
        if self._read_at is not None:
            now = self._read_at  # what has come since is not known
        elif self._ended_at is not None:
            now = self._ended_at
        lead = 0.0 if self.first_audio_at is None else self._dry_at - now
        dry = lead < 0 and not self._complete
        least = 0.0 if dry else self._min_lead
        return StreamStats(
            outcome=outcome,
            time_to_first_audio=self._since_start(self.first_audio_at),
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
        return self._since_start(self.first_audio_at)

    def _since_start(self, moment: float | None) -> float | None:
        return None if moment is None else moment - self._started_at
