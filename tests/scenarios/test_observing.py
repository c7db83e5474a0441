"""What observers see of streams, sockets and calls; what statistics say; and what is logged."""

from __future__ import annotations

import itertools
import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from cartesia_stream import (
    APIError,
    AudioChunk,
    CartesiaError,
    ConnectionClosedError,
    Done,
    NotFoundError,
    ObservedConnection,
    ObservedRequest,
    ObservedStream,
    Observer,
    RateLimitError,
    Resumed,
    StreamStats,
)

from .faces import VOICE, Background, at_once, eventually, speak
from .hearing import audio_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_emulator import Emulator
    from cartesia_stream import APIConnectionError, Cartesia, RestartReason, SpeechStream

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation

TEXT: Final = "One, two and three. Four; the five."
SECRET: Final = "Marmalade skies. "
LONG: Final = "This goes on and on. " * 40
TRANSPORTS: Final = ("websocket", "sse", "bytes")


class Note(NamedTuple):
    """One call of an observer."""

    hook: str
    stream: ObservedStream | None
    details: tuple[Any, ...]


class Notes(Observer):
    """Writes down all calls."""

    def __init__(self) -> None:
        self.taken: list[Note] = []
        self.connections: list[tuple[ObservedConnection, APIConnectionError | None]] = []
        self.requests: list[ObservedRequest] = []

    def _take(self, hook: str, stream: ObservedStream, *details: Any) -> None:
        self.taken.append(Note(hook, stream, details))

    def stream_started(self, stream: ObservedStream) -> None:
        self._take("started", stream, stream.stats)

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        self._take("first audio", stream, seconds)

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        self._take("restarted", stream, reason, error)

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        self._take("ended", stream, stream.stats, error)

    def connection_opened(self, connection: ObservedConnection) -> None:
        self.connections.append((connection, None))

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        self.connections.append((connection, cause))

    def request_finished(self, request: ObservedRequest) -> None:
        self.requests.append(request)

    @property
    def hooks(self) -> list[str]:
        return [note.hook for note in self.taken]

    @property
    def end(self) -> tuple[StreamStats, Exception | None]:
        """The one end."""
        ((stats, error),) = (note.details for note in self.taken if note.hook == "ended")
        return stats, error


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def client(face: Face, emulator: Emulator, notes: Notes) -> Cartesia:
    """A client that is observed."""
    return face.client(emulator, observers=[notes])


# --- the life of a stream


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_stream_is_observed_from_start_to_end(
    client: Cartesia, notes: Notes, transport: str
) -> None:
    """Over every transport: started, first audio, ended, each once and about the same stream."""
    stream = speak(client, transport, TEXT)
    events = list(stream)
    assert notes.hooks == ["started", "first audio", "ended"]
    (observed,) = {note.stream for note in notes.taken}
    assert observed is not None
    assert (observed.transport, observed.format) == (transport, stream.format)
    assert observed.model_id == "sonic-latest"
    stats, error = notes.end
    assert error is None
    assert stats == stream.stats
    assert stats.outcome == "done"
    assert stats.nbytes == len(audio_in(events))
    assert stats.chunks == sum(isinstance(event, AudioChunk) for event in events)
    assert stats.audio_seconds == pytest.approx(stream.duration)
    assert stats.time_to_first_audio == stream.time_to_first_audio == notes.taken[1].details[0]
    assert (stats.restarts, stats.reconnects) == (0, 0)
    assert stats.context_ids == ((stream.context_id,) if stream.context_id else ())
    assert len(stats.request_ids) == (transport != "websocket")
    assert stats.request_ids == ((stream.request_id,) if stream.request_id else ())


