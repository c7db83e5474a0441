"""The life of one context: its table, its buffer, its deadlines."""

from __future__ import annotations

import pytest

from cartesia_stream import (
    APIConnectionError,
    AudioChunk,
    BadRequestError,
    BufferOverflowError,
    Cancelled,
    ConnectionClosedError,
    Done,
    FlushDone,
    LocalStateError,
    RemoteProtocolError,
    SpeechEvent,
    StreamTruncatedError,
    Timeouts,
    UnknownEvent,
    WordTimestamps,
)
from cartesia_stream._protocol.context import (
    EVENT_BYTES,
    TRANSITIONS,
    Context,
    Move,
    State,
    closed_error,
)
from cartesia_stream._protocol.frames import RequestEncoder

from .reads import next_event

OVER = {State.DONE, State.CANCELLED, State.FAILED}
CHUNK = AudioChunk(data=b"\0" * 100, context_id="c")
WORDS = WordTimestamps(words=(), context_id="c")
TIMEOUTS = Timeouts(first_audio=5, idle=3, input=60)


def make(*, limit: int = 1 << 20) -> Context:
    encoder = RequestEncoder("c", {})
    return Context("c", encoder, max_buffer_bytes=limit, wake=lambda: None, now=0.0)


def opened(text: str = "Hello", *, limit: int = 1 << 20, now: float = 0.0) -> Context:
    context = make(limit=limit)
    context.move(Move.SEND, now=now)
    context.said(text, now=now)
    return context


def finishing() -> Context:
    context = opened()
    context.move(Move.FINISH, now=0)
    return context


def drain(context: Context) -> list[SpeechEvent]:
    events = []
    while (event := next_event(context)) is not None:
        events.append(event)
    return events


# --- the table


def test_ends_are_final() -> None:
    """Nothing leads out of an end."""
    assert all(after in OVER for (before, _), after in TRANSITIONS.items() if before in OVER)


def test_every_living_state_takes_errors_ends_and_cancels() -> None:
    """A fault, the end of the connection and a cancel end a context in whatever state it is."""
    for state in set(State) - OVER:
        assert TRANSITIONS[state, Move.ERROR] is State.FAILED
        assert TRANSITIONS[state, Move.EOF] is State.FAILED
        assert TRANSITIONS[state, Move.CANCEL] is State.CANCELLED


def test_done_comes_from_the_service_alone() -> None:
    """Only the service's done, or having said nothing at all, makes a context DONE."""
    moves = {key for key, after in TRANSITIONS.items() if after is State.DONE}
    assert moves - {(state, move) for state in OVER for move in Move} == {
        (State.IDLE, Move.FINISH),
        (State.OPEN, Move.END),
        (State.FINISHING, Move.END),
    }


def test_finish_and_cancel_are_always_allowed() -> None:
    """Finishing or cancelling twice, or after the end, is harmless."""
    assert {(state, move) for state in State for move in (Move.FINISH, Move.CANCEL)} <= set(
        TRANSITIONS
    )


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", [Move.SEND, Move.FINISH, Move.CANCEL])
def test_our_moves_follow_the_table(state: State, move: Move) -> None:
    """A move of ours that the table does not list raises and names the move and the state."""
    context = make()
    context._enter(state)
    after = TRANSITIONS.get((state, move))
    if after is None:
        with pytest.raises(LocalStateError, match=f"cannot {move.value}: .* {state.value}"):
            context.move(move, now=0)
        assert context.state is state
    else:
        assert context.move(move, now=0) is state
        assert context.state is after


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", [CHUNK, Done()])
def test_the_peers_moves_follow_the_table(state: State, event: SpeechEvent) -> None:
    """An event that the table does not list is dropped without a trace."""
    context = make()
    context._enter(state)
    move = Move.END if isinstance(event, Done) else Move.EVENT
    after = TRANSITIONS.get((state, move))
    assert context.receive(event, now=0) is (after is not None)
    assert context.state is (after or state)
    assert (next_event(context) == event) is (after is not None)


# --- endings


def test_a_whole_life() -> None:
    """Events come out as they came in, and after done there is nothing."""
    context = finishing()
    for event in (CHUNK, WORDS, CHUNK, Done()):
        assert not context.done
        assert context.receive(event, now=1)
        assert context.news()
    assert (context.chunks, context.nbytes, context.cut_short) == (2, 200, False)
    assert context.done
    assert drain(context) == [CHUNK, WORDS, CHUNK, Done()]
    assert context.news() is False


def test_done_before_the_text_was_complete_is_noticed() -> None:
    """A done that comes while more text was announced marks the context as cut short."""
    context = opened()
    context.receive(CHUNK, now=0)
    context.receive(Done(), now=0)
    assert context.cut_short


