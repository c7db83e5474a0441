"""Streams that are left without being closed: the speech ends, and all that it held is free."""

from __future__ import annotations

import gc
import io
import itertools
import time
import wave
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from cartesia_stream import (
    APIError,
    AudioChunk,
    ConfigurationError,
    ObservedStream,
    Observer,
    Timeouts,
)
from cartesia_stream._protocol import gate

from .faces import AT_ONCE_S, VOICE, eventually, own_threads, sockets, speak

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechStream

    from .conftest import MakeEmulator
    from .faces import Face

    Start = Callable[[], SpeechStream]

LONG: Final = "This sentence is to be interrupted. " * 40
TEXT: Final = "One two three four five six seven eight nine ten."
PATIENT: Final = Timeouts(connect=5, first_audio=5, idle=5, close=0.5, queue=AT_ONCE_S)


# --- ways to speak for longer than a test waits


def recording() -> bytes:
    """Half a minute of a low hum, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\0\10\0\20" * 8000 * 15)
    return file.getvalue()


def over_a_context(client: Cartesia, face: Face) -> SpeechStream:
    """Nothing but the stream is kept of the context."""
    context = client.tts.websocket_connect().context(voice=VOICE)
    context.push(LONG)
    return context.receive()


def of_tokens(client: Cartesia, face: Face, **options: Any) -> SpeechStream:
    """Text without end."""
    tokens = face.tokens(itertools.repeat("More words. "), gap=0.001)
    return client.tts.speak(tokens, voice=VOICE, max_buffer_delay_ms=0, **options)


WAYS: Final[dict[str, Callable[[Cartesia, Face], SpeechStream]]] = {
    "websocket": lambda client, face: client.tts.speak(LONG, voice=VOICE),
    "resumable": lambda client, face: client.tts.speak(LONG, voice=VOICE, resume=True),
    "tokens": of_tokens,
    "sentences": lambda client, face: of_tokens(client, face, buffering="client"),
    "context": over_a_context,
    "sse": lambda client, face: client.tts.generate_sse(LONG, voice=VOICE),
    "bytes": lambda client, face: client.tts.generate(LONG, voice=VOICE),
    "infill": lambda client, face: client.tts.infill(
        LONG, voice=VOICE, language="en", left_audio=recording()
    ),
    "voice changer": lambda client, face: client.voice_changer.generate(recording(), voice=VOICE),
    "voice changer, sse": lambda client, face: client.voice_changer.generate_sse(
        recording(), voice=VOICE
    ),
}


# --- ways to leave


def by_break(start: Start) -> None:
    for _ in start():
        break


def by_break_of_audio(start: Start) -> None:
    for _ in start().audio():
        break


def by_closing_audio(start: Start) -> None:
    """As web servers do where the browser is gone; the stream itself is kept meanwhile."""
    stream = start()
    blocks = stream.audio()
    next(blocks)
    blocks.close()
    assert list(stream) == []


def in_a_cycle(start: Start) -> None:
    stream = start()
    next(stream)
    cycle: list[object] = [stream]
    cycle.append(cycle)
    del stream, cycle
    gc.collect()


def by_an_error(start: Start) -> None:
    with pytest.raises(ZeroDivisionError):
        for event in start():
            raise ZeroDivisionError(event)


def unread(start: Start) -> None:
    stream = start()
    stream.__enter__()


LEAVING: Final = (by_break, by_break_of_audio, by_closing_audio, in_a_cycle, by_an_error, unread)
CASES: Final = [
    (way, leave)
    for way in WAYS
    for leave in (LEAVING if way in ("websocket", "context", "sse", "bytes") else LEAVING[1:3])
]


class Ends(Observer):
    """What is told of the ends of streams."""

    def __init__(self) -> None:
        self.ends: list[tuple[str | None, Exception | None]] = []

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        self.ends.append((stream.stats.outcome, error))


@pytest.mark.parametrize(("way", "leave"), CASES)
def test_leaving_a_stream_cancels_it(
    face: Face,
    make_emulator: MakeEmulator,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    leave: Callable[[Start], None],
) -> None:
    """The only slot of client and service is free for the next speech, time and again."""
    monkeypatch.setattr(gate, "FIRST_WAIT_S", 0.02)  # a server notices late that HTTP was left
    told = Ends()
    client = face.client(
        make_emulator(realtime=1.0, concurrency=1),
        max_concurrency=1,
        timeout=PATIENT,
        observers=[told],
    )
    for _ in range(2):
        leave(lambda: WAYS[way](client, face))
        before = time.monotonic()
        with client.tts.speak("Next.", voice=VOICE) as following:
            assert isinstance(next(following), AudioChunk)
        assert time.monotonic() - before < AT_ONCE_S
    assert eventually(lambda: len(told.ends) == 4)
    assert told.ends == [("cancelled", None)] * 4
    assert eventually(lambda: all(socket.load == 0 for socket in sockets(client)))
    assert eventually(lambda: active(client) == 0)


def active(client: Cartesia) -> int:
    """Slots that are taken."""
    places: Any = cast("Any", client)._connections._pools
    return sum(here.gate._gate.active for here in places.values())


@pytest.mark.parametrize("transport", ["websocket", "context"])
def test_leaving_a_stream_is_told_to_the_service(
    face: Face, make_emulator: MakeEmulator, transport: str
) -> None:
    """A cancel goes out for what is left on a socket, which stays open."""
    emulator = make_emulator(realtime=1.0)
    client = face.client(emulator)
    by_break(lambda: WAYS[transport](client, face))
    assert eventually(lambda: any("cancel" in frame for frame in frames(emulator)))
    assert [request.path for request in emulator.requests] == ["/tts/websocket"]


def frames(emulator: Emulator) -> list[Any]:
    """What clients sent on sockets."""
    return [frame for request in emulator.requests for frame in request.frames]


@pytest.mark.parametrize("transport", ["sse", "bytes"])
def test_leaving_many_streams_over_http_leaves_no_connection(
    face: Face, make_emulator: MakeEmulator, transport: str
) -> None:
    """More of them than a pool has connections; then a call finds one."""
    emulator = make_emulator(realtime=1.0, concurrency=1000)
    client = face.client(emulator, timeout=Timeouts(queue=2, pool=2))
    for _ in range(110):
        by_break(lambda: speak(client, transport, LONG))
    assert client.voices.list(limit=1).data


# --- what is kept can be read on


@pytest.mark.parametrize("what", ["events", "audio"])
@pytest.mark.parametrize("way", ["websocket", "sse", "bytes", "context"])
def test_loop_that_was_left_can_be_gone_on_with(client: Cartesia, way: str, what: str) -> None:
    """Whoever keeps the stream loses nothing."""
    if way == "context":
        context = client.tts.websocket_connect().context(voice=VOICE)
        context.push(TEXT)
        context.no_more_inputs()
        stream = context.receive()
    else:
        stream = speak(client, way, TEXT)
    heard = b""
    for _ in range(3):
        for piece in stream if what == "events" else stream.audio():
            heard += piece.data if isinstance(piece, AudioChunk) else cast("bytes", piece)
            break
        gc.collect()
    if what == "events":
        heard += b"".join(event.data for event in stream if isinstance(event, AudioChunk))
    else:
        heard += stream.collect().data
    assert heard == client.tts.generate(TEXT, voice=VOICE).collect().data


def test_context_goes_on_where_its_stream_was_left(client: Cartesia) -> None:
    """Dropping what `receive` returned is no cancel while the context is kept."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push(TEXT)
        context.no_more_inputs()
        heard = b""
        for _ in range(3):
            for block in context.receive().audio():
                heard += block
                break
            gc.collect()
        heard += context.receive().collect().data
    assert heard == client.tts.generate(TEXT, voice=VOICE).collect().data


