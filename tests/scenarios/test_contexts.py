"""Contexts on one socket: their verbs, their independence, and their cancellation."""

from __future__ import annotations

import json
import random
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    AudioChunk,
    BufferOverflowError,
    Cancelled,
    ConfigurationError,
    Done,
    FlushDone,
    LocalStateError,
    StreamTruncatedError,
    Timeouts,
)
from cartesia_stream._protocol import link

from .faces import AT_ONCE_S, VOICE, Background, at_once, eventually, speak

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechEvent

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation

LONG = "This sentence is to be interrupted. " * 40


def alone(client: Cartesia, text: str) -> bytes:
    """What a text sounds like when it is spoken alone, over HTTP."""
    return client.tts.generate(text, voice=VOICE).collect().data


def types(events: list[SpeechEvent]) -> list[type]:
    return [type(event) for event in events]


# --- the verbs


def test_pushed_text_is_spoken_in_order(client: Cartesia) -> None:
    """Pushes are joined verbatim; the stream ends with `Done` after `no_more_inputs`."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        for piece in ("One", " two", "", " three."):
            context.push(piece)
        context.no_more_inputs()
        stream = context.receive()
        assert stream.collect().data == alone(client, "One two three.")
        assert stream.context_id == context.context_id


def test_flush_marks_a_boundary(client: Cartesia) -> None:
    """What was pushed before a flush is spoken without waiting; `FlushDone` follows its audio."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("One")
        context.flush()
        stream = context.receive()
        first: list[SpeechEvent] = []
        while not first or not isinstance(first[-1], FlushDone):
            first.append(next(stream))
        context.push("two")
        context.no_more_inputs()
        rest = list(stream)
        assert first[-1].flush_id == 1
        for events, flush_id, text in ((first, 1, "One"), (rest, 2, "two")):
            chunks = [event for event in events if isinstance(event, AudioChunk)]
            assert {chunk.flush_id for chunk in chunks} == {flush_id}
            assert b"".join(chunk.data for chunk in chunks) == alone(client, text)
        assert isinstance(rest[-1], Done)


def test_every_input_repeats_the_same_settings(client: Cartesia, emulator: Emulator) -> None:
    """All messages of a context agree in everything but the text; a cancel says nothing else."""
    with client.tts.websocket_connect() as connection:
        context = connection.context("mine", voice=VOICE, max_buffer_delay_ms=0, language="en")
        context.push("One. ")
        context.flush()
        context.push("Two. ")
        context.cancel()
        assert eventually(lambda: len(emulator.requests[0].frames) == 4)
    *inputs, cancel = (json.loads(frame) for frame in emulator.requests[0].frames)
    assert cancel == {"context_id": "mine", "cancel": True}
    varying = {"transcript", "continue", "flush"}
    fixed = [{name: item[name] for name in item.keys() - varying} for item in inputs]
    assert fixed[0] == fixed[1] == fixed[2]
    assert fixed[0]["max_buffer_delay_ms"] == 0
    assert [item["transcript"] for item in inputs] == ["One. ", "", "Two. "]
    assert all(item["continue"] for item in inputs)


def test_receive_goes_on_where_the_last_one_stopped(client: Cartesia) -> None:
    """Each event comes once, however often `receive` is called."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("One two three.")
        context.no_more_inputs()
        first = next(iter(context.receive()))
        assert isinstance(first, AudioChunk)
        rest = context.receive()
        assert first.data + b"".join(rest.audio()) == alone(client, "One two three.")


def test_receiving_may_start_before_the_first_push(client: Cartesia) -> None:
    """A reader may wait in one thread while another one pushes."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        reader = Background(lambda: context.receive().collect())
        time.sleep(0.05)
        context.push("Now.")
        context.no_more_inputs()
        assert reader.result().data == alone(client, "Now.")


