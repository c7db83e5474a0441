"""Lost connections: no word is heard twice, and none is missing, wherever they are lost."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    APIError,
    Done,
    FinalTranscript,
    RateLimitError,
    Reconnected,
    Timeouts,
    TranscriptTruncatedError,
    TurnEnded,
    TurnPredicted,
    TurnResumed,
    TurnStarted,
    TurnUpdated,
)

from .recordings import FORMAT, PAUSE, said, turns

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation, Script

RAW: dict[str, Any] = {"format": FORMAT, "pace": None}
TURNS = "/stt/turns/websocket"
MANUAL = "/stt/websocket"
TEXTS = ("Hello you.", "No.", "No.", "So it is.")  # the same words twice, on purpose
WHOLE = "Hello you. No. No. So it is."
MESSAGES = len(turns(*TEXTS)) // 3200
FRAMES = 20  # of the service; a fault after more of them happens at the end


def check_turns(events: list[Any]) -> None:
    """The order that the service promises, and texts that only grow."""
    assert isinstance(events[-1], Done)
    turn, text, state = 0, "", "idle"
    for event in events[:-1]:
        match event:
            case TurnStarted():
                assert (state, event.turn) == ("idle", turn + 1)
                turn, text, state = event.turn, "", "speaking"
            case TurnUpdated():
                assert state == "speaking"
                assert event.text == text + event.delta
                assert not event.revised
                text = event.text
            case TurnPredicted():
                assert (state, event.text) == ("speaking", text)
                state = "predicted"
            case TurnResumed():
                assert state == "predicted"
                state = "speaking"
            case TurnEnded():
                assert (state != "idle", event.text) == (True, text)
                state = "idle"
            case Reconnected():
                assert event.lost == 0
                assert event.cause
            case _:
                raise AssertionError(event)
    assert state == "idle"
    times = [event.at for event in events if hasattr(event, "at")]
    assert all(before <= after for before, after in pairwise(times) if before <= after)


def hear_turns(client: Cartesia) -> list[Any]:
    events: list[Any] = list(client.stt.listen(turns(*TEXTS), **RAW))
    check_turns(events)
    assert "".join(event.text for event in events if isinstance(event, TurnEnded)) == WHOLE
    return events


def take_dictation(client: Cartesia) -> list[Any]:
    with client.stt.dictate(**RAW) as dictation:
        finals = []
        for place, text in enumerate(TEXTS):
            dictation.push(said(text) + PAUSE)
            finals.append(dictation.finalize())
            assert finals[-1].text == (" " if place else "") + text
        dictation.finish()
        assert dictation.text == WHOLE
        events: list[Any] = list(dictation)
    assert "".join(event.text for event in events if isinstance(event, FinalTranscript)) == WHOLE
    assert isinstance(events[-1], Done)
    assert all(before.end == after.start for before, after in pairwise(finals))
    return events


WAYS = {TURNS: hear_turns, MANUAL: take_dictation}
# Each conversation takes a tenth of a second of the processor: `make test` takes samples.
EVERY = pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])


@EVERY
@pytest.mark.parametrize("losses", [1, 2])
@pytest.mark.parametrize("path", WAYS)
def test_loss_at_every_frame(
    client: Cartesia, emulator: Emulator, path: str, losses: int, step: int
) -> None:
    """Also when the next connection is lost at the same frame."""
    for frames in range(0, FRAMES, step if losses == 1 else 3 * step):
        emulator.clear_faults()
        emulator.inject("drop", after=frames, times=losses, path=path)
        assert any(isinstance(event, Reconnected) for event in WAYS[path](client))


@EVERY
@pytest.mark.parametrize("fault", ["drop-after-audio", "close-after-audio"])
@pytest.mark.parametrize("path", WAYS)
def test_loss_after_every_message_of_audio(
    client: Cartesia,
    emulator: Emulator,
    path: str,
    fault: str,
    step: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cartesia_stream._protocol.listener.LARGE_S", 0.1)
    for count in range(1, MESSAGES, step * (3 if fault == "drop-after-audio" else 11)):
        emulator.clear_faults()
        emulator.inject(fault, count, path=path)
        assert any(isinstance(event, Reconnected) for event in WAYS[path](client))


@pytest.mark.parametrize("fault", ["bad-json", "bad-utf8", "half-frame", "error", "no-done"])
@pytest.mark.parametrize("path", WAYS)
def test_other_failures_are_losses_too(
    client: Cartesia, emulator: Emulator, path: str, fault: str
) -> None:
    for after in (0,) if fault == "no-done" else (0, 5, 9):
        emulator.clear_faults()
        emulator.inject(fault, after=after, path=path)
        WAYS[path](client)


@EVERY
def test_one_thousand_is_no_end_before_its_time(
    client: Cartesia, emulator: Emulator, step: int
) -> None:
    """A service that closes as if all were well, while audio is still to come."""
    for after in range(1, 12, step):
        emulator.clear_faults()
        emulator.inject("close", 1000, after=after, path=MANUAL)
        take_dictation(client)
        emulator.inject("drop-after-audio", after, path=TURNS)
        emulator.inject("close", 1000, after=after, path=TURNS)
        with client.stt.listen(**RAW) as listening:
            listening.push(turns(*TEXTS))
            while not listening.text.endswith("So it is."):
                next(iter(listening))
            listening.finish()
            assert listening.text == WHOLE


@EVERY
def test_finals_between_two_flushes_are_not_repeated(
    client: Cartesia, emulator: Emulator, step: int
) -> None:
    """Those that the service sends by itself, after silence."""
    audio = said("No.") + 3 * PAUSE + said("No.") + 3 * PAUSE + said("So it is.")
    for model in ("ink-2", "ink-whisper"):
        for count in range(1, len(audio) // 3200, 5 * step):
            emulator.clear_faults()
            emulator.inject("drop-after-audio", count, path=MANUAL)
            with client.stt.dictate(model=model, **RAW) as dictation:
                dictation.push(audio)
                assert dictation.finalize().text == "No. No. So it is."
                dictation.finish()
                assert dictation.text == "No. No. So it is.", count


def test_times_of_words_go_on_through_a_loss(client: Cartesia, emulator: Emulator) -> None:
    def collected() -> list[tuple[str, float]]:
        heard = client.stt.dictate(turns(*TEXTS), model="ink-whisper", **RAW).collect()
        return [(word.text, word.start) for word in heard.words]

    whole = collected()
    emulator.inject("drop-after-audio", 25, path=MANUAL)
    again = collected()
    assert [word for word, _ in again] == [word for word, _ in whole]
    assert [start for _, start in again] == pytest.approx([start for _, start in whole], abs=0.01)


def test_audio_that_was_kept_no_longer_is_told(
    client: Cartesia, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost in silence."""
    from cartesia_stream._protocol import listener

    monkeypatch.setattr(listener, "KEPT_S", 1.0)
    first = said("One.")
    emulator.inject("drop-after-audio", (len(first) + 48000) // 3200, path=MANUAL)
    listening = client.stt.dictate(first + 2 * PAUSE + said("Two."), format=FORMAT, pace=20.0)
    events = list(listening)
    (reconnected,) = (event for event in events if isinstance(event, Reconnected))
    assert reconnected.lost > 0
    assert listening.stats.lost == pytest.approx(reconnected.lost)
    assert reconnected.at == pytest.approx(reconnected.lost)
    assert listening.text == "Two."


def test_a_prefix_that_is_heard_differently_is_marked(client: Cartesia, emulator: Emulator) -> None:
    emulator.inject("revised-turn", after=3, path=TURNS)
    events = list(client.stt.listen(turns("Hello there, my friend."), **RAW))
    assert any(event.revised for event in events if isinstance(event, TurnUpdated))
    (ended,) = (event for event in events if isinstance(event, TurnEnded))
    assert ended.text == "Hello there, my friend."


def test_losses_without_anything_new_are_bounded(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, max_retries=2)
    emulator.inject("drop", after=1, times=3, path=TURNS)
    with pytest.raises(TranscriptTruncatedError) as caught:
        list(client.stt.listen(turns(*TEXTS), **RAW))
    assert caught.value.delivered == ""
    assert (caught.value.start, caught.value.end) == (0, len(turns(*TEXTS)) / 32000)


def test_a_service_that_is_away_for_a_while(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, max_retries=2)
    emulator.inject("drop", after=4, path=TURNS)
    client_events = hear_turns(client)
    assert any(isinstance(event, Reconnected) for event in client_events)
    emulator.inject("drop", after=4, path=TURNS)
    emulator.inject("handshake-status", 503, times=1, path=TURNS)
    hear_turns(client)


def test_a_service_that_stays_away(face: Face, make_emulator: MakeEmulator) -> None:
    emulator = make_emulator()
    client = face.client(emulator, max_retries=1)
    with client.stt.listen(**RAW) as listening:
        listening.push(turns("Hello there."))
        while not listening.text:
            next(iter(listening))
        emulator.stop()
        with pytest.raises(APIError) as caught:
            listening.finish()
        assert caught.value.delivered == "Hello there."


def test_a_429_after_a_loss_waits(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator)
    emulator.inject("drop", after=3, path=TURNS)
    emulator.inject("error", 429, after=3, path=TURNS)
    events = hear_turns(client)
    assert any(isinstance(event, Reconnected) for event in events)
    assert not any(isinstance(event, RateLimitError) for event in events)


def test_live_audio_goes_on_during_a_loss(client: Cartesia, emulator: Emulator) -> None:
    """What is pushed while there is no connection is heard on the next one."""
    emulator.inject("drop", after=1, path=TURNS)
    with client.stt.listen(format=FORMAT, pace=8.0) as listening:
        for block in (turns(*TEXTS)[at : at + 6400] for at in range(0, len(turns(*TEXTS)), 6400)):
            listening.push(block)
        listening.finish()
        events: list[Any] = list(listening)
    check_turns(events)
    assert listening.text == WHOLE


def _lost(conversation: Conversation) -> None:
    """Begin a turn, and break the connection off."""
    conversation.accept()
    conversation.tell("turn.start")
    conversation.frame()
    conversation.interrupt()


def _unanswered(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.hold()


def _refused(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.respond("503 Unavailable")


@pytest.mark.parametrize("script", [_unanswered, _refused])
def test_tries_after_a_loss_are_as_many_as_there_are_retries(
    face: Face, make_peer: MakePeer, script: Script
) -> None:
    """And not as many for each of them: deadlines of all tries together stay in proportion."""
    peer = make_peer(_lost, script)
    client = face.client(peer.base_url, max_retries=2, timeout=0.4)
    with pytest.raises(APIError):
        client.stt.listen(bytes(3200), **RAW).collect()
    assert peer.connections == 1 + 3


def test_the_queue_after_a_loss_takes_its_time_once(face: Face, make_peer: MakePeer) -> None:
    body = b'{"error_code": "concurrency_limited", "message": "too many"}'

    def full(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.respond("429 Too Many Requests", body)

    peer = make_peer(_lost, full)
    client = face.client(peer.base_url, max_retries=2, timeout=Timeouts(queue=0.8, close=0.5))
    began = time.monotonic()
    with pytest.raises(RateLimitError):
        client.stt.listen(bytes(3200), **RAW).collect()
    assert time.monotonic() - began < 1.6