def test_context_that_is_dropped_is_cancelled(face: Face, make_emulator: MakeEmulator) -> None:
    """With its streams, it leaves neither a slot nor a context on the socket."""
    told = Ends()
    emulator = make_emulator(realtime=1.0)
    client = face.client(emulator, max_concurrency=1, timeout=PATIENT, observers=[told])
    connection = client.tts.websocket_connect()
    for _ in range(3):
        context = connection.context(voice=VOICE)
        context.push(LONG)
        del context
        assert eventually(lambda: active(client) == 0)
    assert eventually(lambda: len(told.ends) == 3)
    assert told.ends == [("cancelled", None)] * 3
    assert eventually(lambda: sum("cancel" in frame for frame in frames(emulator)) == 3)


# --- the text


@pytest.mark.parametrize("buffering", ["server", "client"])
def test_leaving_a_stream_closes_its_text(face: Face, client: Cartesia, buffering: str) -> None:
    """The iterator of the tokens is closed, though it was not at its end."""
    closed: list[bool] = []

    def tokens() -> Iterator[str]:
        try:
            while True:
                time.sleep(0.001)
                yield "More words. "
        finally:
            closed.append(True)

    async def async_tokens() -> AsyncIterator[str]:
        try:
            while True:
                yield "More words. "
        finally:
            closed.append(True)

    text = tokens() if face.name == "sync" else cast("Iterable[str]", async_tokens())
    by_break(
        lambda: client.tts.speak(
            text, voice=VOICE, max_buffer_delay_ms=0, buffering=cast("Any", buffering)
        )
    )
    assert eventually(lambda: closed == [True])
    names = {"cartesia-speak", "cartesia-text"}
    assert eventually(lambda: not names & {thread.name for thread in own_threads()})


