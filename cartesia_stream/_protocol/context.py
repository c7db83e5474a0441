"""State machine of one context: one utterance on a socket that many contexts share.

`TRANSITIONS` defines the protocol. When it does not list a move of the client, the move raises;
when it does not list a move of the service, the move is ignored. A context ends exactly once, in
`DONE`, `CANCELLED` or `FAILED`. Only the service's ``done`` frame makes a context with text `DONE`;
the end of the connection makes it `FAILED`.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from ..errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    BufferOverflowError,
    ConnectionClosedError,
    LocalStateError,
    RateLimitError,
    RemoteProtocolError,
    StreamTruncatedError,
)
from ..events import AudioChunk, Cancelled, Done, UnknownEvent
from ..formats import PCM_24K
from .log import debugging, log_event
from .stats import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import TimeoutPhase
    from ..events import SpeechEvent
    from ..options import Timeouts
    from .frames import RequestEncoder


class State(Enum):
    """State of a context."""

    IDLE = "idle"  # created by the client; the service does not know it yet
    OPEN = "open"  # text was sent, more may follow
    FINISHING = "finishing"  # all text was sent
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Move(Enum):
    """Inputs of the state machine: the first three from the client, the rest from the service."""

    SEND = "send"
    FINISH = "finish"
    CANCEL = "cancel"
    EVENT = "event"
    END = "end"
    ERROR = "error"
    EOF = "eof"


_S, _M = State, Move
_DONE: Final = (_S.DONE, _S.CANCELLED, _S.FAILED)

TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    (_S.IDLE, _M.SEND): _S.OPEN,
    (_S.IDLE, _M.FINISH): _S.DONE,  # no text was sent, so the service sends no answer
    (_S.IDLE, _M.CANCEL): _S.CANCELLED,
    (_S.IDLE, _M.ERROR): _S.FAILED,
    (_S.IDLE, _M.EOF): _S.FAILED,
    (_S.OPEN, _M.SEND): _S.OPEN,
    (_S.OPEN, _M.FINISH): _S.FINISHING,
    (_S.OPEN, _M.CANCEL): _S.CANCELLED,
    (_S.OPEN, _M.EVENT): _S.OPEN,
    (_S.OPEN, _M.END): _S.DONE,
    (_S.OPEN, _M.ERROR): _S.FAILED,
    (_S.OPEN, _M.EOF): _S.FAILED,
    (_S.FINISHING, _M.FINISH): _S.FINISHING,
    (_S.FINISHING, _M.CANCEL): _S.CANCELLED,
    (_S.FINISHING, _M.EVENT): _S.FINISHING,
    (_S.FINISHING, _M.END): _S.DONE,
    (_S.FINISHING, _M.ERROR): _S.FAILED,
    (_S.FINISHING, _M.EOF): _S.FAILED,
    # finishing or cancelling an ended context changes nothing
    **{(state, move): state for state in _DONE for move in (_M.FINISH, _M.CANCEL)},
}


_AWAITED: Final[Mapping[TimeoutPhase, str]] = {
    "input": "no text was pushed and no event arrived",
    "first_audio": "no audio arrived",
    "idle": "no event arrived",
}


EVENT_BYTES: Final = 256  # an event without audio counts as this many bytes in the buffer


class Deadline(NamedTuple):
    """Deadline of a wait on a context, with the phase it belongs to."""

    at: float
    phase: TimeoutPhase
    seconds: float
    context_id: str

    @property
    def error(self) -> APITimeoutError:
        """The error to raise when the deadline has passed."""
        return APITimeoutError(
            f"{_AWAITED[self.phase]} for {self.seconds:g} s",
            phase=self.phase,
            seconds=self.seconds,
            context_id=self.context_id,
        )


def weight_of(event: object) -> int:
    """Return as how many bytes an event without audio counts in a buffer."""
    if type(event) is UnknownEvent:  # it holds a whole frame
        return EVENT_BYTES + len(msgspec.json.encode(event.fields))
    return EVENT_BYTES


class Context:
    """State, event buffer and counters of one context. Not thread-safe: the driver holds the lock.

    Attributes:
        id: The ``context_id`` on the wire.
        state: Current state; see `TRANSITIONS`.
        done: Whether the context has ended. Its last events may still wait in the buffer.
        cut_short: Whether the service sent ``done`` before the client finished the input.
        sent_at: When the client first sent speakable text, in monotonic seconds.
        wake: The driver calls it to wake a waiting consumer.
        ended: Called once, when the service stops working on the context; must not block.
        fault: The error that ended the context, or None.
        logged: Whether the messages of the context are logged.
        meter: Counts the audio of the whole stream: of this context and of earlier ones.
    """

    __slots__ = (
        "_chunks_before",
        "_events",
        "_last_activity",
        "_max_buffer",
        "_nbytes_before",
        "_owed_since",
        "_read",
        "_received",
        "_takes_events",
        "cut_short",
        "done",
        "encoder",
        "ended",
        "fault",
        "id",
        "logged",
        "meter",
        "sent_at",
        "state",
        "wake",
    )

    def __init__(
        self,
        context_id: str,
        encoder: RequestEncoder,
        *,
        max_buffer_bytes: int,
        wake: Callable[[], None],
        now: float,
        ended: Callable[[Context], None] | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.ended: Callable[[Context], None] | None = ended
        self.meter: Meter = Meter(PCM_24K) if meter is None else meter
        self._chunks_before = self.meter.chunks
        self._nbytes_before = self.meter.nbytes
        self.logged: bool = debugging()
        self.id: str = context_id
        self.encoder: RequestEncoder = encoder
        self.wake: Callable[[], None] = wake
        self._enter(State.IDLE)
        self.cut_short: bool = False
        self.sent_at: float | None = None
        self._events: deque[SpeechEvent] = deque()
        self._received = 0  # weight of all events; reader and consumer each write their own counter
        self._read = 0
        self._max_buffer = max_buffer_bytes
        self.fault: APIError | BufferOverflowError | None = None
        self._last_activity = now
        self._owed_since: float | None = None  # time of the oldest move without an answer

    def _enter(self, state: State) -> None:
        self.state: State = state
        self.done: bool = state in _DONE
        self._takes_events = (state, Move.EVENT) in TRANSITIONS

    @property
    def chunks(self) -> int:
        """Audio chunks received."""
        return self.meter.chunks - self._chunks_before

    @property
    def nbytes(self) -> int:
        """Audio bytes received."""
        return self.meter.nbytes - self._nbytes_before

    # --- moves of the client

    def move(self, move: Move, *, now: float) -> State:
        """Apply a move of the client and return the previous state.

        Raises:
            LocalStateError: If the state does not allow the move.
            APIError: If the context has already failed; the error that ended it.
        """
        before = self.state
        after = TRANSITIONS.get((before, move))
        if after is None:
            if self.fault is not None:
                raise self.fault
            raise LocalStateError(
                f"cannot {move.value}: the context is {before.value}", context_id=self.id
            )
        self._enter(after)
        self._last_activity = now
        if self._owed_since is None:
            self._owed_since = now
        if move is Move.CANCEL and (after is not before or self._events):
            self._events.clear()  # the consumer gets no old events after a cancel
            self._read = self._received
            if after is not State.FAILED:  # a failed context ends with its error
                self._events.append(Cancelled(context_id=self.id))
        elif before is State.IDLE and after is State.DONE:
            self._events.append(Done(context_id=self.id))
        return before

    def said(self, transcript: str, *, now: float) -> None:
        """Record text that was sent."""
        if self.sent_at is None and any(map(str.isalnum, transcript)):
            self.sent_at = now

    # --- moves of the service

    def receive(self, event: SpeechEvent, *, now: float) -> bool:
        """Handle an event from the service; return whether to wake the consumer."""
        if not self._takes_events:
            return False
        self._last_activity = now
        self._owed_since = None
        if self.logged:
            log_event(event, f"ctx={self.id}")
        if type(event) is AudioChunk:
            size = len(event.data)
            weight = size or EVENT_BYTES
            self.meter.audio(size, now)
        elif type(event) is Done:
            weight = 0  # `Done` always fits in the buffer
            if self.sent_at is not None and not self.nbytes:
                silent = RemoteProtocolError("the service ended the stream without any audio")
                return self.fail(silent, Move.ERROR)
            self.cut_short = self.state is State.OPEN
            if not self.cut_short:
                self.meter.finish(now, complete=True)
            self._enter(TRANSITIONS[self.state, Move.END])
        else:
            weight = weight_of(event)
        self._received += weight
        if self._received - self._read > self._max_buffer:
            overflow = BufferOverflowError(
                f"more than {self._max_buffer} bytes of audio are waiting to be read",
                limit=self._max_buffer,
            )
            return self.fail(overflow, Move.ERROR)
        self._events.append(event)
        return True

    def fail(self, fault: APIError | BufferOverflowError, move: Move) -> bool:
        """End the context with an error, which is raised after the buffered events.

        Returns:
            Whether the context changed; False when it had already ended.
        """
        after = TRANSITIONS.get((self.state, move))
        if after is None:
            return False
        fault.context_id = self.id
        self.fault = fault
        self._enter(after)
        return True

    def eof(self, cause: APIConnectionError) -> bool:
        """End the context because the connection ended; return as `fail` does."""
        if self.state is State.IDLE:
            return self.fail(cause, Move.EOF)
        truncated = StreamTruncatedError(
            f"the connection ended before the stream did, after {self.chunks} chunks and "
            f"{self.nbytes} bytes of audio: {cause.message}",
            chunks=self.chunks,
            nbytes=self.nbytes,
        )
        truncated.__cause__ = cause
        return self.fail(truncated, Move.EOF)

    @property
    def was_rate_limited(self) -> bool:
        """Whether the plan's limit was reached before any audio, so that a slot must be awaited."""
        fault = self.fault
        return isinstance(fault, RateLimitError) and fault.concurrency_limited and not self.nbytes

    # --- the consumer

    @property
    def has_news(self) -> bool:
        """Whether an event is buffered."""
        return bool(self._events)

    def news(self) -> bool | None:
        """Return True if an event is buffered, None if one may still come, False after the last.

        Raises:
            CartesiaError: The error that ended the context, after its last event.
        """
        if self._events:
            return True
        if self.fault is not None:
            raise self.fault
        return False if self.done else None

    def pop(self) -> SpeechEvent | None:
        """Remove and return the next buffered event, or None. Needs no lock, unlike the rest."""
        events = self._events
        if not events:
            return None
        try:
            event = events.popleft()
        except IndexError:  # another thread took it first
            return None
        if type(event) is AudioChunk:
            self._read += len(event.data) or EVENT_BYTES
        elif type(event) is not Done and type(event) is not Cancelled:
            self._read += weight_of(event)
        return event

    def deadline(self, timeouts: Timeouts) -> Deadline | None:
        """Return the deadline for the next event, or None for no deadline.

        Before the first chunk it is ``first_audio`` after the text was sent. While the service owes
        an answer it is ``idle`` after the oldest unanswered move. Otherwise it is counted from the
        last activity: ``idle`` once the input is finished, ``input`` while more text may come.
        """
        if self.meter.chunks == self._chunks_before and self.sent_at is not None:
            return self._bound("first_audio", self.sent_at, timeouts.first_audio)
        if self._owed_since is not None:  # more pushes do not extend it
            return self._bound("idle", self._owed_since, timeouts.idle)
        phase: TimeoutPhase = "idle" if self.state is State.FINISHING else "input"
        seconds = timeouts.idle if phase == "idle" else timeouts.input
        return self._bound(phase, self._last_activity, seconds)

    def _bound(self, phase: TimeoutPhase, since: float, seconds: float | None) -> Deadline | None:
        return None if seconds is None else Deadline(since + seconds, phase, seconds, self.id)


def closed_error(code: int, reason: str, *, by_us: bool) -> ConnectionClosedError:
    """Return the error for a closed socket."""
    who = "this client" if by_us else "the service"
    detail = f" ({reason[:200]})" if reason else ""
    text = (
        "the connection was lost without a closing handshake"
        if code == 1006 and not by_us
        else f"{who} closed the connection with code {code}{detail}"
    )
    return ConnectionClosedError(text, code=code, reason=reason, by="local" if by_us else "remote")
