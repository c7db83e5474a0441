"""Recovery of one utterance: repeat or resume it in a new context after a failure.

If a context fails before the consumer got audio, the whole text is sent again. If it fails later,
the utterance can be resumed, provided the caller asked for that: word times tell which words
arrived in full, audio beyond the last of them is held back, and only the rest is spoken in a new
context. So each word is heard exactly once. If the utterance cannot recover, the error says which
text was delivered and which was not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import msgspec

from .._protocol.backoff import Backoff
from ..errors import (
    APIError,
    APITimeoutError,
    ConnectionClosedError,
    RateLimitError,
    RemoteProtocolError,
)
from ..events import AudioChunk, Cancelled, Done, PhonemeTimestamps, Resumed, WordTimestamps
from .ledger import Ledger, shift

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from .._protocol.frames import RequestEncoder
    from ..events import SpeechEvent
    from ..formats import AudioFormat

Times: TypeAlias = WordTimestamps | PhonemeTimestamps

_ROUNDING_S: Final = 1e-6
HOLD_S: Final = 2.0  # maximum of audio to hold back for missing word times; then give up resuming
MAX_HOLD_S: Final = 30.0  # maximum of audio to hold back for the known end of a word
MAX_HELD_EVENTS: Final = 10_000  # maximum of other events to hold back

_NO_AUDIO: Final = AudioChunk(data=b"")

_OURS: Final = ("input", "write", "queue", "close")  # timeouts that another context would not fix


def recorded(ledger: Ledger, event: SpeechEvent) -> SpeechEvent:
    """Record an event in the ledger; return it with word times on the utterance's time line."""
    if type(event) is AudioChunk:
        ledger.audio(len(event.data))
    elif type(event) is WordTimestamps:
        return msgspec.structs.replace(event, words=ledger.timestamps(event.words))
    elif type(event) is Done:
        ledger.finish()
    return event


class Recovery(NamedTuple):
    """How to continue after a failure.

    Attributes:
        delay: Seconds to wait first.
        text: The unspoken part of the text so far.
        events: Events for the consumer, before those of the new context.
        dropped: Bytes of audio that arrived and were dropped, because it will be spoken again.
    """

    delay: float
    text: str
    events: list[SpeechEvent]
    dropped: int

    @property
    def resumed(self) -> bool:
        """Whether the new context resumes after audio that the consumer already got."""
        return any(type(event) is Resumed for event in self.events)