def test_recordings_are_observed(client: Cartesia, notes: Notes) -> None:
    """The voice changer, which has no model to choose, and infill."""
    clip = client.tts.speak(TEXT, voice=VOICE).collect().wav()
    notes.taken.clear()
    streams: list[SpeechStream] = [
        client.voice_changer.generate(clip, voice=VOICE),
        client.voice_changer.generate_sse(clip, voice=VOICE),
        client.tts.infill("and", voice=VOICE, language="en", left_audio=clip),
    ]
    sizes = [len(audio_in(stream)) for stream in streams]
    ended = [note for note in notes.taken if note.hook == "ended"]
    seen = [
        (note.stream.transport, note.stream.model_id, note.details[0].nbytes)
        for note in ended
        if note.stream is not None
    ]
    transports, models = ("bytes", "sse", "bytes"), (None, None, "sonic-latest")
    assert seen == list(zip(transports, models, sizes, strict=True))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_failure_is_observed(client: Cartesia, notes: Notes, transport: str) -> None:
    """With the very error that the consumer gets, and its request."""
    with pytest.raises(NotFoundError) as raised:
        list(speak(client, transport, TEXT, voice="nobody"))
    stats, error = notes.end
    assert error is raised.value
    assert stats.outcome == "failed"
    assert stats.time_to_first_audio is None
    assert raised.value.request_id in stats.request_ids


def test_error_of_the_text_is_observed(client: Cartesia, face: Face, notes: Notes) -> None:
    """What the caller's own text raises ends the stream as well."""
    text = face.tokens(["One, ", "two."], error=KeyError("of the model"))
    with pytest.raises(KeyError):
        list(client.tts.speak(text, voice=VOICE))
    stats, error = notes.end
    assert isinstance(error, KeyError)
    assert stats.outcome == "failed"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_closing_early_is_observed(client: Cartesia, notes: Notes, transport: str) -> None:
    """A stream that is left in the middle was cancelled, and that is no error."""
    with speak(client, transport, LONG) as stream:
        next(event for event in stream if isinstance(event, AudioChunk))
    assert notes.hooks == ["started", "first audio", "ended"]
    stats, error = notes.end
    assert (stats.outcome, error) == ("cancelled", None)
    assert stats.nbytes > 0
    stream.close()
    assert notes.hooks.count("ended") == 1


def test_closing_in_another_thread_is_observed_once(client: Cartesia, notes: Notes) -> None:
    """Whoever notices the end first."""
    for _ in range(5):
        notes.taken.clear()
        stream = client.tts.speak(LONG, voice=VOICE)
        next(stream)
        at_once(lambda s=stream: list(s), stream.close, stream.close)  # type: ignore[misc]
        assert notes.hooks.count("ended") == 1


def test_resumption_is_observed(client: Cartesia, emulator: Emulator, notes: Notes) -> None:
    """One stream over two contexts and two sockets; what was dropped counts as received."""
    emulator.inject("drop", after=12)
    stream = client.tts.speak(TEXT, voice=VOICE, resume=True)
    events = list(stream)
    assert sum(isinstance(event, Resumed) for event in events) == 1
    assert notes.hooks == ["started", "first audio", "restarted", "ended"]
    reason, error = notes.taken[2].details
    assert reason == "resumed"
    assert isinstance(error, APIError)
    stats, _ = notes.end
    assert (stats.outcome, stats.restarts, stats.reconnects) == ("done", 1, 1)
    assert len(set(stats.context_ids)) == 2
    assert stats.context_ids[-1] == stream.context_id
    assert stats.nbytes >= len(audio_in(events))
    assert stats.audio_seconds == pytest.approx(stream.duration)


def test_replay_is_observed(client: Cartesia, emulator: Emulator, notes: Notes) -> None:
    """A stream whose connection is lost before the first audio."""
    emulator.inject("drop", after=0)
    list(client.tts.speak(TEXT, voice=VOICE))
    assert notes.hooks == ["started", "restarted", "first audio", "ended"]
    assert notes.taken[1].details[0] == "replayed"
    assert notes.end[0].restarts == 1


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_refusal_is_observed(
    client: Cartesia, emulator: Emulator, notes: Notes, transport: str
) -> None:
    """A stream that the plan's limit keeps waiting begins again, and tells how long it waited."""
    kind = "error" if transport == "websocket" else "status"
    emulator.inject(kind, 429, after=0)
    list(speak(client, transport, TEXT))
    assert notes.hooks == ["started", "restarted", "first audio", "ended"]
    reason, error = notes.taken[1].details
    assert reason == "rate_limited"
    assert isinstance(error, RateLimitError)
    stats, _ = notes.end
    assert (stats.outcome, stats.restarts, stats.reconnects) == ("done", 1, 0)
    assert 0 < stats.queued < (stats.time_to_first_audio or 0)


