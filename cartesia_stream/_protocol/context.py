"""One context: an utterance with its own life on a shared socket.

The table is the protocol. A move that it does not list is illegal for us and dropped for the peer;
a context ends exactly once, in `DONE`, `CANCELLED` or `FAILED`, and only `done` from the service
makes it `DONE`: the end of a connection never does.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from ..audio import PCM_24K
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
from ..events import AudioChunk, Cancelled, Done
from .log import debugging, log_event
from .stats import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import TimeoutPhase
    from ..events import SpeechEvent
    from ..options import Timeouts
    from .frames import RequestEncoder


class State(Enum):
    """Where a context is in its life."""

    IDLE = "idle"  # made here; the service does not know it yet
    OPEN = "open"  # text was sent, more may follow
    FINISHING = "finishing"  # all text was sent
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Move(Enum):
    """What can happen to a context: the first three are ours, the rest the peer's."""

    SEND = "send"
    FINISH = "finish"
    CANCEL = "cancel"
    EVENT = "event"
    END = "end"
    ERROR = "error"
    EOF = "eof"


_S, _M = State, Move
_OVER: Final = (_S.DONE, _S.CANCELLED, _S.FAILED)

TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = {
    (_S.IDLE, _M.SEND): _S.OPEN,
    (_S.IDLE, _M.FINISH): _S.DONE,  # nothing was said, so there is nothing to wait for
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
    # finishing or cancelling what is over is harmless and changes nothing
    **{(state, move): state for state in _OVER for move in (_M.FINISH, _M.CANCEL)},
}


_AWAITED: Final[Mapping[TimeoutPhase, str]] = {
    "input": "no text was pushed and no event arrived",
    "first_audio": "no audio arrived",
    "idle": "no event arrived",
}


EVENT_BYTES: Final = 256  # what an event without audio counts in the buffer


class Deadline(NamedTuple):
    """When a wait for a context must end, and what it waits for."""

    at: float
    phase: TimeoutPhase
    seconds: float
    context_id: str

    @property
    def error(self) -> APITimeoutError:
        """What to raise when it has passed."""
        return APITimeoutError(
            f"{_AWAITED[self.phase]} for {self.seconds:g} s",
            phase=self.phase,
            seconds=self.seconds,
            context_id=self.context_id,
        )


