"""Speech that goes on after its connection was lost: no word twice, none missing.

What was heard is told by a recogniser that reads the tone engine's audio letter by letter, so a
word that is lost, repeated or cut shows up in the transcript.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_stream import (
    APIError,
    APITimeoutError,
    AudioChunk,
    BadRequestError,
    Done,
    RateLimitError,
    Resumed,
    StreamTruncatedError,
    Timeouts,
    WordTimestamps,
)
from cartesia_stream._protocol import backoff

from .faces import AT_ONCE_S, VOICE, Background, eventually, sockets
from .hearing import audio_in, words_heard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechEvent, SpeechStream

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation

TEXT: Final = "One, two and three. Four; the five."
TOKENS: Final = ("On", "e, two", " and ", "thr", "ee.", " Four", "; ", "the f", "ive.")
FAULTS: Final = (("drop", None), ("close", 1011), ("close", "none"), ("half-frame", None))


def frames_of(client: Cartesia) -> int:
    """How many frames it takes to say the text."""
    return len(list(client.tts.speak(TEXT, voice=VOICE, add_timestamps=True)))


def assert_said_once(events: list[SpeechEvent], text: str = TEXT) -> None:
    """Every word was heard once and timed once, on the line of the audio."""
    assert words_heard(events) == text.split()
    timed = [word for event in events if isinstance(event, WordTimestamps) for word in event.words]
    assert [word.text for word in timed] == text.split()
    assert all(after.start >= before.end - 0.03 for before, after in itertools.pairwise(timed))
    assert timed[-1].end <= len(audio_in(events)) / 48_000 + 0.03
    assert isinstance(events[-1], Done)


# Each speech takes a twentieth of a second of the processor: `make test` takes samples.
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("fault", "value"), FAULTS)
def test_resuming_at_every_frame(
    client: Cartesia, emulator: Emulator, fault: str, value: str | int | None, step: int
) -> None:
    """Wherever the connection is lost: the words heard are the words sent."""
    for after in range(0, frames_of(client), step):
        emulator.inject(fault, value, after=after)
        stream = client.tts.speak(TEXT, voice=VOICE, resume=True)
        events = list(stream)
        assert_said_once(events)
        assert stream.heard(stream.duration) == TEXT
        audible = audio_in(itertools.takewhile(lambda e: not isinstance(e, Resumed), events))
        resumed = [event.at for event in events if isinstance(event, Resumed)]
        assert resumed in ([], [len(audible) / 48_000])


def test_resuming_again_and_again(face: Face, emulator: Emulator) -> None:
    """The second and third context may break off as well."""
    client = face.client(emulator, max_retries=3)
    for after in (5, 6):
        emulator.inject("drop", after=after, times=3)
        events = list(client.tts.speak(TEXT, voice=VOICE, resume=True))
        assert_said_once(events)
        assert sum(isinstance(event, Resumed) for event in events) == 3


@pytest.mark.parametrize("after", range(0, 16, 3))
def test_text_that_comes_during_the_loss(
    face: Face, client: Cartesia, emulator: Emulator, after: int
) -> None:
    """Tokens that are pushed while the connection is away are spoken on the next one."""
    emulator.inject("drop", after=after, times=2)
    text = face.tokens(TOKENS, gap=0.01)
    stream = client.tts.speak(text, voice=VOICE, resume=True, max_buffer_delay_ms=0)
    events = list(stream)
    assert_said_letters(events)
    assert stream.heard(stream.duration) == TEXT


def assert_said_letters(events: list[SpeechEvent]) -> None:
    """Every letter was heard once; words may have been split, as punctuation, where tokens were."""
    heard = "".join(words_heard(events))
    assert "".join(filter(str.isalnum, heard)) == "".join(filter(str.isalnum, TEXT))
    assert isinstance(events[-1], Done)


def test_service_that_expires_a_context_between_tokens(
    face: Face, make_emulator: MakeEmulator
) -> None:
    """A model that pauses for longer than the service waits goes on in a fresh context."""
    emulator = make_emulator(context_expiry_s=0.15)
    client = face.client(emulator)
    text = face.tokens(["One two. ", "Three four. ", "Five six."], gap=0.4)
    events = list(client.tts.speak(text, voice=VOICE, resume=True))
    assert words_heard(events) == ["One", "two.", "Three", "four.", "Five", "six."]
    assert sum(isinstance(event, Resumed) for event in events) == 2
    assert len(emulator.requests) == 1  # the socket was fine


@pytest.mark.parametrize("on_expiry", ["done", "nothing"])
def test_expired_context_is_no_silent_end(
    face: Face, make_emulator: MakeEmulator, on_expiry: str
) -> None:
    """Without resuming, text that was not spoken is an error that names it."""
    client = face.client(make_emulator(context_expiry_s=0.1, on_expiry=on_expiry))
    text = face.tokens(["One two. ", "Three four. "], gap=0.3)
    stream = client.tts.speak(text, voice=VOICE, add_timestamps=True)
    with pytest.raises(APIError) as raised:
        list(stream)
    error = raised.value
    if on_expiry == "nothing":  # the next token meets a context that has ended
        assert isinstance(error, BadRequestError)
        assert error.context_id == stream.context_id
        assert error.remaining == " Three four. "
    else:  # which may be noticed before the next token comes
        assert isinstance(error, StreamTruncatedError)
        assert error.remaining in (" ", " Three four. ")
    assert error.delivered == "One two."


@pytest.mark.parametrize("fault", ["drop", "close", "half-frame"])
@pytest.mark.parametrize("split", [False, True])
def test_loss_before_the_first_audio_is_not_noticed(
    face: Face, client: Cartesia, emulator: Emulator, fault: str, split: bool
) -> None:
    """It is said again on another connection, also for who did not ask to resume."""
    list(client.tts.speak(TEXT, voice=VOICE))
    emulator.inject(fault, after=0, times=2)
    text: str | Iterable[str] = face.tokens(TOKENS, gap=0.005) if split else TEXT
    events = list(client.tts.speak(text, voice=VOICE))
    assert_said_letters(events)
    assert not any(isinstance(event, Resumed) for event in events)


@pytest.mark.parametrize("after", [2, 6, 11, 15])
def test_a_loss_is_final_without_resuming(client: Cartesia, emulator: Emulator, after: int) -> None:
    """The error says what was heard and what was not; together they are the text."""
    emulator.inject("drop", after=after)
    stream = client.tts.speak(TEXT, voice=VOICE, add_timestamps=True)
    events: list[SpeechEvent] = []
    with pytest.raises(StreamTruncatedError) as raised:
        events += stream
    delivered, remaining = raised.value.delivered, raised.value.remaining
    assert delivered is not None
    assert remaining is not None
    assert delivered + remaining == TEXT
    assert remaining
    heard = words_heard(_events_of(stream, client, emulator, after))
    assert heard[: len(delivered.split())] == delivered.split()
    assert len(heard) - len(delivered.split()) <= 1  # a word in part


def _events_of(
    stream: SpeechStream, client: Cartesia, emulator: Emulator, after: int
) -> list[SpeechEvent]:
    """The same once more, read event by event."""
    assert stream.duration > 0
    emulator.inject("drop", after=after)
    events: list[SpeechEvent] = []
    again = client.tts.speak(TEXT, voice=VOICE, add_timestamps=True)
    with pytest.raises(StreamTruncatedError):
        for event in again:
            events.append(event)  # noqa: PERF402 - what came before the error is wanted
    return events


def test_retries_come_to_an_end(face: Face, emulator: Emulator) -> None:
    """A connection that is always lost: the last error is raised, with what was said by then."""
    client = face.client(emulator, max_retries=2)
    emulator.inject("drop", after=3, times=None)
    stream = client.tts.speak(TEXT, voice=VOICE, resume=True)
    with pytest.raises(StreamTruncatedError) as raised:
        list(stream)
    error = raised.value
    assert (error.delivered or "") + (error.remaining or "") == TEXT
    assert stream.heard(stream.duration) == error.delivered
    emulator.clear_faults()
    assert_said_once(list(client.tts.speak(TEXT, voice=VOICE, resume=True)))


def test_a_service_that_is_gone(face: Face, make_emulator: MakeEmulator) -> None:
    """When no new connection can be made, the loss itself is raised."""
    emulator = make_emulator(realtime=1.0)
    client = face.client(emulator, max_retries=1)
    stream = client.tts.speak(TEXT, voice=VOICE, resume=True)
    assert isinstance(next(e for e in stream if isinstance(e, AudioChunk)), AudioChunk)
    emulator.stop()
    with pytest.raises(StreamTruncatedError) as raised:
        list(stream)
    assert (raised.value.delivered or "") + (raised.value.remaining or "") == TEXT


def test_closing_while_it_begins_again(
    face: Face, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the pause before another try nor what it would open outlives the stream."""
    monkeypatch.setattr(backoff, "FIRST_DELAY_S", 20.0)
    client = face.client(emulator)
    emulator.inject("drop", after=8)
    stream = client.tts.speak(TEXT, voice=VOICE, resume=True)
    reading = Background(lambda: list(stream))
    assert eventually(lambda: stream.duration > 0 and sockets(client)[0].usable is False)
    time.sleep(0.05)
    before = time.monotonic()
    stream.close()
    events = reading.result()
    assert time.monotonic() - before < AT_ONCE_S
    assert not any(isinstance(event, Done) for event in events)
    assert len(list(client.tts.speak("Hi.", voice=VOICE))) > 1