def test_finishing_before_any_text_is_done_at_once() -> None:
    """A context that said nothing waits for nothing."""
    context = make()
    context.move(Move.FINISH, now=0)
    assert drain(context) == [Done(context_id="c")]
    assert context.news() is False


def test_cancel_drops_what_was_buffered() -> None:
    """After a cancel only Cancelled is yielded, once, and nothing that comes later."""
    context = opened()
    context.receive(CHUNK, now=0)
    context.move(Move.CANCEL, now=0)
    context.move(Move.CANCEL, now=0)
    assert not context.receive(CHUNK, now=0)
    assert not context.fail(BadRequestError("late"), Move.ERROR)
    assert not context.eof(closed_error(1006, "", by_us=False))
    assert drain(context) == [Cancelled(context_id="c")]
    assert context.news() is False


def test_cancel_after_done_drops_what_is_unread() -> None:
    """Whoever cancels wants silence, also when the service was quicker than the reader."""
    context = finishing()
    context.receive(CHUNK, now=0)
    context.receive(Done(), now=0)
    context.move(Move.CANCEL, now=0)
    context.move(Move.CANCEL, now=0)
    assert drain(context) == [Cancelled(context_id="c")]
    context.move(Move.CANCEL, now=0)
    assert context.news() is False


def test_cancel_after_a_failure_leaves_the_fault() -> None:
    """The unread audio is dropped; the error is still raised."""
    context = opened()
    context.receive(CHUNK, now=0)
    context.fail(BadRequestError("No"), Move.ERROR)
    context.move(Move.CANCEL, now=0)
    with pytest.raises(BadRequestError, match="No"):
        next_event(context)


def test_a_fault_comes_after_the_events_before_it_and_stays() -> None:
    """Buffered events are read first; then every read and every push raises the fault."""
    context = opened()
    context.receive(CHUNK, now=0)
    assert context.fail(BadRequestError("No"), Move.ERROR)
    assert not context.fail(BadRequestError("Twice"), Move.ERROR)
    assert next_event(context) == CHUNK
    for _ in range(2):
        with pytest.raises(BadRequestError, match="No") as caught:
            next_event(context)
        assert caught.value.context_id == "c"
    with pytest.raises(BadRequestError, match="No"):
        context.move(Move.SEND, now=0)


def test_silence_is_a_fault_when_there_was_something_to_hear() -> None:
    """A done without any audio for text that can be heard is an error, not an end."""
    context = finishing()
    context.receive(Done(), now=0)
    with pytest.raises(RemoteProtocolError, match="without any audio"):
        next_event(context)


@pytest.mark.parametrize("text", ["", " ", "...", "?!"])
def test_silence_is_no_fault_when_there_was_nothing_to_hear(text: str) -> None:
    """Text without a letter or digit may end without audio."""
    context = opened(text)
    context.receive(Done(), now=0)
    assert drain(context) == [Done()]


def test_the_end_of_the_connection_is_no_end_of_the_stream() -> None:
    """A context in flight ends as truncated and says how much came, with the close as cause."""
    context = finishing()
    context.receive(CHUNK, now=0)
    cause = closed_error(1000, "bye", by_us=False)
    assert context.eof(cause)
    assert next_event(context) == CHUNK
    with pytest.raises(StreamTruncatedError) as caught:
        next_event(context)
    error = caught.value
    assert (error.chunks, error.nbytes, error.context_id) == (1, 100, "c")
    assert error.__cause__ is cause
    assert "1 chunks and 100 bytes" in str(error)
    assert "code 1000 (bye)" in str(error)


def test_the_end_of_the_connection_before_any_text() -> None:
    """A context that sent nothing has no stream to cut: it raises what ended the connection."""
    context = make()
    assert context.eof(closed_error(1001, "", by_us=False))
    with pytest.raises(ConnectionClosedError) as caught:
        next_event(context)
    assert (caught.value.code, caught.value.context_id) == (1001, "c")


@pytest.mark.parametrize(
    ("code", "reason", "by_us", "text", "by"),
    [
        (1006, "", False, "the connection was lost without a closing handshake", "remote"),
        (1000, "", True, "this client closed the connection with code 1000", "local"),
        (1011, "x" * 300, False, f"the service closed the connection with code 1011 ({'x' * 200})",
         "remote"),
    ],
)  # fmt: skip
def test_close_errors(code: int, reason: str, by_us: bool, text: str, by: str) -> None:
    """The sentence says who closed; a long reason is cut in it and whole in the attribute."""
    error = closed_error(code, reason, by_us=by_us)
    assert isinstance(error, APIConnectionError)
    assert (error.message, error.code, error.reason, error.by) == (text, code, reason, by)


# --- the buffer