def test_waiting_for_a_slot_is_measured(
    face: Face, make_emulator: MakeEmulator, notes: Notes
) -> None:
    """It is a part of the time to the first audio."""
    client = face.client(make_emulator(realtime=1.0), max_concurrency=1, observers=[notes])
    first = client.tts.speak(LONG, voice=VOICE)
    next(first)
    waiting = Background(lambda: client.tts.speak(TEXT, voice=VOICE).collect())
    assert eventually(lambda: notes.hooks.count("started") == 2)
    first.close()
    assert waiting.error(20) is None
    stats: StreamStats = notes.taken[-1].details[0]
    assert stats.outcome == "done"
    assert 0 < stats.queued < (stats.time_to_first_audio or 0)


# --- contexts that the caller feeds


def test_context_is_observed_from_its_first_push(client: Cartesia, notes: Notes) -> None:
    """Whatever number of streams reads it."""
    with client.tts.websocket_connect() as connection:
        context = connection.context("c1", voice=VOICE)
        assert notes.hooks == []
        assert context.receive().time_to_first_audio is None
        context.push(TEXT)
        assert notes.hooks == ["started"]
        context.no_more_inputs()
        stream = context.receive()
        next(stream)
        events = [*context.receive()]
        assert isinstance(events[-1], Done)
        context.cancel()
    assert notes.hooks == ["started", "first audio", "ended"]
    stats, error = notes.end
    assert (stats.outcome, error, stats.context_ids) == ("done", None, ("c1",))
    assert stats == stream.stats


def test_context_that_is_cancelled_is_observed(client: Cartesia, notes: Notes) -> None:
    """At once, though nobody reads it."""
    with client.tts.websocket_connect() as connection:
        with connection.context(voice=VOICE) as context:
            context.push(LONG)
        assert notes.hooks == ["started", "ended"]
        assert notes.end[0].outcome == "cancelled"
        with connection.context(voice=VOICE):
            pass  # nothing was said
    assert notes.hooks == ["started", "ended"]


def test_context_that_is_left_unread_is_observed(
    client: Cartesia, emulator: Emulator, notes: Notes
) -> None:
    """As what it came to: it had failed when its block was left."""
    emulator.inject("error", 500, after=0)
    with client.tts.websocket_connect() as connection:
        with connection.context(voice=VOICE) as context:
            context.push(TEXT)
            with suppress(CartesiaError):  # the error may have come already
                context.flush()
            assert eventually(lambda: is_over(context))
        stats, error = notes.end
        assert stats.outcome == "failed"
        assert isinstance(error, CartesiaError)


def is_over(context: Any) -> bool:
    return bool(context._source.reader.context.done)


# --- statistics of what arrives


