"""The pure core of a listener: its states, its clock, and what it sends when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cartesia_stream import (
    APITimeoutError,
    BadRequestError,
    BufferOverflowError,
    Cancelled,
    ConnectionClosedError,
    Done,
    FinalTranscript,
    InternalServerError,
    ListenFormat,
    LocalStateError,
    Reconnected,
    Timeouts,
    TranscriptTruncatedError,
)
from cartesia_stream._protocol import listener as module
from cartesia_stream._protocol.books import DictationBook, TurnBook
from cartesia_stream._protocol.listener import OVER, TRANSITIONS, Listener, Move, State

FORMAT = ListenFormat("pcm_s16le", 8000)
SECOND = bytes(range(1, 251)) * 64
LOST = ConnectionClosedError("gone", code=1006)


def new(book: DictationBook | TurnBook | None = None, **changes: Any) -> Listener:
    settings: dict[str, Any] = {
        "timeouts": Timeouts(),
        "pace": None,
        "live": True,
        "max_lag": 30.0,
        "max_restarts": 2,
        "max_buffer_bytes": 1 << 20,
        "settings": {},
        "now": 0.0,
    }
    return Listener(book or DictationBook(), FORMAT, **settings | changes)


def sent(listener: Listener, now: float = 0.0) -> list[bytes]:
    """All that it wants to send now."""
    messages = []
    while (message := listener.message(now)) is not None:
        messages.append(message.data)
    return messages


def tell(listener: Listener, kind: str, now: float = 0.0, **fields: object) -> None:
    listener.receive({"type": kind, "request_id": "r", **fields}, None, now)


def final(listener: Listener, text: str, **fields: Any) -> None:
    tell(listener, "transcript", text=text, is_final=True, **fields)


def test_every_state_has_a_way_out_and_an_end_has_none() -> None:
    for state in State:
        moves = {move for known, move in TRANSITIONS if known is state}
        assert bool(moves) is (state not in OVER)
        if state not in OVER:
            assert {Move.CANCEL, Move.FAIL} <= moves


@pytest.mark.parametrize("pace", [1e6, None])
def test_audio_with_a_pace_is_cut_into_messages_of_a_tenth_of_a_second(pace: float | None) -> None:
    """Without one, what waits is sent in messages of a second, which cost less."""
    listener = new(pace=pace)
    listener.push(SECOND[1600:] + SECOND, 0.0)
    assert sent(listener) == []  # it is not connected yet
    listener.opened(0.0)
    messages = sent(listener, 1.0)
    assert [len(message) for message in messages] == ([1600] * 19 if pace else [16000, 14400])
    assert b"".join(messages) == SECOND[1600:] + SECOND


def test_one_write_has_several_messages_but_not_all() -> None:
    listener = new(pace=1e6)
    listener.opened(0.0)
    listener.push(SECOND * 6, 0.0)
    mark = listener.finalize()
    sizes = []
    while messages := listener.messages(1.0):
        sizes.append(sum(len(message.data) for message in messages))
    assert sizes == [41 * 1600, 96000 - 41 * 1600 + len(b"finalize")]
    assert mark.sent_at == 1.0


def test_half_a_sample_waits_for_the_other_half() -> None:
    listener = new()
    listener.opened(0.0)
    listener.push(b"abc", 0.0)
    assert sent(listener) == [b"ab"]
    listener.push(b"d", 0.0)
    assert sent(listener) == [b"cd"]


def test_finalize_stands_between_the_audio_before_and_after_it() -> None:
    listener = new()
    listener.opened(0.0)
    listener.push(b"ab", 0.0)
    listener.finalize()
    listener.push(b"cd", 0.0)
    listener.finalize()
    listener.finalize()
    listener.finish()
    assert sent(listener) == [b"ab", b"finalize", b"cd", b"finalize", b"finalize", b"close"]


def test_answers_belong_to_their_finalize() -> None:
    listener = new()
    listener.opened(0.0)
    listener.push(SECOND, 0.0)
    first = listener.finalize()
    listener.push(SECOND, 0.0)
    second = listener.finalize()
    sent(listener)
    final(listener, "One")
    final(listener, " two.")
    tell(listener, "flush_done")
    final(listener, " Three.")
    tell(listener, "flush_done")
    assert first.answer is not None
    assert second.answer is not None
    assert (first.answer.text, first.answer.start, first.answer.end) == ("One two.", 0.0, 1.0)
    assert (second.answer.text, second.answer.start, second.answer.end) == (" Three.", 1.0, 2.0)
    assert listener.cut == 2 * len(SECOND)


@pytest.mark.parametrize("answered", [True, False])
def test_the_text_of_an_abandoned_finalize_is_in_the_next_answer(answered: bool) -> None:
    """Whether its answer came before or after its caller left, and through a loss."""
    listener = new()
    listener.opened(0.0)
    listener.push(SECOND, 0.0)
    marks = [listener.finalize()]
    sent(listener)
    if answered:
        final(listener, "One.")
        tell(listener, "flush_done")
        listener.abandon(marks[0])
    else:
        listener.abandon(marks[0])
        listener.broken(LOST)
        listener.opened(0.0)
        sent(listener)
        final(listener, "One.")
        tell(listener, "flush_done")
    for text in (" Two.", " Three."):
        listener.push(SECOND, 0.0)
        marks.append(listener.finalize())
        sent(listener)
        final(listener, text)
        tell(listener, "flush_done")
    answers = [(mark.answer.text, mark.answer.start) for mark in marks[1:] if mark.answer]
    assert answers == [("One. Two.", 0.0), (" Three.", 2.0)]
    assert listener.book.text == "One. Two. Three."


def test_a_new_connection_gets_the_audio_after_the_last_answer() -> None:
    listener = new()
    listener.opened(0.0)
    listener.push(b"ab" * 100, 0.0)
    listener.finalize()
    listener.push(b"cd" * 100, 0.0)
    listener.finalize()
    sent(listener)
    tell(listener, "flush_done")
    listener.broken(LOST)
    assert listener.state is State.LOST
    assert sent(listener) == []
    listener.push(b"ef" * 100, 0.0)
    listener.opened(1.0)
    assert sent(listener) == [b"cd" * 100, b"finalize", b"ef" * 100]
    event = listener.pop()
    assert isinstance(event, Reconnected)
    assert (event.at, event.replayed, event.lost) == (200 / 16000, 200 / 16000, 0)


def test_done_that_was_not_asked_for_is_a_loss() -> None:
    listener = new()
    listener.opened(0.0)
    tell(listener, "done")
    assert listener.state is State.LOST


@pytest.mark.parametrize(
    ("code", "end"), [(1000, True), (1001, False), (1006, False), (None, False)]
)
def test_turns_end_when_our_close_is_acknowledged(code: int | None, end: bool) -> None:
    listener = new(TurnBook())
    listener.opened(0.0)
    listener.closed(1000, LOST)  # before the close
    assert not listener.done
    listener.opened(0.0)
    listener.finish()
    assert sent(listener)[-1] == b'{"type":"close"}'
    listener.closed(code, LOST)
    assert (listener.state is State.DONE) is end


def test_manual_text_does_not_end_without_done() -> None:
    listener = new(max_restarts=0)
    listener.opened(0.0)
    listener.finish()
    sent(listener)
    listener.closed(1000, LOST)
    assert isinstance(listener.fault, TranscriptTruncatedError)


def test_done_ends_it() -> None:
    listener = new()
    listener.opened(0.0)
    listener.finish()
    sent(listener)
    tell(listener, "done")
    assert isinstance(listener.pop(), Done)
    assert listener.news() is False


def test_nothing_owed_no_deadline() -> None:
    listener = new(TurnBook(), timeouts=Timeouts(final=1, drain=1))
    listener.opened(0.0)
    listener.push(SECOND, 0.0)
    sent(listener)
    listener.check(50.0)
    assert listener.fault is None
    assert listener.wait(0.0) == module.KEEPALIVE_S


@pytest.mark.parametrize("phase", ["final", "drain"])
def test_deadlines_count_from_the_last_message(phase: str) -> None:
    listener = new(timeouts=Timeouts(final=1.0, drain=1.0))
    listener.opened(0.0)
    listener.push(SECOND, 0.0)
    if phase == "final":
        listener.finalize()
    else:
        listener.finish()
    sent(listener)
    tell(listener, "transcript", now=0.5, text="a", is_final=False)
    assert listener.wait(0.5) == 1.0
    listener.check(1.4)
    assert listener.fault is None
    listener.check(1.5)
    assert isinstance(listener.fault, APITimeoutError)
    assert listener.fault.phase == phase


def test_no_deadline_while_there_is_no_connection() -> None:
    listener = new(timeouts=Timeouts(final=1.0))
    listener.opened(0.0)
    listener.finalize()
    sent(listener)
    listener.broken(LOST)
    listener.check(100.0)
    assert listener.fault is None


def test_a_file_keeps_the_pace_and_late_audio_goes_twice_as_fast() -> None:
    def times(*, live: bool, lost: bool = False) -> list[float]:
        listener = new(pace=1.0, live=live)
        listener.opened(0.0)
        listener.push(SECOND * 3, 0.0)
        now, found = 0.0, []
        while now < 2.0:
            if listener.message(now) is not None:
                found.append(round(now, 3))
            else:
                now += listener.wait(now) or 1.0
            if lost and len(found) == 10:
                lost = False
                listener.broken(LOST)
                listener.opened(now)
        return found

    # the first messages make up for the start
    assert len([at for at in times(live=False) if 0.9 < at < 1.9]) in (9, 10, 11)
    assert len([at for at in times(live=True) if 0.5 < at < 1.5]) in (19, 20, 21)
    assert len([at for at in times(live=False, lost=True) if at < 1.5]) >= 20


def test_muted_audio_is_silence_of_the_same_length() -> None:
    listener = new()
    listener.opened(0.0)
    listener.mute(True, 0.0)
    listener.push(SECOND, 0.0)
    assert b"".join(sent(listener)) == bytes(len(SECOND))
    listener.mute(False, 0.0)
    listener.push(b"ab", 0.0)
    assert sent(listener) == [b"ab"]
    assert listener.stats(None).muted == 1.0


def test_silence_is_sent_in_real_time_while_muted() -> None:
    listener = new()
    listener.opened(0.0)
    listener.mute(True, 0.0)
    now, total = 0.0, 0
    while now < 10.0:
        total += len(b"".join(sent(listener, now)))
        wait = listener.wait(now)
        assert wait is not None
        now += max(wait, 0.01)
    assert total / FORMAT.bytes_per_second == pytest.approx(10.0, abs=0.3)


def test_a_socket_that_gets_no_audio_is_kept_open() -> None:
    """With a tenth of a second of silence, well before the service closes it."""
    listener = new()
    listener.opened(0.0)
    assert sent(listener, module.KEEPALIVE_S - 1) == []
    assert [len(data) for data in sent(listener, module.KEEPALIVE_S)] == [1600]
    assert sent(listener, module.KEEPALIVE_S + 1) == []


def test_memory_is_bounded_while_nothing_is_confirmed() -> None:
    listener = new(TurnBook())
    listener.opened(0.0)
    for _ in range(100):
        listener.push(SECOND, 0.0)
        sent(listener)
    kept = listener._ring.end - listener._ring.base
    assert kept <= FORMAT.nbytes(module.KEPT_S)
    listener.broken(LOST)
    listener.opened(0.0)
    event = listener.pop()
    assert isinstance(event, Reconnected)
    assert (event.at, event.replayed, event.lost) == (70.0, 30.0, 70.0)


def test_a_tiny_lag_and_a_tiny_pace_hang_nobody() -> None:
    """There is always room for one message, and no wait is longer than a thread can wait."""
    listener = new(pace=1e-12, max_lag=1e-9)
    listener.opened(0.0)
    assert listener.push(memoryview(SECOND), 0.0) == len(SECOND) // 10
    assert len(listener.messages(0.0)) == 1
    assert listener.push(SECOND, 0.0)
    listener.finish()
    assert listener.wait(0.0) == 3600.0


def test_a_push_takes_what_there_is_room_for() -> None:
    listener = new(max_lag=0.5)
    assert listener.push(SECOND, 0.0) == len(SECOND) // 2
    assert listener.push(SECOND, 0.0) == 0
    assert not listener.push_whole(b"ab", 0.0)
    listener.opened(0.0)
    sent(listener)
    assert listener.push(SECOND, 0.0) == len(SECOND) // 2


def test_events_that_nobody_reads_are_bounded() -> None:
    listener = new(max_buffer_bytes=2000)
    listener.opened(0.0)
    for _ in range(100):
        final(listener, "word ")
    while isinstance(listener.pop(), FinalTranscript):
        pass
    with pytest.raises(BufferOverflowError):
        listener.news()


def test_errors_that_pass_are_losses_and_others_are_not() -> None:
    for error, state in (
        (InternalServerError("m", status_code=503), State.LOST),
        (BadRequestError("m", status_code=400), State.FAILED),
    ):
        listener = new()
        listener.opened(0.0)
        listener.receive({"type": "error"}, error, 0.0)
        assert listener.state is state


def test_restarts_are_bounded_unless_something_new_is_heard() -> None:
    listener = new(max_restarts=1)
    for number in range(5):
        listener.opened(0.0)
        listener.push(SECOND, 0.0)
        listener.finalize()
        sent(listener)
        final(listener, f"{number} ")
        tell(listener, "flush_done")
        listener.broken(LOST)
    assert listener.state is State.LOST
    listener.opened(0.0)
    listener.broken(LOST)
    assert isinstance(listener.fault, TranscriptTruncatedError)
    assert listener.fault.delivered == "0 1 2 3 4 "
    assert listener.fault.__cause__ is LOST


def test_settings_that_change_while_there_is_no_connection_are_in_its_handshake() -> None:
    listener = new(TurnBook())
    listener.configure({"end_threshold": 0.3})
    listener.opened(0.0)
    assert sent(listener) == []
    listener.configure({"end_threshold": 0.1})
    (message,) = sent(listener)
    assert json.loads(message) == {"type": "config", "turn": {"end_threshold": 0.1}}


def test_calls_after_the_end() -> None:
    listener = new()
    listener.opened(0.0)
    listener.cancel()
    for call in (
        lambda: listener.push(b"", 0.0),
        listener.finalize,
        lambda: listener.configure({}),
    ):
        with pytest.raises(LocalStateError):
            call()
    assert isinstance(listener.pop(), Cancelled)
    tell(listener, "transcript", text="late", is_final=True)
    assert listener.pop() is None


@pytest.mark.parametrize("duration", [1e308, -1e308, -1.0, 1e9])
def test_a_duration_that_cannot_be_is_no_place(duration: float) -> None:
    """Whatever the service says, the text is there, and its times are on the line of the audio."""
    listener = new()
    listener.opened(0.0)
    listener.push(SECOND, 0.0)
    sent(listener)
    for text in ("One", " two."):
        final(listener, text, duration=duration)
    final(listener, " Three.", words=[{"word": "Three.", "start": 0, "end": duration}])
    assert listener.book.text == "One two. Three."
    assert listener.cut == 0
    finals = [event for event in iter(listener.pop, None) if isinstance(event, FinalTranscript)]
    assert all(0 <= event.start <= event.end <= 1 for event in finals[:2])


def test_pushing_nothing_keeps_no_connection() -> None:
    """A source that yields empty blocks while nobody speaks must not be closed as idle."""
    listener = new()
    listener.opened(0.0)
    for now in range(0, 60, 5):
        assert listener.push_whole(b"", float(now))
        assert sent(listener, float(now)) == []
    assert len(sent(listener, 60.0)) == 1


def test_muting_again_and_again_sends_silence_all_the_same() -> None:
    listener = new()
    listener.opened(0.0)
    silence = 0
    for step in range(1, 101):
        listener.mute(True, step / 10)
        silence += sum(map(len, sent(listener, step / 10)))
    assert silence == pytest.approx(10 * FORMAT.bytes_per_second, rel=0.05)


def test_what_is_sent_again_counts_when_it_is_sent() -> None:
    """A connection that is lost before all of it was sent has not sent the rest."""
    listener = new(pace=1.0, live=False)
    listener.opened(0.0)
    listener.push(SECOND, 0.0)
    for step in range(20):
        sent(listener, step / 10)
    counted = 0
    for losses in (1, 2):
        listener.closed(1006, LOST)
        listener.opened(10.0 * losses)
        counted += sum(map(len, sent(listener, 10.0 * losses)))
        stats = listener.stats(None)
        assert stats.sent == 1.0
        assert stats.replayed == pytest.approx(FORMAT.duration(counted))
        assert 0 < stats.replayed < losses


def test_a_lag_without_a_limit() -> None:
    """Even if it is more than a number of bytes can be."""
    assert new(max_lag=1e308).push(SECOND, 0.0) == len(SECOND)


def test_frames_that_nobody_knows_are_bounded_by_their_size() -> None:
    listener = new(max_buffer_bytes=10_000)
    listener.opened(0.0)
    tell(listener, "news", text="x" * 4000)
    tell(listener, "news", text="x" * 4000)
    assert listener.fault is None
    assert listener.pop() is not None
    tell(listener, "news", text="x" * 4000)
    assert listener.fault is None
    tell(listener, "news", text="x" * 4000)
    assert isinstance(listener.fault, BufferOverflowError)