def test_the_bound_is_on_what_waits() -> None:
    """Audio that has been read makes room; what waits may fill the buffer to the brim."""
    context = opened(limit=200)
    for _ in range(5):
        context.receive(CHUNK, now=0)
        context.receive(CHUNK, now=0)
        assert drain(context) == [CHUNK, CHUNK]
    assert context.state is State.OPEN


def test_overflow_fails_the_context() -> None:
    """One byte too many ends the context, after what was buffered has been read."""
    context = opened(limit=299)
    assert all(context.receive(CHUNK, now=0) for _ in range(3))
    assert not context.receive(CHUNK, now=0)
    assert [next_event(context), next_event(context)] == [CHUNK, CHUNK]
    with pytest.raises(BufferOverflowError) as caught:
        next_event(context)
    assert (caught.value.limit, caught.value.context_id) == (299, "c")


@pytest.mark.parametrize("event", [WORDS, FlushDone(), AudioChunk(data=b"")])
def test_events_without_audio_are_bounded_too(event: SpeechEvent) -> None:
    """A flood of other events fills the buffer at a flat rate, and reading them empties it."""
    context = opened(limit=10 * EVENT_BYTES)
    for _ in range(20):
        context.receive(event, now=0)
        next_event(context)
    for _ in range(10):
        context.receive(event, now=0)
    assert not context.done
    context.receive(event, now=0)
    assert context.done


def test_frames_that_nobody_knows_are_bounded_by_their_size() -> None:
    """They are kept whole, so that a flood of large ones would take all memory."""
    event = UnknownEvent(name="news", context_id="c", fields={"text": "x" * 4000})
    context = opened(limit=10_000)
    for _ in range(5):
        context.receive(event, now=0)
        next_event(context)
    context.receive(event, now=0)
    context.receive(event, now=0)
    assert not context.done
    context.receive(event, now=0)
    assert context.done


def test_the_end_fits_into_a_full_buffer() -> None:
    """Done never overflows."""
    context = finishing()
    context._max_buffer = 100
    context.receive(CHUNK, now=0)
    context.receive(Done(), now=0)
    assert drain(context) == [CHUNK, Done()]


# --- deadlines


def due(context: Context, timeouts: Timeouts = TIMEOUTS) -> tuple[str, float] | None:
    deadline = context.deadline(timeouts)
    if deadline is None:
        return None
    assert deadline.error.context_id == "c"
    assert f"for {deadline.error.seconds:g} s" in str(deadline.error)
    return deadline.error.phase, deadline.at


def test_deadline_before_any_text() -> None:
    """Without text the clock runs against the next push."""
    assert due(make()) == ("input", 60.0)


def test_deadline_of_the_first_audio() -> None:
    """Until the first chunk the clock runs from the first text, whatever else happens."""
    context = opened(now=1)
    assert due(context) == ("first_audio", 6.0)
    context.move(Move.SEND, now=4)
    context.said(" there", now=4)
    assert due(context) == ("first_audio", 6.0)
    context.receive(WORDS, now=5)
    assert due(context) == ("first_audio", 6.0)
    context.move(Move.FINISH, now=5)
    assert due(context) == ("first_audio", 6.0)


def test_text_that_cannot_be_heard_does_not_start_the_clock_of_the_audio() -> None:
    """A line end or a flush ahead of the text is no reason to expect audio."""
    context = opened("\n", now=0)
    assert due(context) == ("idle", 3.0)
    context.move(Move.SEND, now=20)
    context.said("Hello", now=20)
    assert due(context) == ("first_audio", 25.0)


def test_deadline_between_pushes() -> None:
    """After an answer to all that was pushed the clock runs against the next push."""
    context = opened(now=0)
    context.receive(CHUNK, now=1)
    assert due(context) == ("input", 61.0)
    context.move(Move.SEND, now=2)
    assert due(context) == ("idle", 5.0)


def test_deadline_is_not_renewed_by_pushing() -> None:
    """A service that falls silent is noticed however busily text is pushed."""
    context = opened(now=0)
    context.receive(CHUNK, now=1)
    for now in (2, 3, 4):
        context.move(Move.SEND, now=now)
    assert due(context) == ("idle", 5.0)


def test_deadline_while_finishing() -> None:
    """With all text sent, the next event is always owed by the service."""
    context = finishing()
    context.receive(CHUNK, now=1)
    assert due(context) == ("idle", 4.0)
    context.receive(WORDS, now=2)
    assert due(context) == ("idle", 5.0)


@pytest.mark.parametrize("context", [make(), opened(), finishing()])
def test_no_deadline(context: Context) -> None:
    """None waits for ever."""
    assert due(context, Timeouts(first_audio=None, idle=None, input=None)) is None