def test_text_that_fails_while_it_begins_again(
    face: Face, client: Cartesia, emulator: Emulator
) -> None:
    """The text's own error is raised, and nothing waits for text that will not come."""
    emulator.inject("drop", after=0, times=2)
    text = face.tokens(["One two. ", "Three"], gap=0.02, error=ValueError("no more"))
    before = time.monotonic()
    with pytest.raises(ValueError, match="no more"):
        list(client.tts.speak(text, voice=VOICE, resume=True, max_buffer_delay_ms=0))
    assert time.monotonic() - before < AT_ONCE_S


def test_peer_without_word_times(face: Face, make_peer: MakePeer) -> None:
    """A service that sends no times cannot be resumed; audio comes all the same."""

    def script(peer: Conversation) -> None:
        peer.accept()
        context_id = peer.message()["context_id"]
        for _ in range(5):
            peer.chunk(context_id, bytes(48_000))
        peer.pause(0.2)
        peer.reset()

    stream = face.client(make_peer(script).base_url).tts.speak("Hello.", voice=VOICE, resume=True)
    events = []
    with pytest.raises(StreamTruncatedError):
        for event in stream:
            events.append(event)  # noqa: PERF402 - what came before the error is wanted
    assert len(audio_in(events)) == 5 * 48_000


