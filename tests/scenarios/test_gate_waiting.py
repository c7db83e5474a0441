"""The plan's limit on concurrent contexts: waiting here instead of refusals from there."""

from __future__ import annotations

import json
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_stream import APITimeoutError, StreamTruncatedError, Timeouts
from cartesia_stream._text.chunker import Chunker

from .faces import AT_ONCE_S, VOICE, Background, at_once, eventually, speak
from .hearing import words_heard

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia

    from .conftest import MakeEmulator
    from .faces import Face

TEXT: Final = "Hello there."
WORDS: Final = ["Hello", "there."]
LONG: Final = "This goes on and on. " * 40


def contexts_opened(emulator: Emulator) -> int:
    """How many first messages and requests the service got; more than speech means refusals."""
    frames = sum(len(request.frames) for request in emulator.requests)
    calls = sum(request.path != "/tts/websocket" for request in emulator.requests)
    return frames + calls


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_known_limit_is_never_passed(
    face: Face, make_emulator: MakeEmulator, transport: str
) -> None:
    """Four times as many as the plan allows: all are spoken, and none was ever refused."""
    emulator = make_emulator(concurrency=3, latency=0.02)
    client = face.client(emulator, max_concurrency=3)

    def say() -> list[str]:
        return words_heard(speak(client, transport, TEXT))

    assert at_once(*[say] * 12) == [WORDS] * 12
    assert contexts_opened(emulator) == 12


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_unknown_limit_is_learnt(face: Face, make_emulator: MakeEmulator, transport: str) -> None:
    """Refusals teach it: everything is spoken, and the refusals are few."""
    emulator = make_emulator(concurrency=2, latency=0.02)
    client = face.client(emulator)

    def say() -> list[str]:
        return words_heard(speak(client, transport, TEXT))

    assert at_once(*[say] * 8) == [WORDS] * 8
    first = contexts_opened(emulator)
    assert first <= 8 + 2 * 8
    assert at_once(*[say] * 8) == [WORDS] * 8
    assert contexts_opened(emulator) - first <= 8 + 2  # learnt


def test_contexts_wait_too(face: Face, make_emulator: MakeEmulator) -> None:
    """A context of a connection takes its slot with its first text."""
    emulator = make_emulator(concurrency=1)
    client = face.client(emulator, max_concurrency=1)
    with client.tts.websocket_connect() as connection:
        one, two = connection.context(voice=VOICE), connection.context(voice=VOICE)
        one.push(TEXT)
        pushing = Background(lambda: two.push(TEXT))
        time.sleep(0.1)
        assert len(emulator.requests[0].frames) == 1
        one.no_more_inputs()
        assert words_heard(one.receive()) == WORDS
        assert pushing.error() is None
        two.no_more_inputs()
        assert words_heard(two.receive()) == WORDS


def test_context_that_is_cancelled_in_the_queue_keeps_no_slot(
    face: Face, make_emulator: MakeEmulator
) -> None:
    client = face.client(make_emulator(concurrency=1), max_concurrency=1)
    with client.tts.websocket_connect() as connection:
        one, two = connection.context(voice=VOICE), connection.context(voice=VOICE)
        one.push(TEXT)
        pushing = Background(lambda: two.push(TEXT))
        time.sleep(0.05)
        two.cancel()
        one.cancel()
        assert pushing.error() is not None
        assert words_heard(connection.speak(TEXT, voice=VOICE)) == WORDS


def in_line(client: Any) -> int:
    """How many wait for a slot."""
    return sum(len(here.gate._bells) for here in client._connections._pools.values())


def test_urgent_speech_goes_first(face: Face, make_emulator: MakeEmulator) -> None:
    """By priority, and within one in the order of asking."""
    client = face.client(make_emulator(concurrency=1, realtime=4.0), max_concurrency=1)
    done: list[str] = []
    lock = threading.Lock()

    def say(name: str, priority: int) -> None:
        events = list(client.tts.speak(TEXT, voice=VOICE, priority=priority))
        with lock:
            done.append(name)
        assert words_heard(events) == WORDS

    first = client.tts.speak(LONG, voice=VOICE)
    next(first)
    waiting = []
    for name, priority in (("a", 0), ("b", 0), ("urgent", 5), ("c", -1)):
        waiting.append(Background(partial(say, name, priority)))
        assert eventually(lambda: in_line(client) == len(waiting))
    first.close()
    assert [each.error() for each in waiting] == [None] * 4
    assert done == ["urgent", "a", "b", "c"]


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_waiting_has_a_deadline(face: Face, make_emulator: MakeEmulator, transport: str) -> None:
    """And then the error says what was waited for, before anything was sent."""
    emulator = make_emulator(concurrency=5, realtime=1.0)
    timeouts = Timeouts(queue=0.15, close=0.5)
    client = face.client(emulator, max_concurrency=1, timeout=timeouts)
    first = client.tts.speak(LONG, voice=VOICE)
    next(first)
    before = time.monotonic()
    with pytest.raises(APITimeoutError) as raised:
        list(speak(client, transport, TEXT))
    assert 0.1 < time.monotonic() - before < AT_ONCE_S
    assert (raised.value.phase, raised.value.seconds) == ("queue", 0.15)
    assert len(emulator.requests) == 1
    first.close()
    assert words_heard(speak(client, "websocket", TEXT)) == WORDS


