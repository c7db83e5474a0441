"""A listener: audio in, text out, through as many connections as it takes. No input or output.

The audio is on one line, which is measured in bytes of whole samples. `Listener.cut` is a position
on it: all text of the audio before it has been delivered. A connection that is lost is replaced by
one that hears the audio after the cut again; `books` keeps the repeated words from the reader.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    BufferOverflowError,
    LocalStateError,
    RemoteProtocolError,
    TranscriptTruncatedError,
)
from ..events import Cancelled, Done
from ..transcripts import (
    FinalTranscript,
    ListenStats,
    PartialTranscript,
    Reconnected,
    TurnUpdated,
)
from .books import DictationBook, TurnBook
from .context import weight_of
from .quiet import pauses
from .ring import Ring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import TimeoutPhase
    from ..options import Timeouts
    from ..transcripts import DictateEvent, ListenEvent, ListenFormat, ListenOutcome
    from .quiet import Pause

    Event = ListenEvent | DictateEvent

FRAME_S: Final = 0.1  # of audio in one message that keeps a pace
LARGE_S: Final = 1.0  # at most, in one that does not
KEPT_S: Final = 30.0  # of audio that was sent, in case it must be sent again
CATCH_UP: Final = 2.0  # times as fast as it plays, for audio that is late
SLACK_S: Final = 0.25  # that sending may be late before it is no longer made up for
KEEPALIVE_S: Final = 60.0  # without audio, before silence is sent; the service closes after 180
MUTED_S: Final = 0.2  # without audio while muted, before silence is sent
LAG_S: Final = 2.0  # that the service may be behind a sender that keeps the pace
PAUSE_S: Final = 0.6  # of the shortest pause that may end a turn
SHORT_PAUSE_S: Final = 0.3  # the same, if the end threshold is high
HIGH_END: Final = 0.3
SEARCH_S: Final = 3.0  # of audio before that which was not yet searched for a pause
LONGEST_S: Final = 3600.0  # that a thread can be told to wait; with a tiny pace it would be more
MOST_S: Final = 1e12  # of audio; as good as without a limit
BATCH: Final = 1 << 16  # bytes of messages to send at once


class State(Enum):
    """State of the link to the service."""

    CONNECTING = "connecting"
    OPEN = "open"
    DRAINING = "draining"  # all audio and the close were sent
    LOST = "lost"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Move(Enum):
    """What happens to the link: the first two by the client, the rest to it."""

    CLOSE = "close"
    CANCEL = "cancel"
    OPENED = "opened"
    END = "end"  # the service has confirmed that it is done
    LOSS = "loss"
    FAIL = "fail"


_S, _M = State, Move
TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    (_S.CONNECTING, _M.OPENED): _S.OPEN,
    (_S.CONNECTING, _M.CANCEL): _S.CANCELLED,
    (_S.CONNECTING, _M.FAIL): _S.FAILED,
    (_S.OPEN, _M.CLOSE): _S.DRAINING,
    (_S.OPEN, _M.CANCEL): _S.CANCELLED,
    (_S.OPEN, _M.END): _S.LOST,  # nobody asked for it
    (_S.OPEN, _M.LOSS): _S.LOST,
    (_S.OPEN, _M.FAIL): _S.FAILED,
    (_S.DRAINING, _M.END): _S.DONE,
    (_S.DRAINING, _M.CANCEL): _S.CANCELLED,
    (_S.DRAINING, _M.LOSS): _S.LOST,
    (_S.DRAINING, _M.FAIL): _S.FAILED,
    (_S.LOST, _M.OPENED): _S.OPEN,
    (_S.LOST, _M.CANCEL): _S.CANCELLED,
    (_S.LOST, _M.FAIL): _S.FAILED,
}
OVER: Final = (State.DONE, State.CANCELLED, State.FAILED)
_ACTIVE: Final = (State.OPEN, State.DRAINING)


class Message(NamedTuple):
    """Something to send: audio, or a command as text."""

    data: bytes
    is_audio: bool


class Mark:
    """A `finalize`.

    Attributes:
        position: Where it is on the line of audio.
        sent_at: When it was sent on the present connection, in monotonic seconds.
        answer: The text up to it, once the service has answered.
        start: Where the audio of the answer begins.
        abandoned: Whether nobody waits for the answer any more.
    """

    __slots__ = ("abandoned", "answer", "first_sent_at", "position", "sent_at", "start")

    def __init__(self, position: int) -> None:
        self.position: int = position
        self.start: int = 0
        self.abandoned: bool = False
        self.sent_at: float | None = None
        self.first_sent_at: float | None = None
        self.answer: FinalTranscript | None = None


class Listener:
    """State of one stream of audio and its text. Not thread-safe: the driver holds the lock.

    Args:
        pace: Seconds of audio to send in one second; None sends as fast as possible.
        live: Whether the audio arrives as it is spoken, so that only late audio is paced.
        max_lag: Seconds of audio that may wait to be sent.
        max_restarts: How often to replace a connection without hearing anything new in between.
        max_buffer_bytes: Maximum size of the unread events.
        settings: Thresholds of turns that were given.

    Attributes:
        state: State of the link.
        fault: The error that ended the stream, also one that the source raised.
        cut: Position before which all audio is heard and its text delivered.
        finished: Whether all audio has been pushed.
        muted: Whether silence is sent in place of the audio.
        cause: What happened to the last connection that was lost.
        request_ids: The service's ids of the connections.
    """

    def __init__(
        self,
        book: DictationBook | TurnBook,
        fmt: ListenFormat,
        *,
        timeouts: Timeouts,
        pace: float | None,
        live: bool,
        max_lag: float,
        max_restarts: int,
        max_buffer_bytes: int,
        settings: Mapping[str, float],
        now: float,
    ) -> None:
        self.book = book
        self.state: State = State.CONNECTING
        self.fault: Exception | None = None
        self._failure: Exception | None = None
        self.cut: int = 0
        self.finished: bool = False
        self.muted: bool = False
        self.settings: dict[str, float] = dict(settings)
        self.queued: float = 0.0
        self._timeouts = timeouts
        self._pace = pace
        self._ring = Ring()
        self._rest = b""  # the start of a sample
        self._lag_s = max_lag
        self.adopt(fmt, live=live)
        self._sent = 0  # position up to which this connection has the audio
        self._frontier = 0  # position up to which any connection has had it
        self._origin = 0  # position where the audio of this connection begins
        self._overlapping = False
        self._marks: deque[Mark] = deque()
        self._flushed_at = 0  # position of the last answered mark
        self._searched = 0  # position up to which no pause was found
        self._config_due = False
        self._due = now
        self._sent_times: deque[tuple[int, float]] = deque(maxlen=128)
        self._audio_at = now  # when audio was last pushed, or sent as silence
        self._heard_at = now
        self._closed_at = now
        self._restarts_left = max_restarts
        self._max_restarts = max_restarts
        self._progress = (0, (0, 0))
        self._events: deque[Event] = deque()
        self._buffered = 0
        self._max_buffer = max_buffer_bytes
        self.cause: APIError | None = None
        self._unended: str | None = None  # the text at an end in the middle of a turn
        self._restarts = 0
        self._replayed = 0
        self._lost = 0
        self._silent = 0
        self._dropped = 0
        self._finals = 0
        self._latency: float | None = None
        self._max_latency: float | None = None
        self._predicted_at: float | None = None
        self._eager_lead: float | None = None
        self.request_ids: tuple[str, ...] = ()

    def adopt(self, fmt: ListenFormat, *, live: bool) -> None:
        """Take note of the format of the audio, before there is any."""
        self.format = fmt
        self._live = live
        self._sample = fmt.sample_bytes
        self._rate = fmt.bytes_per_second
        self._kept = fmt.nbytes(KEPT_S)
        self._frame = max(fmt.sample_bytes, fmt.nbytes(FRAME_S))
        # At least a message, or nothing could be sent; and no more than a number of bytes can be.
        self._max_lag = max(self._frame, fmt.nbytes(min(self._lag_s, MOST_S)))
        self._most = self._frame if self._pace is not None else fmt.nbytes(LARGE_S)

    # --- audio in

    @property
    def done(self) -> bool:
        """Whether the stream has ended; its last events may still wait."""
        return self.state in OVER

    @property
    def lag(self) -> int:
        """Bytes of audio that wait to be sent for the first time."""
        return self._ring.end - self._frontier

    @property
    def roomy(self) -> bool:
        """Whether those who wait for room should go on: without a pace, not for every message."""
        return self._pace is not None or 2 * self.lag <= self._max_lag

    def push(self, data: bytes | memoryview, now: float) -> int:
        """Take audio, as much as there is room for; return the number of bytes taken.

        Raises:
            LocalStateError: If the audio was finished, or the stream was cancelled.
            CartesiaError: The error that ended the stream.
        """
        self._check_open("push")
        room = self._max_lag - self.lag
        if room <= 0:
            return 0
        taken = bytes(data[: max(room, self._sample)])
        self._add(taken, now)
        return len(taken)

    def push_whole(self, data: bytes, now: float) -> bool:
        """Take audio if there is room for all of it; return whether there was; raises as `push`."""
        self._check_open("push")
        if self._ring.end - self._frontier + len(data) > self._max_lag:
            return False
        self._add(data, now)
        return True

    def _add(self, data: bytes, now: float) -> None:
        if self._rest:
            data = self._rest + data
            self._rest = b""
        beyond = len(data) % self._sample
        if beyond:
            data, self._rest = data[:-beyond], data[-beyond:]
        if self.muted:
            self._silent += len(data)
            data = self.format.silence(len(data))
        if data:
            self._ring.append(data)
            self._audio_at = now

    def refuse(self, nbytes: int) -> None:
        """Count audio for which there was no room."""
        self._dropped += nbytes

    def finish(self, failure: Exception | None = None) -> None:
        """Mark the audio as complete; safe to call twice.

        Args:
            failure: What the source raised. The stream ends with it, once the audio before it was
                heard.
        """
        if not self.done:
            self._failure = self._failure or failure
            self.finished = True

    def finalize(self) -> Mark:
        """Ask for the text of all audio so far.

        Raises:
            LocalStateError: If the audio was finished, or the stream was cancelled.
            CartesiaError: The error that ended the stream.
        """
        self._check_open("finalize")
        mark = Mark(self._ring.end)
        self._marks.append(mark)
        return mark

    def abandon(self, mark: Mark) -> None:
        """Keep the text of a `finalize` for which nobody waits any more, for the next one."""
        mark.abandoned = True
        if mark.answer is not None and isinstance(self.book, DictationBook):
            self.book.carry(mark.answer)
            self._flushed_at = min(self._flushed_at, mark.start)

    def configure(self, settings: Mapping[str, float]) -> None:
        """Change the thresholds of turns, which were checked.

        Raises:
            LocalStateError: If the stream was cancelled or is complete.
            CartesiaError: The error that ended the stream.
        """
        self._check_open("configure")
        self.settings = dict(settings)
        self._config_due = True

    def mute(self, muted: bool, now: float) -> None:
        """Send silence in place of the audio from now on, or no longer."""
        if self.muted is not muted:
            self.muted = muted
            self._audio_at = now

    def cancel(self) -> None:
        """End the stream at once."""
        if self._move(Move.CANCEL):
            self._events.clear()
            self._events.append(Cancelled())

    def _check_open(self, what: str) -> None:
        if self.fault is not None:
            raise self.fault
        if self.finished or self.state in OVER:
            state = "was finished" if self.finished else "has ended"
            raise LocalStateError(f"cannot {what}: the listener {state}")

    # --- the link

    def _move(self, move: Move) -> bool:
        after = TRANSITIONS.get((self.state, move))
        if after is None:
            return False
        self.state = after
        return True

    def opened(self, now: float) -> None:
        """Begin on a new connection: at the start, or after the cut."""
        again = self.state is State.LOST
        if not self._move(Move.OPENED):
            return
        self._due = self._heard_at = now
        self._config_due = False  # the handshake has the settings
        if not again:
            return
        start = max(self.cut, self._ring.base)
        lost = start - self.cut
        self._lost += lost
        self._origin = self._sent = self._searched = self.cut = start
        if isinstance(self.book, TurnBook):
            self.book.restart(lost=lost > 0, overlapping=self._overlapping)
        else:
            self.book.restart(lost=lost > 0)
        for mark in self._marks:
            mark.sent_at = None
            mark.position = max(mark.position, start)
        self._sent_times.clear()
        self._progress = self._heard()
        cause = "" if self.cause is None else self.cause.message
        self._append(
            Reconnected(
                at=self._seconds(start),
                replayed=self._seconds(self._frontier - start),
                lost=self._seconds(lost),
                cause=cause,
            )
        )

    def message(self, now: float) -> Message | None:
        """Return the next message to send now, or None; see `wait`."""
        if self.state is not State.OPEN:
            return None
        if self._config_due:
            self._config_due = False
            return Message(msgspec.json.encode({"type": "config", "turn": self.settings}), False)
        mark = None
        if self._marks:
            mark = next((mark for mark in self._marks if mark.sent_at is None), None)
        if mark is not None and mark.position == self._sent:
            mark.sent_at = now
            if mark.first_sent_at is None:
                mark.first_sent_at = now
            return Message(b"finalize", False)
        end = self._ring.end
        if end == self._sent:
            self._fill(now)
            end = self._ring.end
        limit = end if mark is None else mark.position
        if limit > self._sent:
            return self._audio(limit, now)
        if self.finished:
            self._move(Move.CLOSE)
            self._closed_at = now
            manual = isinstance(self.book, DictationBook)
            return Message(b"close" if manual else b'{"type":"close"}', False)
        return None

    def messages(self, now: float) -> list[Message]:
        """Return messages to send now, as many as one write should have; see `message`."""
        messages: list[Message] = []
        size = 0
        while size < BATCH and (message := self.message(now)) is not None:
            messages.append(message)
            size += len(message.data)
        return messages

    def _audio(self, limit: int, now: float) -> Message | None:
        if self._pace is not None and self._due > now:
            return None
        start, end = self._sent, min(limit, self._sent + self._most)
        if self._pace is not None:
            late = self._live or start < self._frontier
            seconds = self._seconds(end - start) / (self._pace * (CATCH_UP if late else 1.0))
            self._due = max(self._due, now - SLACK_S) + seconds
        self._sent = end
        if start < self._frontier:
            self._replayed += min(end, self._frontier) - start
        if end > self._frontier:
            self._frontier = end
        self._sent_times.append((end, now))
        data = self._ring.read(start, end)
        self._ring.drop(end - self._kept)
        return Message(data, True)

    def _fill(self, now: float) -> None:
        """Add silence where there is no audio: while muted, and to keep the connection."""
        if not self.finished and now >= self._audio_at + (MUTED_S if self.muted else KEEPALIVE_S):
            self._ring.append(self.format.silence(self._frame))
            self._silent += self._frame
            # So that silence is as long as the time it stands for.
            self._audio_at = max(self._audio_at + FRAME_S, now - MUTED_S) if self.muted else now

    def wait(self, now: float) -> float | None:
        """Return the seconds until there may be something to send or to give up; None for never."""
        times: list[float] = []
        if self.state is State.OPEN:
            if self._ring.end > self._sent and self._pace is not None:
                times.append(self._due)
            if not self.finished:
                times.append(self._audio_at + (MUTED_S if self.muted else KEEPALIVE_S))
        deadline = self._deadline()
        if deadline is not None:
            times.append(deadline[0])
        return min(max(0.0, min(times) - now), LONGEST_S) if times else None

    def _deadline(self) -> tuple[float, TimeoutPhase, float] | None:
        """Return until when the service must answer, for what, and how long that is."""
        if self.state is State.DRAINING and self._timeouts.drain is not None:
            since = max(self._closed_at, self._heard_at)
            return since + self._timeouts.drain, "drain", self._timeouts.drain
        if self.state is State.OPEN and self._marks and self._timeouts.final is not None:
            sent_at = self._marks[0].sent_at
            if sent_at is not None:
                since = max(sent_at, self._heard_at)
                return since + self._timeouts.final, "final", self._timeouts.final
        return None

    def check(self, now: float) -> None:
        """Fail if the service owes an answer for too long."""
        deadline = self._deadline()
        if deadline is not None and deadline[0] <= now:
            _, phase, seconds = deadline
            what = "finalize" if phase == "final" else "close"
            error = APITimeoutError(
                f"the service did not answer {what} for {seconds:g} s",
                phase=phase,
                seconds=seconds,
            )
            self.fail(error)

    # --- what the service says

    def receive(self, fields: dict[str, object], error: APIStatusError | None, now: float) -> None:
        """Handle a frame, and the error that it reports if it is an error frame."""
        if self.state not in _ACTIVE:
            return
        self._heard_at = now
        request_id = fields.get("request_id")
        self.note(request_id if isinstance(request_id, str) else None)
        if error is not None:
            self.broken(error)
            return
        kind = fields.get("type")
        try:
            if not isinstance(kind, str):
                raise RemoteProtocolError("a frame has no type")
            book = self.book
            if kind == "flush_done" and isinstance(book, DictationBook):
                self._flushed(book, now)
            elif kind == "done" and isinstance(book, DictationBook):
                self._end()
            else:
                book.receive(fields, origin=self._origin / self._rate, at=self._sent / self._rate)
                self._settle(now)
        except RemoteProtocolError as failure:
            failure.request_id = self.request_ids[-1] if self.request_ids else None
            self.fail(failure)
            return
        if self.book.events:
            self._take_events()
        if self._restarts_left < self._max_restarts and self._progress != self._heard():
            self._restarts_left = self._max_restarts

    def _heard(self) -> tuple[int, tuple[int, int]]:
        """Return a measure of what was heard, which differs when something new was."""
        return self.cut, self.book.said

    def _take_events(self) -> None:
        for event in self.book.events:
            self._append(event)
        self.book.events.clear()

    def _flushed(self, book: DictationBook, now: float) -> None:
        if not self._marks or self._marks[0].sent_at is None:
            book.repaired += 1  # nobody asked
            return
        mark = self._marks.popleft()
        mark.start, self._flushed_at = self._flushed_at, mark.position
        mark.answer = book.flushed(
            origin=self._seconds(self._origin),
            start=self._seconds(mark.start),
            end=self._seconds(mark.position),
        )
        if mark.abandoned:
            self.abandon(mark)
        self._move_cut(mark.position)
        self._finals += 1
        if mark.first_sent_at is not None:
            self._took(now - mark.first_sent_at)

    def _settle(self, now: float) -> None:
        """Move the cut to where the audio is surely heard."""
        book = self.book
        if isinstance(book, DictationBook):
            safe, book.safe = book.safe, None
            if safe is not None and 0 <= safe <= self._seconds(
                self._ring.end
            ):  # it may be anything
                position = self._origin + self.format.nbytes(safe)
                if self.cut < position <= self._sent and self._is_quiet(position):
                    self._move_cut(position)
                    book.settle()
            return
        if book.predicted:
            book.predicted = False
            self._predicted_at = now
        if book.ended:
            book.ended = False
            self._finals += 1
            if self._predicted_at is not None:
                self._eager_lead = now - self._predicted_at
                self._predicted_at = None
            self._cut_after_turn(now)

    def _is_quiet(self, position: int) -> bool:
        start = max(self._ring.base, position - self.format.nbytes(1.0))
        found = self._pauses(start, position, FRAME_S)
        return bool(found) and found[-1].end >= position - self.format.nbytes(0.02)

    def _pauses(self, start: int, end: int, least_s: float) -> list[Pause]:
        data = self._ring.read(start, end)
        return pauses(data, self.format, start=start, least_s=least_s)

    def _cut_after_turn(self, now: float) -> None:
        """Move the cut into the pause in which a turn has ended.

        The service does not say where that is. It ended after the last cut, in a pause, and not
        long before the latest audio, if the audio keeps the pace. The first such pause is the one:
        an earlier cut repeats audio, but a later one would lose some.
        """
        low = max(self.cut, self._ring.base, self._searched - self.format.nbytes(SEARCH_S))
        if self._pace is not None:
            low = max(low, self._sent - self.format.nbytes(LAG_S + PAUSE_S))
        high = self.settings.get("end_threshold", 0.0) > HIGH_END
        least = SHORT_PAUSE_S if high else PAUSE_S
        found = [
            pause
            for pause in self._pauses(low, self._sent, least)
            if pause.start > low or pause.start == low > self.cut
        ]
        if not found:
            start = max(low, self._sent - self.format.nbytes(1.0))
            found = self._pauses(start, self._sent, FRAME_S)[-1:]
        if not found:
            self._searched = self._sent
            return
        begin, end = found[0]
        sent_at = next((at for position, at in self._sent_times if position >= begin), None)
        if sent_at is not None:
            self._took(now - sent_at)
        self._overlapping = len(found) > 1
        middle = (begin + min(end, self._sent)) // 2
        self._move_cut(middle - middle % self.format.sample_bytes)

    def _move_cut(self, position: int) -> None:
        if position > self.cut:
            self.cut = position
            self._ring.drop(min(position, self._sent))

    def _took(self, seconds: float) -> None:
        self._latency = seconds
        self._max_latency = max(seconds, self._max_latency or 0.0)

    def _end(self) -> None:
        """Handle the end that the service has confirmed."""
        if self.state is State.OPEN:
            self.broken(RemoteProtocolError("the service ended the stream before it was asked to"))
        elif self._failure is not None:
            self.fail(self._failure)
        elif self._move(Move.END):
            self._append(Done())

    def broken(self, cause: APIError) -> None:
        """Handle the loss of the connection: go on with another one, or fail."""
        if self.state not in _ACTIVE:
            return
        closed = isinstance(cause, APIConnectionError)
        if not (closed or cause.retryable or isinstance(cause, RemoteProtocolError)):
            self.fail(cause)
            return
        self.cause = cause
        if self._restarts_left <= 0:
            self.fail(cause)
            return
        self._restarts_left -= 1
        self._restarts += 1
        self.state = TRANSITIONS[self.state, Move.LOSS]

    def closed(self, code: int | None, cause: APIConnectionError) -> None:
        """Handle the end of the connection.

        Args:
            code: The code in the close frame of the service, if it sent one.
            cause: The error that says how it ended.
        """
        book = self.book
        acknowledged = self.state is State.DRAINING and code == 1000
        if not acknowledged or isinstance(book, DictationBook):
            self.broken(cause)
        elif book.state == "idle" or self._unended == book.text:
            book.close(self._seconds(self._sent))
            self._take_events()
            self._end()
        else:  # in the middle of a turn: see whether it ends there again
            self._unended = book.text
            self.broken(cause)

    def fail(self, error: Exception) -> None:
        """End the stream with an error, which says what was heard before it.

        What the source raised goes first, because it is the cause that the user can mend.
        """
        if not self._move(Move.FAIL):
            return
        error = self._failure or error
        if isinstance(error, APIConnectionError) and not isinstance(error, APITimeoutError):
            heard, end = self._seconds(self.cut), self._seconds(self._ring.end)
            truncated = TranscriptTruncatedError(
                f"the connection ended before the listener did; the text of {heard:.2f} to "
                f"{end:.2f} s of the audio is incomplete: {error.message}",
                start=heard,
                end=end,
                request_id=error.request_id,
            )
            truncated.__cause__ = error
            error = truncated
        if isinstance(error, APIError):
            error.delivered = self.book.text
            if error.request_id is None and self.request_ids:
                error.request_id = self.request_ids[-1]
        self.fault = error

    # --- the reader

    def _append(self, event: Event) -> None:
        last = self._events[-1] if self._events else None
        if isinstance(event, PartialTranscript) and isinstance(last, PartialTranscript):
            self._drop_last()  # the reader is late, and the new one replaces it
        elif (
            isinstance(event, TurnUpdated)
            and isinstance(last, TurnUpdated)
            and not (event.revised or last.revised)
        ):
            self._drop_last()
            event = msgspec.structs.replace(event, delta=last.delta + event.delta)
        self._events.append(event)
        self._buffered += _weight(event)
        if self._buffered > self._max_buffer and not isinstance(event, Done):
            self.fail(
                BufferOverflowError(
                    f"more than {self._max_buffer} bytes of events are waiting to be read",
                    limit=self._max_buffer,
                )
            )

    def _drop_last(self) -> None:
        self._buffered -= _weight(self._events.pop())

    def pop(self) -> Event | None:
        """Remove and return the next event, or None."""
        if not self._events:
            return None
        event = self._events.popleft()
        self._buffered -= _weight(event)
        return event

    def news(self) -> bool | None:
        """Return True if an event waits, None if one may still come, False after the last.

        Raises:
            CartesiaError: The error that ended the stream, after its last event.
        """
        if self._events:
            return True
        if self.fault is not None:
            raise self.fault
        return False if self.done else None

    @property
    def duration(self) -> float:
        """Seconds of audio so far."""
        return self._seconds(self._ring.end)

    def note(self, request_id: str | None) -> None:
        """Note the id of a connection."""
        if request_id is not None and request_id not in self.request_ids:
            self.request_ids += (request_id,)

    def stats(self, outcome: ListenOutcome | None) -> ListenStats:
        """Return the statistics at this moment."""
        seconds = self._seconds
        return ListenStats(
            outcome=outcome,
            sent=seconds(self._frontier),
            replayed=seconds(self._replayed),
            lost=seconds(self._lost),
            muted=seconds(self._silent),
            dropped=seconds(self._dropped),
            lag=seconds(self.lag),
            queued=self.queued,
            finals=self._finals,
            final_latency=self._latency,
            max_final_latency=self._max_latency,
            eager_lead=self._eager_lead,
            restarts=self._restarts,
            repaired=self.book.repaired,
            request_ids=self.request_ids,
        )

    def _seconds(self, nbytes: int) -> float:
        return nbytes / self._rate


def _weight(event: Event) -> int:
    return weight_of(event) + len(getattr(event, "text", ""))
