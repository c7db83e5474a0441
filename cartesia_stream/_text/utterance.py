"""One thing to be said, over as many contexts as it takes.

A context that broke off before any audio was handed out is simply said again. One that broke off
later can be resumed where the caller asked for it: word times tell which words arrived in full,
audio beyond the last of them is held back, and only the rest is spoken on a fresh context. So no
word is heard twice and none is lost; otherwise the error says what was delivered and what was not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import msgspec

from .._protocol.backoff import Backoff
from ..errors import APIError, APITimeoutError, ConnectionClosedError, RateLimitError
from ..events import AudioChunk, Cancelled, Done, PhonemeTimestamps, Resumed, WordTimestamps
from .ledger import Ledger, shift

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from .._protocol.frames import RequestEncoder
    from ..audio import AudioFormat
    from ..events import SpeechEvent

Times: TypeAlias = WordTimestamps | PhonemeTimestamps

_ROUNDING_S: Final = 1e-6
HOLD_S: Final = 2.0  # how much audio is held back for a word's times before resuming is given up

_NO_AUDIO: Final = AudioChunk(data=b"")

_OURS: Final = ("input", "write", "queue", "close")  # waits that another context would not mend


def recorded(ledger: Ledger, event: SpeechEvent) -> SpeechEvent:
    """Enter an event into the books; word times come back on the utterance's own time line."""
    if type(event) is AudioChunk:
        ledger.audio(len(event.data))
    elif type(event) is WordTimestamps:
        return msgspec.structs.replace(event, words=ledger.timestamps(event.words))
    elif type(event) is Done:
        ledger.finish()
    return event


class Recovery(NamedTuple):
    """How to go on after a failure.

    Attributes:
        delay: Seconds to wait first.
        text: What is still to be said of the text so far.
        events: What the consumer gets meanwhile.
        dropped: Bytes of audio that arrived, and will be spoken anew.
    """

    delay: float
    text: str
    events: list[SpeechEvent]
    dropped: int

    @property
    def resumed(self) -> bool:
        """Whether audio was handed out already."""
        return any(type(event) is Resumed for event in self.events)