def failing(client: Cartesia, emulator: Emulator, transport: str) -> None:
    emulator.inject("bad-base64", after=1)
    with pytest.raises(Exception, match=r".+"):
        list(speak(client, transport, TEXT))


def truncated(client: Cartesia, emulator: Emulator, transport: str) -> None:
    emulator.inject("drop", after=2)
    with pytest.raises(StreamTruncatedError):
        list(speak(client, transport, TEXT))


def refused(client: Cartesia, emulator: Emulator, transport: str) -> None:
    emulator.inject("error" if transport == "websocket" else "status", 400, after=0)
    with pytest.raises(Exception, match=r".+"):
        list(speak(client, transport, TEXT))


def closed(client: Cartesia, emulator: Emulator, transport: str) -> None:
    stream = speak(client, transport, LONG)
    next(stream)
    stream.close()


def finished(client: Cartesia, emulator: Emulator, transport: str) -> None:
    assert words_heard(speak(client, transport, TEXT)) == WORDS


@pytest.mark.parametrize("transport", ["websocket", "sse"])
@pytest.mark.parametrize("end", [failing, truncated, refused, closed, finished])
def test_slot_is_given_back_however_speech_ends(
    face: Face,
    emulator: Emulator,
    transport: str,
    end: object,
) -> None:
    assert callable(end)
    client = face.client(emulator, max_concurrency=1, timeout=Timeouts(queue=2, close=0.5))
    for _ in range(3):
        end(client, emulator, transport)
    assert words_heard(speak(client, transport, TEXT)) == WORDS


def test_text_is_not_taken_before_its_turn(face: Face, make_emulator: MakeEmulator) -> None:
    """What waits for a slot does not read its text yet: a model may be slow to start anyway."""
    client = face.client(make_emulator(concurrency=1), max_concurrency=1)
    first = client.tts.speak(LONG, voice=VOICE)
    next(first)
    waiting = Background(
        lambda: words_heard(client.tts.speak(face.tokens(["Hello ", "there."]), voice=VOICE))
    )
    time.sleep(0.05)
    first.close()
    assert waiting.result() == WORDS


def test_buffering_here_lets_go_when_the_model_pauses(
    face: Face, make_emulator: MakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was held back is spoken while nothing comes, and what comes later goes on from there."""
    monkeypatch.setattr(Chunker, "PAUSE_S", 0.2)
    emulator = make_emulator(context_expiry_s=60)
    client = face.client(emulator)
    pieces = ["Let me check", ", one mo", "ment <bre", 'ak time="1s"/> please.']
    stream = client.tts.speak(face.tokens(pieces, gap=0.8), voice=VOICE, buffering="client")
    assert words_heard(stream)
    messages = [json.loads(frame) for frame in emulator.requests[0].frames]
    sent = [message["transcript"] for message in messages if message.get("transcript")]
    assert sent == ["Let me check", ", one mo", "ment ", '<break time="1s"/> please.']


@pytest.mark.parametrize("gap", [0.0, 0.6])
def test_text_that_fails_while_it_is_gathered_here(
    client: Cartesia, face: Face, monkeypatch: pytest.MonkeyPatch, gap: float
) -> None:
    """Its exception is raised where the speech is read, after a pause too."""
    monkeypatch.setattr(Chunker, "PAUSE_S", 0.2)
    text = face.tokens(["Hello "], gap=gap, error=KeyError("mine"))
    with pytest.raises(KeyError, match="mine"):
        client.tts.speak(text, voice=VOICE, buffering="client").collect()


def test_leaving_while_the_model_pauses(
    client: Cartesia, face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing ends the reading of the text; nothing of it is left behind."""
    monkeypatch.setattr(Chunker, "PAUSE_S", 0.1)
    text = face.tokens(["Hello there"] * 5, gap=0.5)
    with client.tts.speak(text, voice=VOICE, buffering="client") as stream:
        next(iter(stream))


def test_buffering_here_sends_whole_sentences(
    client: Cartesia, emulator: Emulator, face: Face
) -> None:
    """Each as soon as the next begins, verbatim, and with the service's own buffering off."""
    pieces = ["Hello th", "ere, my friend. ", "How are", " you? I paid 3", ".14 for it. ", "Bye."]
    stream = client.tts.speak(face.tokens(pieces), voice=VOICE, buffering="client")
    text = "".join(pieces)
    assert "".join(words_heard(stream)) == text.replace(" ", "")
    sent_frames = [json.loads(frame) for frame in emulator.requests[0].frames]
    messages = [message for message in sent_frames if message.get("transcript")]
    sent = [str(message["transcript"]) for message in messages]
    assert "".join(sent) == text
    assert all(part.rstrip()[-1] in ".?," for part in sent)
    assert {message["max_buffer_delay_ms"] for message in messages} == {0}
    assert eventually(lambda: stream.heard(stream.duration) == text)