def test_plain_iterator_is_closed_too(client: Cartesia) -> None:
    """Such as the stream of a model's package, whose connection is its own."""

    class Tokens:
        closed = False

        def __iter__(self) -> Tokens:
            return self

        def __next__(self) -> str:
            time.sleep(0.001)
            return "More words. "

        def close(self) -> None:
            self.closed = True

    tokens = Tokens()
    by_break(lambda: client.tts.speak(tokens, voice=VOICE, max_buffer_delay_ms=0))
    assert eventually(lambda: tokens.closed)


@pytest.mark.parametrize("buffering", ["server", "client"])
def test_none_is_no_text(face: Face, client: Cartesia, buffering: Any) -> None:
    """Models' streams have such pieces, and empty ones; they are passed over."""
    pieces: Any = [None, "One two ", "", None, "three.", None]
    spoken = client.tts.speak(face.tokens(pieces), voice=VOICE, buffering=buffering).collect()
    assert spoken.data == client.tts.generate("One two three.", voice=VOICE).collect().data


@pytest.mark.parametrize("buffering", ["server", "client"])
@pytest.mark.parametrize("pieces", [[], [None, ""], [None, "", " "]], ids=str)
def test_text_of_nothing_ends_at_once(
    face: Face, client: Cartesia, buffering: Any, pieces: Any
) -> None:
    """It is silence, or an error of the service: what it is not is a wait."""
    before = time.monotonic()
    try:
        spoken = client.tts.speak(face.tokens(pieces), voice=VOICE, buffering=buffering).collect()
    except APIError:
        pass
    else:
        assert spoken.data == b""
    assert time.monotonic() - before < AT_ONCE_S


@pytest.mark.parametrize("buffering", ["server", "client"])
@pytest.mark.parametrize("piece", [1, b"bytes", object()], ids=["int", "bytes", "object"])
def test_piece_of_another_type_is_an_error_at_once(
    face: Face, client: Cartesia, buffering: Any, piece: Any
) -> None:
    """A typed one, that names the argument; the context does not stay open."""
    before = time.monotonic()
    stream = client.tts.speak(face.tokens(["One ", piece]), voice=VOICE, buffering=buffering)
    with pytest.raises(ConfigurationError, match=type(piece).__name__) as caught:
        stream.collect()
    assert time.monotonic() - before < AT_ONCE_S
    assert caught.value.option == "text"
    assert eventually(lambda: all(socket.load == 0 for socket in sockets(client)))


@pytest.mark.parametrize("text", [None, 5, b"bytes", bytearray(b"bytes")], ids=repr)
def test_text_of_another_type_is_refused(client: Cartesia, text: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigurationError, match=type(text).__name__) as caught:
        client.tts.speak(text, voice=VOICE)
    assert caught.value.option == "text"