class Utterance:
    """The text, the audio handed out, and what a failure means for both; not thread-safe.

    Args:
        fields: The constant fields of the request; times of words are added for resuming.
        fmt: Format of the audio, ``raw``.
        resume: Whether to go on in a fresh context after audio was handed out.
        max_retries: How often to begin again at most.
        guard: Of the ledger.

    Attributes:
        fields: The constant fields of the request; from the first context on, its encoder.
        ledger: Text, times and audio so far.
        finished: Whether the text is complete.
        restarts: How often it began again.
    """

    __slots__ = (
        "_audible",
        "_backoff",
        "_base",
        "_early",
        "_format",
        "_handed_out",
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
        self._audible = False  # whether audio was handed out
        self._early: list[SpeechEvent] = []  # what came before the first audio
        self._pending = bytearray()  # audio that is held back, to be able to resume
        self._times: list[Times] = []  # of that audio
        self._last = _NO_AUDIO
        self._handed_out = 0  # bytes of audio
        self._base = 0.0  # seconds of audio before the present context

    # --- what happens

    @property
    def is_said(self) -> bool:
        """Whether nothing that can be heard is left of a complete text that was begun."""
        if not (self.finished and self._audible):
            return False
        from .align import Source  # needed by failures alone, and by words

        return not Source(self.ledger.remaining()).letters

    def passes(self, event: SpeechEvent) -> bool:
        """Whether the event is audio that goes out as it is; otherwise give it to `receive`.

        Nearly all events of nearly all streams are.
        """
        if type(event) is not AudioChunk or self._resumable or self._pending or self._early:
            return False
        size = len(event.data)
        self.ledger.audio(size)
        self._handed_out += size
        self._audible = True
        return True

    def receive(self, event: SpeechEvent) -> list[SpeechEvent]:
        """Take an event of the present context; what the consumer gets for it."""
        if type(event) is PhonemeTimestamps and self._base:
            event = msgspec.structs.replace(event, phonemes=shift(event.phonemes, self._base))
        event = recorded(self.ledger, event)
        if type(event) is Cancelled:
            return [event]  # and nothing stale before it
        if type(event) is Done:
            return [*self._hand_out_all(), *self._take_early(), event]
        if type(event) is AudioChunk:
            if not self._resumable and not self._pending:
                self._handed_out += len(event.data)
                return [*self._take_early(), event]
            self._pending += event.data
            self._last = event
            return self._release()
        if self._resumable and isinstance(event, WordTimestamps | PhonemeTimestamps):
            self._times.append(event)  # the next context would tell some of them again
            return self._release()
        if not self._audible:
            self._early.append(event)  # a second try would bring it again
            return []
        return [event]

    def _release(self) -> list[SpeechEvent]:
        """Hand out the audio up to the last word that arrived in full."""
        held = self._format.duration(len(self._pending))
        if min(held, self.ledger.seconds - self.ledger.timed_until) > HOLD_S:
            self._resumable = False  # no times come: going on beats being able to resume
            return self._hand_out_all()
        return self._hand_out(self.ledger.cut_at)

    def _hand_out(self, until: float) -> list[SpeechEvent]:
        """Audio up to a position, after the times of what sounds in it."""
        size = self._format.nbytes(until) - self._handed_out
        if size <= 0 or not self._pending:
            return []
        data = bytes(self._pending[:size])
        del self._pending[:size]
        self._handed_out += len(data)
        if self._resumable:
            self.ledger.keep()
        times = self._take_times(until + _ROUNDING_S)
        return [*self._take_early(), *times, msgspec.structs.replace(self._last, data=data)]

    def _hand_out_all(self) -> list[SpeechEvent]:
        events = self._hand_out(self.ledger.seconds + 1.0)  # with the half of a split sample
        return [*events, *self._take_times(math.inf)]

    def _take_times(self, until: float) -> list[SpeechEvent]:
        """The times of what has ended by then, as far as they are in a row."""
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
        """What to do about a failure of the present context.

        A refusal for too many contexts (429) may be repeated as long as the caller can wait; it
        does not count as a try.

        Returns:
            How to go on, or None: the error is final then, and says what was delivered.
        """
        delay: float | None = None
        if self._mendable(error):
            untouched = self.ledger.seconds <= self._base
            refused = isinstance(error, RateLimitError) and self._repeats and untouched
            delay = 0.0 if refused else self._backoff.delay_after(error)
        if delay is None:
            self.give_up(error)
            return None
        return self._begin_again(delay, error)

    def _mendable(self, error: APIError) -> bool:
        if not error.retryable or (isinstance(error, APITimeoutError) and error.phase in _OURS):
            return False
        cause = error.__cause__
        if isinstance(cause, ConnectionClosedError) and cause.by == "local":
            return False  # the caller closed it, or the service broke the protocol
        if not self._audible:
            return True
        if not self._resumable or not self.ledger.exact:
            return False
        return self._handed_out <= self._format.nbytes(self.ledger.cut_at)

    def give_up(self, error: APIError) -> None:
        """Let a final error say what was delivered and what was not."""
        error.delivered = self.ledger.delivered()
        error.remaining = self.ledger.remaining()

    def _begin_again(self, delay: float, error: APIError) -> Recovery:
        events: list[SpeechEvent] = []
        self.restarts += 1
        self._early.clear()
        if self.is_said:  # what is held back is the silence at the end
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
    """The part of a report that has ended by then, and the rest."""
    if isinstance(event, WordTimestamps):
        name, items = "words", event.words
    else:
        name, items = "phonemes", event.phonemes
    count = next((n for n, item in enumerate(items) if item.end > until), len(items))
    if count == len(items):
        return event, None
    rest = msgspec.structs.replace(event, **{name: items[count:]})
    return (msgspec.structs.replace(event, **{name: items[:count]}) if count else None), rest