def test_context_without_text_is_done_at_once(client: Cartesia, emulator: Emulator) -> None:
    """Nothing to say needs no word to the service."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.no_more_inputs()
        assert types(list(context.receive())) == [Done]
    assert emulator.requests[0].frames == []


@pytest.mark.parametrize("ending", ["no_more_inputs", "cancel"])
def test_push_after_the_end_is_refused(client: Cartesia, ending: str) -> None:
    """Text after `no_more_inputs` or `cancel` is an illegal move that names the context."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("One.")
        getattr(context, ending)()
        for move in (partial(context.push, "Two."), context.flush):
            with pytest.raises(LocalStateError) as caught:
                move()
            assert caught.value.context_id == context.context_id
        context.no_more_inputs()  # harmless


def test_context_id_is_used_once(client: Cartesia) -> None:
    """An id of a context that is open, or was, is refused before anything is sent."""
    with client.tts.websocket_connect() as connection:
        connection.speak("One.", voice=VOICE, context_id="mine").collect()
        for again in (
            lambda: connection.context("mine", voice=VOICE),
            lambda: connection.speak("Two.", voice=VOICE, context_id="mine").collect(),
        ):
            with pytest.raises(LocalStateError) as caught:
                again()
            assert caught.value.context_id == "mine"
        assert connection.speak("Three.", voice=VOICE).collect().data


def test_made_up_ids_are_unique(client: Cartesia) -> None:
    """Without an id, each context gets a UUID of its own."""
    with client.tts.websocket_connect() as connection:
        ids = {connection.context(voice=VOICE).context_id for _ in range(50)}
    assert len(ids) == 50
    assert all(uuid.UUID(item) for item in ids)


@pytest.mark.parametrize(
    ("text", "options", "option"),
    [
        ("", {}, "transcript"),
        ("   ", {}, "transcript"),
        ("Hi.", {"voice": ""}, "voice"),
        ("Hi.", {"language": "en", "locale": "en-GB"}, "locale"),
        ("Hi.", {"max_buffer_delay_ms": 9999}, "max_buffer_delay_ms"),
        ("Hi.", {"output_format": {"container": "mp3"}}, "output_format"),
    ],
)
def test_impossible_call_is_refused_before_it_is_sent(
    client: Cartesia, emulator: Emulator, text: str, options: dict[str, Any], option: str
) -> None:
    """A call that cannot work raises at the call itself, and nothing goes out."""
    with pytest.raises(ConfigurationError) as caught:
        client.tts.speak(text, **({"voice": VOICE} | options))
    assert (caught.value.option or "").startswith(option)
    assert emulator.requests == ()


# --- many at once


def test_eight_contexts_in_eight_threads(client: Cartesia) -> None:
    """Contexts that share a socket interleave, and each gets exactly its own audio."""
    texts = [f"Speaker {n} has {n * n} things to say. " * (n + 1) for n in range(8)]
    audio = at_once(*(lambda t=t: client.tts.speak(t, voice=VOICE).collect() for t in texts))
    assert [item.data for item in audio] == [alone(client, text) for text in texts]


def test_thirty_two_contexts_on_one_socket(client: Cartesia, emulator: Emulator) -> None:
    """The same for many, fed piece by piece in random order, over one handshake."""
    texts = [f"This is number {n}." for n in range(32)]
    with client.tts.websocket_connect() as connection:
        contexts = [connection.context(voice=VOICE) for _ in texts]
        pieces = [(n, word) for n, text in enumerate(texts) for word in text.partition(" is ")]
        random.Random(1).shuffle(pieces)
        pieces.sort(key=lambda piece: texts[piece[0]].index(piece[1]))
        for n, word in pieces:
            contexts[n].push(word)
        for context in contexts:
            context.no_more_inputs()
        audio = at_once(*(lambda c=c: c.receive().collect() for c in contexts))
    assert [item.data for item in audio] == [alone(client, text) for text in texts]
    assert sum(request.path == "/tts/websocket" for request in emulator.requests) == 1