class Utterance:
    """Text and audio of one utterance, and its recovery after failures. Not thread-safe.

    Args:
        fields: The constant fields of the request. Resuming also turns on ``add_timestamps``.
        fmt: Format of the audio; the container is ``raw``.
        resume: Whether to resume in a new context after the consumer got audio.
        max_retries: Maximum number of restarts, not counting waits for a slot of the plan.
        guard: Lock of the ledger; see `Ledger`.

    Attributes:
        fields: The constant fields of the request, or, once a context was opened, their encoder.
        ledger: Text, word times and audio so far.
        finished: Whether the input is finished: no more text comes.
        restarts: Number of restarts so far.
    """

    __slots__ = (
        "_audible",
        "_backoff",
        "_base",
        "_early",
        "_format",
        "_last",
        "_pending",
        "_repeats",
        "_resumable",
        "_times",
        "fields",
        "finished",
        "ledger",
        "restarts",
    )

    def __init__(
        self,
        fields: Mapping[str, object],
        fmt: AudioFormat,
        *,
        resume: bool,
        max_retries: int,
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        if resume:
            fields = {**fields, "add_timestamps": True}
        timed = fields.get("add_timestamps") is True
        self.fields: Mapping[str, object] | RequestEncoder = fields
        self.ledger = Ledger(fmt, timed=timed, guard=guard)
        self.finished = False
        self.restarts: int = 0
        self._format = fmt
        self._backoff = Backoff(max_retries, idempotent=True)
        self._repeats = max_retries > 0
        self._resumable = resume
        self._audible = False  # whether the consumer got audio
        self._early: list[SpeechEvent] = []  # events before the first audio
        self._pending = bytearray()  # audio held back, so that the utterance can resume
        self._times: list[Times] = []  # of that audio
        self._last = _NO_AUDIO
        self._base = 0.0  # seconds of audio before the current context

    # --- text and events

    @property
    def is_said(self) -> bool:
        """Whether every audible part of a finished text has been spoken."""
        return self.finished and self._audible and self.ledger.nothing_left

    def passes(self, event: SpeechEvent) -> bool:
        """Record an event that the consumer gets unchanged, and return whether it is one.

        This is the fast path for audio, which is nearly all events. When it returns False, the
        caller must pass the event to `receive`.
        """
        if type(event) is not AudioChunk or self._resumable or self._pending or self._early:
            return False
        self.ledger.audio(len(event.data))
        self._audible = True
        return True

    def receive(self, event: SpeechEvent) -> list[SpeechEvent]:
        """Handle an event of the current context; return the events for the consumer."""
        if type(event) is PhonemeTimestamps and self._base:
            event = msgspec.structs.replace(event, phonemes=shift(event.phonemes, self._base))
        event = recorded(self.ledger, event)
        if type(event) is Cancelled:
            return [event]  # without the events held back
        if type(event) is Done:
            return [*self._hand_out_all(), *self._take_early(), event]
        if type(event) is AudioChunk:
            if not self._resumable and not self._pending:
                return [*self._take_early(), event]
            self._pending += event.data
            self._last = event
            return self._release()
        if self._resumable and isinstance(event, WordTimestamps | PhonemeTimestamps):
            self._times.append(event)  # the next context would report some of them again
            return self._release()
        if not self._audible:
            self._early.append(event)  # a retry would bring it again
            return []
        return [event]

    @property
    def _handed_out(self) -> int:
        """Bytes of audio that the consumer got."""
        return self.ledger.nbytes - len(self._pending)

    def _release(self) -> list[SpeechEvent]:
        """Return the events up to the last word that arrived in full."""
        ledger, held = self.ledger, self._format.duration(len(self._pending))
        if (
            min(held, ledger.seconds - ledger.timed_until) > HOLD_S
            or held > MAX_HOLD_S
            or len(self._times) + len(self._early) > MAX_HELD_EVENTS
            or ledger.doubtful
        ):
            self._resumable = False  # times are missing or wrong: go on without being resumable
            return self._hand_out_all()
        at = ledger.cut_at
        if held > HOLD_S and ledger.delivered_at > at:
            return self._hand_out(ledger.delivered_at)  # not resumable among these equal words
        events = self._hand_out(at)
        if events:
            ledger.keep()
        return events

    def _hand_out(self, until: float) -> list[SpeechEvent]:
        """Return the audio up to a position, after the times of its words."""
        size = self._format.nbytes(until) - self._handed_out
        if size <= 0 or not self._pending:
            return []
        data = bytes(self._pending[:size])
        del self._pending[:size]
        times = self._take_times(until + _ROUNDING_S)
        return [*self._take_early(), *times, msgspec.structs.replace(self._last, data=data)]

    def _hand_out_all(self) -> list[SpeechEvent]:
        events = self._hand_out(self.ledger.seconds + 1.0)  # all: 1 s to spare
        return [*events, *self._take_times(math.inf)]

    def _take_times(self, until: float) -> list[SpeechEvent]:
        """Remove and return the times that end by ``until``, up to the first that does not."""
        taken: list[SpeechEvent] = []
        whole = 0
        for times in self._times:
            event, rest = _split(times, until)
            if event is not None:
                taken.append(event)
            if rest is not None:
                self._times[whole] = rest
                break
            whole += 1
        del self._times[:whole]
        return taken

    def _take_early(self) -> list[SpeechEvent]:
        self._audible = True
        early, self._early = self._early, []
        return early

    # --- failures

    def recover(self, error: APIError) -> Recovery | None:
        """Decide how to recover from a failure of the current context.

        A 429 answer about the plan's limit does not count as a try before any audio: the caller may
        wait for a slot as long as it can.

        Returns:
            How to continue, or None if the error is final; it then says what was delivered.
        """
        delay: float | None = None
        if self._mendable(error):
            untouched = self.ledger.seconds <= self._base
            limited = isinstance(error, RateLimitError) and error.concurrency_limited
            waits = limited and untouched and self._repeats
            delay = 0.0 if waits else self._backoff.delay_after(error)
        if delay is None:
            self.give_up(error)
            return None
        return self._begin_again(delay, error)

    def _mendable(self, error: APIError) -> bool:
        if not error.retryable or (isinstance(error, APITimeoutError) and error.phase in _OURS):
            return False
        if isinstance(error, RemoteProtocolError) and not self._resumable:
            return False
        cause = error.__cause__
        if isinstance(cause, ConnectionClosedError) and cause.by == "local":
            return False  # the caller closed the connection, or the service broke the protocol
        if not self._audible:
            return True
        if not self._resumable or not self.ledger.exact:
            return False
        return self._handed_out <= self._format.nbytes(self.ledger.cut_at)

    def give_up(self, error: APIError) -> None:
        """Set ``delivered`` and ``remaining`` of a final error."""
        error.delivered = self.ledger.delivered()
        error.remaining = self.ledger.remaining()

    def _begin_again(self, delay: float, error: APIError) -> Recovery:
        events: list[SpeechEvent] = []
        self.restarts += 1
        self._early.clear()
        if self.is_said:  # the audio held back is silence at the end
            events = self._hand_out_all()
        elif self._audible:
            self._base = self.ledger.cut_at
            events = self._hand_out(self._base)
            events.append(Resumed(at=self._base, cause=error.message))
        dropped = len(self._pending)
        self._pending.clear()
        self._times.clear()
        return Recovery(delay, self.ledger.resume(), events, dropped)


def _split(event: Times, until: float) -> tuple[Times | None, Times | None]:
    """Split a report into the times that end by ``until``, and the rest."""
    if isinstance(event, WordTimestamps):
        name, items = "words", event.words
    else:
        name, items = "phonemes", event.phonemes
    count = next((n for n, item in enumerate(items) if item.end > until), len(items))
    if count == len(items):
        return event, None
    rest = msgspec.structs.replace(event, **{name: items[count:]})
    return (msgspec.structs.replace(event, **{name: items[:count]}) if count else None), rest
