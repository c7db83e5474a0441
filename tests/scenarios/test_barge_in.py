"""An interruption: the speech stops at once, and the next one starts as if nothing had been."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_stream import AudioChunk, Cancelled, Done, StreamTruncatedError

from .faces import AT_ONCE_S, VOICE, eventually, sockets, speak
from .hearing import words_heard

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechEvent, SpeechStream

    from .conftest import MakeEmulator
    from .faces import Face

FLOOD: Final = "This goes on and on. " * 150


def first_audio(stream: SpeechStream) -> AudioChunk:
    """The first chunk."""
    return next(event for event in stream if isinstance(event, AudioChunk))


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("after_cancel", ["done", "nothing", "late"])
def test_close_returns_at_once_and_the_socket_serves_on(
    face: Face, make_emulator: MakeEmulator, after_cancel: str, resume: bool
) -> None:
    """In the middle of a flood, whatever the service still sends for the old context."""
    emulator = make_emulator(after_cancel=after_cancel, concurrency=2)
    client = face.client(emulator, max_concurrency=1)
    for _ in range(3):
        stream = client.tts.speak(FLOOD, voice=VOICE, resume=resume)
        first_audio(stream)
        before = time.monotonic()
        stream.close()
        assert time.monotonic() - before < AT_ONCE_S
        assert list(stream) == []
        events = list(client.tts.speak("Next.", voice=VOICE))  # the slot is free
        assert words_heard(events) == ["Next."]
        assert isinstance(events[-1], Done)
    assert len(emulator.requests) == 1  # one handshake for all
    assert eventually(lambda: sockets(client)[0].load == 0)


def test_cancel_yields_nothing_stale(client: Cartesia) -> None:
    """What waited to be read is gone; the end is a `Cancelled`."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push(FLOOD)
        stream = context.receive()
        first_audio(stream)
        time.sleep(0.2)  # more has arrived
        before = time.monotonic()
        context.cancel()
        assert time.monotonic() - before < AT_ONCE_S
        assert [type(event) for event in stream] == [Cancelled]
        other = connection.context(voice=VOICE)
        other.push("Next.")
        other.no_more_inputs()
        events: list[SpeechEvent] = list(other.receive())
        assert words_heard(events) == ["Next."]


@pytest.mark.parametrize("spoken", ["whole", "partly"])
@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_cancelled_stream_ends_with_cancelled(
    client: Cartesia, transport: str, spoken: str
) -> None:
    """The reader gets `Cancelled` and nothing that waited, also if the service has said it all."""
    stream = speak(client, transport, FLOOD if spoken == "partly" else "A short text.")
    first_audio(stream)
    time.sleep(0.1)  # more has arrived
    stream.cancel()
    stream.cancel()
    assert [type(event) for event in stream] == [Cancelled]
    assert list(stream) == []
    assert stream.stats.outcome == "cancelled"
    with pytest.raises(StreamTruncatedError):
        stream.collect()


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_cancel_wakes_the_reader(face: Face, make_emulator: MakeEmulator, transport: str) -> None:
    """Another thread cancels while the reader waits for audio."""
    client = face.client(make_emulator(realtime=1.0))
    stream = speak(client, transport, FLOOD)
    events: list[SpeechEvent] = []
    reader = threading.Thread(target=lambda: events.extend(stream))
    reader.start()
    assert eventually(lambda: len(events) > 0)
    stream.cancel()
    reader.join(5)
    assert not reader.is_alive()
    assert [type(event) for event in events if not isinstance(event, AudioChunk)] == [Cancelled]


def test_cancel_after_the_end_does_nothing(client: Cartesia) -> None:
    """`Done` stays the last event."""
    stream = client.tts.speak("A short text.", voice=VOICE)
    while not isinstance(next(stream), Done):
        pass
    stream.cancel()
    assert list(stream) == []
    assert stream.stats.outcome == "done"


def test_interrupting_text_that_still_comes(face: Face, emulator: Emulator) -> None:
    """Closing stops the reading of the text as well."""
    client = face.client(emulator)
    taken: list[int] = []

    def pieces() -> list[str]:
        return [f"Piece {n} of the text. " for n in range(1000)]

    stream = client.tts.speak(face.tokens(pieces(), gap=0.01), voice=VOICE)
    first_audio(stream)
    before = time.monotonic()
    stream.close()
    assert time.monotonic() - before < AT_ONCE_S
    time.sleep(0.1)
    (request,) = emulator.requests
    taken.append(len(request.frames))
    time.sleep(0.1)
    taken.append(len(request.frames))
    assert taken[0] == taken[1] < 1000


def test_what_was_heard_is_known_after_the_interruption(client: Cartesia) -> None:
    """`heard` answers after `close`, for the history of the conversation."""
    stream = client.tts.speak("One two three. " * 20, voice=VOICE, add_timestamps=True)
    while stream.duration < 2.0:
        next(stream)
    stream.close()
    words = stream.words
    third = words[2].end
    assert stream.heard(third) == "One two three."
    assert stream.heard(third - 0.1) == "One two"


def test_many_interruptions_leave_nothing(face: Face, make_emulator: MakeEmulator) -> None:
    """Fifty barge-ins in a row: one socket, no context left open, no slot lost."""
    emulator = make_emulator(concurrency=3)
    client = face.client(emulator, max_concurrency=2)
    for _ in range(50):
        stream = client.tts.speak(FLOOD, voice=VOICE)
        first_audio(stream)
        stream.close()
    assert len(emulator.requests) == 1
    assert eventually(lambda: sockets(client)[0].load == 0)
    assert words_heard(client.tts.speak("Still here.", voice=VOICE)) == ["Still", "here."]