def test_failure_of_one_context_leaves_its_neighbours(client: Cartesia, emulator: Emulator) -> None:
    """An error, a bad frame or silence in one context does not touch the others."""
    with client.tts.websocket_connect() as connection:
        for fault in ("error", "bad-base64", "missing-data"):
            emulator.inject(fault, after=1)
            broken = connection.speak("Broken.", voice=VOICE)
            good = connection.speak("Good.", voice=VOICE)
            assert good.collect().data == alone(client, "Good.")
            with pytest.raises(Exception, match=r"(?i)fault|malformed"):
                broken.collect()


# --- cancelling


@pytest.fixture(params=["done", "nothing", "late"])
def slow_emulator(request: pytest.FixtureRequest, make_emulator: MakeEmulator) -> Emulator:
    """An emulator that speaks at twice its natural pace, with each answer there is to a cancel."""
    return make_emulator(realtime=2.0, after_cancel=request.param)


def test_cancel_wakes_the_reader(face: Face, slow_emulator: Emulator) -> None:
    """A cancel from elsewhere ends the stream with `Cancelled`, at once and without stale audio.

    Neighbours go on, late frames reach nobody, and the socket serves the next context.
    """
    client = face.client(slow_emulator)
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push(LONG)
        seen: list[SpeechEvent] = []
        reader = Background(lambda: seen.extend(context.receive()))
        neighbour = Background(lambda: connection.speak("I go on.", voice=VOICE).collect())
        assert eventually(
            lambda: connection._driver._session.contexts[context.context_id].chunks > 0
        )
        time.sleep(0.1)
        before = time.monotonic()
        context.cancel()
        reader.result()
        assert time.monotonic() - before < AT_ONCE_S
        assert types(seen)[-1] is Cancelled
        assert types(seen).count(Cancelled) == 1
        assert neighbour.result().data == alone(client, "I go on.")
        assert connection.speak("Next.", voice=VOICE).collect().data == alone(client, "Next.")


def test_cancel_drops_what_was_not_read(face: Face, emulator: Emulator) -> None:
    """Audio that waits to be read when the cancel comes is never yielded; twice is harmless."""
    with face.client(emulator).tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("Some audio will wait here. ")
        context.flush()
        stream = context.receive()
        next(iter(stream))
        context.cancel()
        context.cancel()
        assert types(list(stream)) == [Cancelled]


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_closing_a_stream_from_elsewhere_ends_it(
    face: Face, make_emulator: MakeEmulator, transport: str
) -> None:
    """`close` in another thread or task wakes the reader: `Cancelled`, then the end."""
    client = face.client(make_emulator(realtime=1.0))
    stream = speak(client, transport, LONG)
    seen: list[SpeechEvent] = []
    reader = Background(lambda: seen.extend(stream))
    assert eventually(lambda: bool(seen))
    before = time.monotonic()
    stream.close()
    reader.result()
    assert time.monotonic() - before < AT_ONCE_S
    assert types(seen)[-1] is Cancelled
    assert list(stream) == []


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_cancelled_speech_is_never_called_whole(
    face: Face, make_emulator: MakeEmulator, transport: str, tmp_path: Any
) -> None:
    """`collect` and `save` promise the whole: after a cancel they raise, and leave no file."""
    client = face.client(make_emulator(realtime=1.0))
    for number, finish in enumerate(("collect", "save")):
        stream = speak(client, transport, LONG)
        first = next(iter(stream))
        assert isinstance(first, AudioChunk)
        args = (tmp_path / "speech.wav",) if finish == "save" else ()
        reader = Background(lambda s=stream, f=finish, a=args: getattr(s, f)(*a))  # type: ignore[misc]
        time.sleep(0.1)
        stream.close()
        error = reader.error()
        assert isinstance(error, StreamTruncatedError), number
        assert error.nbytes >= len(first.data)
    assert list(tmp_path.iterdir()) == []