class Context:
    """State, buffer and accounts of one context; not thread-safe, the driver locks.

    Attributes:
        id: The wire's ``context_id``.
        state: See `TRANSITIONS`.
        over: Whether it has ended, though its last events may still wait to be read.
        cut_short: Whether the service said done before it was told that no more text comes.
        sent_at: When text that can be heard first went out, monotonic seconds.
        wake: How the driver tells a waiting consumer that there is news.
        ended: Called once, when the service works on the context no more; must not block.
        logged: Whether its messages are logged.
        meter: Counts the audio that arrives, here and in the contexts of the stream before.
    """

    __slots__ = (
        "_chunks_before",
        "_events",
        "_fault",
        "_last_activity",
        "_max_buffer",
        "_nbytes_before",
        "_owed_since",
        "_read",
        "_received",
        "_takes_events",
        "cut_short",
        "encoder",
        "ended",
        "id",
        "logged",
        "meter",
        "over",
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
        self._received = 0  # weight of all events, so that reader and consumer each write one
        self._read = 0
        self._max_buffer = max_buffer_bytes
        self._fault: APIError | BufferOverflowError | None = None
        self._last_activity = now
        self._owed_since: float | None = None  # the oldest of our moves that nothing has answered

    def _enter(self, state: State) -> None:
        self.state: State = state
        self.over: bool = state in _OVER
        self._takes_events = (state, Move.EVENT) in TRANSITIONS

    @property
    def chunks(self) -> int:
        """Audio chunks received."""
        return self.meter.chunks - self._chunks_before

    @property
    def nbytes(self) -> int:
        """Audio bytes received."""
        return self.meter.nbytes - self._nbytes_before

    # --- our moves

    def move(self, move: Move, *, now: float) -> State:
        """Make one of our own moves and return the state before it.

        Raises:
            LocalStateError: If the state does not allow it.
            APIError: The fault of a context that has failed already.
        """
        before = self.state
        after = TRANSITIONS.get((before, move))
        if after is None:
            if self._fault is not None:
                raise self._fault
            raise LocalStateError(
                f"cannot {move.value}: the context is {before.value}", context_id=self.id
            )
        self._enter(after)
        self._last_activity = now
        if self._owed_since is None:
            self._owed_since = now
        if after is not before and after is State.CANCELLED:
            self._events.clear()  # nothing stale is yielded after a cancel
            self._read = self._received
            self._events.append(Cancelled(context_id=self.id))
        elif before is State.IDLE and after is State.DONE:
            self._events.append(Done(context_id=self.id))
        return before

    def said(self, transcript: str, *, now: float) -> None:
        """Account for text that went out."""
        if self.sent_at is None and any(map(str.isalnum, transcript)):
            self.sent_at = now

    # --- the peer's moves

    def receive(self, event: SpeechEvent, *, now: float) -> bool:
        """Take an event of the peer; whether a waiting consumer has news."""
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
            weight = 0  # the end always fits
            if self.sent_at is not None and not self.nbytes:
                silent = RemoteProtocolError("the service ended the stream without any audio")
                return self.fail(silent, Move.ERROR)
            self.cut_short = self.state is State.OPEN
            if not self.cut_short:
                self.meter.finish(now, complete=True)
            self._enter(TRANSITIONS[self.state, Move.END])
        else:
            weight = EVENT_BYTES
        self._received += weight
        if self._received - self._read > self._max_buffer:
            return self.fail(self._overflow(), Move.ERROR)
        self._events.append(event)
        return True

    def _overflow(self) -> BufferOverflowError:
        return BufferOverflowError(
            f"more than {self._max_buffer} bytes of audio are waiting to be read",
            limit=self._max_buffer,
        )

    def fail(self, fault: APIError | BufferOverflowError, move: Move) -> bool:
        """End with a fault, which is raised once the buffered events have been read."""
        after = TRANSITIONS.get((self.state, move))
        if after is None:
            return False
        fault.context_id = self.id
        self._fault = fault
        self._enter(after)
        return True

    def eof(self, cause: APIConnectionError) -> bool:
        """End because the connection did."""
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
    def fault(self) -> APIError | BufferOverflowError | None:
        """What it failed with."""
        return self._fault

    @property
    def was_refused(self) -> bool:
        """Whether the plan's limit on concurrent contexts kept it from starting."""
        return isinstance(self._fault, RateLimitError) and not self.nbytes

    # --- the consumer

    def news(self) -> bool | None:
        """Whether an event waits to be read; None while none does and one may still come.

        Raises:
            CartesiaError: What ended the context, after its last event.
        """
        if self._events:
            return True
        if self._fault is not None:
            raise self._fault
        return False if self.over else None

    def next_event(self) -> SpeechEvent | None:
        """The next event, or None while there is none, or none any more (see `news`).

        Raises:
            CartesiaError: What ended the context, after its last event.
        """
        return self.pop() if self.news() else None

    def pop(self) -> SpeechEvent | None:
        """The next event if one waits; the one method that needs no lock of the driver."""
        events = self._events
        if not events:
            return None
        try:
            event = events.popleft()
        except IndexError:  # another thread was quicker
            return None
        if type(event) is AudioChunk:
            self._read += len(event.data) or EVENT_BYTES
        elif type(event) is not Done and type(event) is not Cancelled:
            self._read += EVENT_BYTES
        return event

    def deadline(self, timeouts: Timeouts) -> Deadline | None:
        """When to stop waiting for the next event; None when there is no bound.

        The clock runs from the last thing that happened. Until the first chunk, and while the
        service owes an answer, it runs against the service; otherwise against the next push.
        """
        if self.meter.chunks == self._chunks_before and self.sent_at is not None:
            return self._bound("first_audio", self.sent_at, timeouts.first_audio)
        if self._owed_since is not None:  # pushing on does not renew it
            return self._bound("idle", self._owed_since, timeouts.idle)
        phase: TimeoutPhase = "idle" if self.state is State.FINISHING else "input"
        seconds = timeouts.idle if phase == "idle" else timeouts.input
        return self._bound(phase, self._last_activity, seconds)

    def _bound(self, phase: TimeoutPhase, since: float, seconds: float | None) -> Deadline | None:
        return None if seconds is None else Deadline(since + seconds, phase, seconds, self.id)


def closed_error(code: int, reason: str, *, by_us: bool) -> ConnectionClosedError:
    """The sentence for a closed socket."""
    who = "this client" if by_us else "the service"
    detail = f" ({reason[:200]})" if reason else ""
    text = (
        "the connection was lost without a closing handshake"
        if code == 1006 and not by_us
        else f"{who} closed the connection with code {code}{detail}"
    )
    return ConnectionClosedError(text, code=code, reason=reason, by="local" if by_us else "remote")