def paced(pauses: list[threading.Event | None], size: int) -> Callable[[Conversation], None]:
    """A peer that sends chunks of so many bytes, each when its event is set."""

    def script(peer: Conversation) -> None:
        peer.accept()
        context_id = peer.message()["context_id"]
        for pause in pauses:
            if pause is not None:
                assert pause.wait(20)
            peer.chunk(context_id, b"\0\1" * (size // 2))
        peer.tell("done", context_id)
        peer.hold()

    return script


def test_slow_consumer_is_no_underrun(face: Face, make_peer: MakePeer) -> None:
    """What counts is when audio arrives, not when it is read."""
    peer = make_peer(paced([None, None, None], 48_000))
    stream = face.client(peer.base_url).tts.speak("Hello.", voice=VOICE)
    next(stream)
    assert eventually(lambda: stream.stats.chunks == 3)
    read = [stream.stats]
    for event in stream:
        read += [stream.stats] if isinstance(event, AudioChunk) else []
    assert all(stats.underruns == 0 for stats in read)
    stats = stream.stats
    assert (stats.outcome, stats.audio_seconds, stats.underrun_seconds) == ("done", 3.0, 0.0)
    assert 0 < (stats.min_lead or 0) < stats.lead <= 3.0


def test_audio_that_comes_too_late_is_an_underrun(face: Face, make_peer: MakePeer) -> None:
    """Playback ran dry while more was to come, which shows as soon as it is so."""
    late = threading.Event()
    peer = make_peer(paced([None, late], 4_800))
    stream = face.client(peer.base_url).tts.speak("Hello.", voice=VOICE)
    next(stream)
    assert eventually(lambda: stream.stats.underruns == 1)
    assert eventually(lambda: stream.stats.underrun_seconds > 0.05)
    assert stream.stats.lead == 0
    late.set()
    list(stream)
    stats = stream.stats
    assert (stats.outcome, stats.underruns, stats.min_lead) == ("done", 1, 0)
    assert stats.underrun_seconds > 0.05


@pytest.mark.parametrize("transport", ["sse", "bytes"])
def test_waiting_for_a_response_is_an_underrun(
    face: Face, make_peer: MakePeer, transport: str
) -> None:
    """Over HTTP as well: the consumer asked in time, and had to wait."""
    late = threading.Event()

    def script(peer: Conversation) -> None:
        peer.read_request()
        sse = transport == "sse"
        peer.stream("text/event-stream" if sse else "audio/pcm")
        audio = b'data: {"type":"chunk","data":"AAEC"}\n\n' if sse else b"abc"
        peer.piece(audio)
        assert late.wait(20)
        peer.piece(audio)
        if sse:
            peer.piece(b'data: {"type":"done","done":true}\n\n')
        peer.send(b"0\r\n\r\n")
        peer.hold()

    stream = speak(face.client(make_peer(script).base_url), transport, "Hello.")
    next(stream)
    reading = Background(lambda: list(stream))
    threading.Timer(0.1, late.set).start()
    assert reading.error() is None
    stats = stream.stats
    assert (stats.outcome, stats.underruns) == ("done", 1)
    assert stats.underrun_seconds > 0.01


# --- sockets and calls


def test_sockets_are_observed(client: Cartesia, emulator: Emulator, notes: Notes) -> None:
    """From the handshake to the close, with who closed it."""
    client.tts.prewarm()
    ((connection, _),) = notes.connections
    assert connection.base_url == emulator.base_url
    assert connection.seconds > 0
    client.close()
    assert eventually(lambda: len(notes.connections) == 2)
    same, cause = notes.connections[1]
    assert same is connection
    assert isinstance(cause, ConnectionClosedError)
    assert (cause.code, cause.by) == (1000, "local")


def test_lost_socket_is_observed(client: Cartesia, emulator: Emulator, notes: Notes) -> None:
    """And a new one is another."""
    emulator.inject("close", 1011, after=0)
    list(client.tts.speak(TEXT, voice=VOICE))
    assert eventually(lambda: len(notes.connections) == 3)
    first, _ = notes.connections[0]
    lost = [(connection, cause) for connection, cause in notes.connections if cause is not None]
    assert [connection for connection, _ in lost] == [first]
    assert [getattr(cause, "code", None) for _, cause in lost] == [1011]


def test_calls_are_observed(client: Cartesia, notes: Notes) -> None:
    """With operation, status, id and error; speech over HTTP among them."""
    client.voices.list(limit=1)
    with pytest.raises(NotFoundError) as raised:
        client.voices.get("00000000-0000-0000-0000-000000000000")
    client.tts.generate(TEXT, voice=VOICE).collect()
    listed, missing, spoken = notes.requests
    assert (listed.operation, listed.method, listed.status_code) == ("voices_list", "GET", 200)
    assert listed.error is None
    assert listed.request_id
    assert listed.seconds > 0
    assert (missing.operation, missing.status_code) == ("voices_get", 404)
    assert missing.error is raised.value
    assert (spoken.method, spoken.status_code) == ("POST", 200)
    assert len({listed.request_id, missing.request_id, spoken.request_id}) == 3


def test_derived_client_is_observed(client: Cartesia, notes: Notes) -> None:
    """`with_options` keeps the observers."""
    client.with_options(timeout=5).tts.speak(TEXT, voice=VOICE).collect()
    assert notes.hooks == ["started", "first audio", "ended"]


# --- observers that fail


class Broken(Observer):
    """Raises wherever it is called."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)
        raise RuntimeError("of the observer")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_broken_observer_breaks_nothing(
    face: Face,
    emulator: Emulator,
    notes: Notes,
    transport: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The stream is whole, what it raised is logged, and the others are told."""
    client = face.client(emulator, observers=[Broken(), notes])
    assert speak(client, transport, TEXT).collect().nbytes > 0
    assert client.voices.list(limit=1).data
    client.close()
    assert notes.hooks == ["started", "first audio", "ended"]
    told = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) >= len(notes.hooks)
    assert {record.getMessage() for record in told} == {"an observer failed: Broken"}


# --- logging


def ours(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the client has logged."""
    return [r.getMessage() for r in caplog.records if r.name == "cartesia_stream"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_log_has_sizes_and_no_payload(
    client: Cartesia, emulator: Emulator, transport: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every message with its size; no text, audio or key in any record of anyone, at DEBUG."""
    caplog.set_level(logging.DEBUG)
    stream = speak(client, transport, SECRET * 3)
    events = list(stream)
    with pytest.raises(CartesiaError):
        list(speak(client, transport, SECRET, voice="nobody"))
    client.close()
    lines = ours(caplog)
    ctx = f"ctx={stream.context_id}" if stream.context_id else f"request={stream.request_id}"
    sizes = [len(event.data) for event in events if isinstance(event, AudioChunk)]
    assert [line for line in lines if line.startswith("< chunk")] == [
        f"< chunk {ctx} {size} B" for size in sizes
    ]
    assert sum(line == f"< done {ctx}" for line in lines) == 1
    assert any(line.startswith("speech done: ") for line in lines)
    assert any(line.startswith("speech failed with NotFoundError 404: ") for line in lines)
    if transport == "websocket":
        assert any(line.startswith(f"> generate {ctx} ") for line in lines)
        assert any(line.startswith("socket opened") for line in lines)
        assert "socket closed: ConnectionClosedError 1000" in lines
    assert_nothing_said(caplog, emulator)


def test_log_of_recovery_and_words(
    client: Cartesia, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """What went wrong and that it began again; word times by their number."""
    caplog.set_level(logging.DEBUG)
    emulator.inject("drop", after=10)
    text = f"{SECRET}One two three four five six seven eight nine ten. "
    list(client.tts.speak(text, voice=VOICE, resume=True, add_phoneme_timestamps=True))
    lines = ours(caplog)
    assert any(line.startswith("speech resumed after ") for line in lines)
    assert any(line.startswith("< timestamps ctx=") for line in lines)
    assert any(line.startswith("< phoneme_timestamps ctx=") for line in lines)
    client.tts.speak(LONG, voice=VOICE).close()
    assert any(line.startswith("> cancel ctx=") for line in ours(caplog))
    assert_nothing_said(caplog, emulator)


def assert_nothing_said(caplog: pytest.LogCaptureFixture, emulator: Emulator) -> None:
    told = "\n".join(
        f"{record.getMessage()} {record.args} {record.__dict__}"
        for record in caplog.records
        if not record.name.startswith("cartesia_emulator")
    )
    assert "armalade" not in told
    assert emulator.api_key not in told
    assert not any(line.startswith(("<", ">")) and "{" in line for line in ours(caplog))


def test_healthy_stream_logs_nothing_above_debug(
    client: Cartesia, caplog: pytest.LogCaptureFixture
) -> None:
    """And costs no record."""
    caplog.set_level(logging.INFO, logger="cartesia_stream")
    for transport in TRANSPORTS:
        list(speak(client, transport, TEXT))
    assert ours(caplog) == []


def test_observers_of_many_streams_at_once(client: Cartesia, notes: Notes) -> None:
    """Each stream is told about in order, and none is mixed up with another."""

    def say() -> None:
        list(client.tts.speak(TEXT, voice=VOICE))

    at_once(*[say] * 8)
    streams = {note.stream for note in notes.taken}
    assert len(streams) == 8
    for stream in streams:
        hooks = [note.hook for note in notes.taken if note.stream is stream]
        assert hooks == ["started", "first audio", "ended"]
    ends = [note.details[0] for note in notes.taken if note.hook == "ended"]
    assert len(set(itertools.chain.from_iterable(end.context_ids for end in ends))) == 8