def test_leaving_the_block_cancels(face: Face, slow_emulator: Emulator) -> None:
    """Leaving `with` early cancels: of a stream, and of a context; the service hears of it."""
    client = face.client(slow_emulator)
    with client.tts.websocket_connect() as connection:
        with connection.speak(LONG, voice=VOICE, context_id="stream") as stream:
            for _ in stream:
                break
        with connection.context("context", voice=VOICE) as context:
            context.push(LONG)
            next(iter(context.receive()))
        assert connection.speak("Next.", voice=VOICE).collect().data == alone(client, "Next.")
    frames = slow_emulator.requests[0].frames
    cancels = [frame for frame in frames if '"cancel":true' in frame]
    assert [name in frame for name, frame in zip(("stream", "context"), cancels, strict=True)]


def test_stream_read_to_its_end_is_not_cancelled(client: Cartesia, emulator: Emulator) -> None:
    """After `Done` there is nothing to cancel, so nothing is sent."""
    with client.tts.speak("Whole.", voice=VOICE) as stream:
        list(stream)
    assert not any("cancel" in frame for frame in emulator.requests[0].frames)


def test_closed_stream_is_empty(client: Cartesia) -> None:
    """Reading after `close` yields nothing."""
    for transport in ("websocket", "sse", "bytes"):
        stream = speak(client, transport, "Closed.")
        stream.close()
        stream.close()
        assert list(stream) == []


# --- a slow consumer


def test_consumer_too_slow_for_its_buffer_gets_an_error(face: Face, emulator: Emulator) -> None:
    """Past `max_buffer_bytes` the context ends: what was buffered, then `BufferOverflowError`.

    Its neighbours, and the socket, go on.
    """
    client = face.client(emulator, max_buffer_bytes=20_000)
    with client.tts.websocket_connect() as connection:
        slow = connection.speak(LONG, voice=VOICE)
        context = connection._driver._session.contexts[slow.context_id or ""]
        assert eventually(lambda: context.done)
        read = 0
        with pytest.raises(BufferOverflowError) as caught:
            for block in slow.audio():
                read += len(block)
        assert caught.value.limit == 20_000
        assert caught.value.context_id == slow.context_id
        assert read <= 20_000
        assert connection.speak("Go.", voice=VOICE).collect().data == alone(client, "Go.")


def test_slow_consumer_does_not_stop_the_pings(
    face: Face, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The socket is read while the consumer is busy, so pings of both sides are answered."""
    monkeypatch.setattr(link, "PING_INTERVAL_S", 0.1)
    monkeypatch.setattr(link, "PING_TIMEOUT_S", 0.2)
    pongs: list[bytes] = []

    def script(peer: Conversation) -> None:
        peer.accept()
        context_id = peer.message()["context_id"]
        for number in range(5):
            peer.chunk(context_id)
            peer.send(b"\x89\x01%d" % number)
            opcode, payload = peer.frame()
            while opcode != 10:
                peer.send(b"\x8a" + bytes([len(payload)]) + payload)  # its ping
                opcode, payload = peer.frame()
            pongs.append(payload)
            peer.pause(0.1)
        peer.tell("done", context_id)
        peer.hold()

    client = face.client(make_peer(script).base_url)
    stream = client.tts.speak("Slow.", voice=VOICE)
    events: list[SpeechEvent] = []
    for event in stream:
        time.sleep(0.2)
        events.append(event)
    assert isinstance(events[-1], Done)
    assert pongs == [b"0", b"1", b"2", b"3", b"4"]


def test_deadlines_do_not_bound_the_whole(face: Face, make_emulator: MakeEmulator) -> None:
    """Long speech, and a consumer slower than any deadline, are never cut."""
    short = Timeouts(first_audio=1.0, idle=1.0, input=1.0)
    client = face.client(make_emulator(realtime=4.0), timeout=short)
    text = "Long speech may take its time. "
    stream = client.tts.speak(text * 3, voice=VOICE)
    events = [next(stream)]
    time.sleep(1.5)
    events += stream
    audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    assert audio == alone(client, text * 3)