def test_a_socket_of_ones_own_is_not_replaced(client: Cartesia, emulator: Emulator) -> None:
    """`connection.speak` resumes on its socket alone, whose loss is final."""
    with client.tts.websocket_connect() as connection:
        emulator.inject("drop", after=5)
        with pytest.raises(StreamTruncatedError) as raised:
            list(connection.speak(TEXT, voice=VOICE, resume=True))
    assert (raised.value.delivered or "") + (raised.value.remaining or "") == TEXT


def test_a_refusal_in_between_is_waited_out(
    face: Face, client: Cartesia, emulator: Emulator
) -> None:
    """429 for the context that resumes: it waits for its turn and goes on."""
    emulator.inject("drop", after=8)
    emulator.inject("error", 429, after=0, times=2)
    events = list(client.tts.speak(TEXT, voice=VOICE, resume=True))
    assert "".join(words_heard(events)) == TEXT.replace(" ", "")


def test_no_retries_means_none(face: Face, emulator: Emulator) -> None:
    """Who asks for no retries gets the first failure, whatever it is."""
    client = face.client(emulator, max_retries=0)
    emulator.inject("drop", after=0)
    with pytest.raises(StreamTruncatedError):
        list(client.tts.speak(TEXT, voice=VOICE, resume=True))
    emulator.inject("error", 429, after=0)
    with pytest.raises(RateLimitError):
        list(client.tts.speak(TEXT, voice=VOICE, resume=True))


def test_a_stall_is_resumed_too(face: Face, emulator: Emulator) -> None:
    """A context that falls silent is given up after `idle` and continued in another."""
    client = face.client(emulator, timeout=Timeouts(idle=0.3, first_audio=5, close=0.5))
    emulator.inject("stall", after=9)
    events = list(client.tts.speak(TEXT, voice=VOICE, resume=True))
    assert_said_once(events)
    emulator.inject("stall", after=9)
    with pytest.raises(APITimeoutError):
        list(client.tts.speak(TEXT, voice=VOICE))
