"""The end of connections: ours, the service's, and the peer's that just vanishes."""

from __future__ import annotations

import gc
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    APITimeoutError,
    CartesiaError,
    ConnectionClosedError,
    LocalStateError,
    StreamTruncatedError,
    Timeouts,
)
from cartesia_stream._protocol import link
from cartesia_stream._protocol.session import Session

from .faces import AT_ONCE_S, VOICE, AsyncFace, Background, eventually, own_threads, sockets, speak

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechEvent
    from cartesia_stream._protocol.link import Sleeper

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation

LONG = "This sentence is to be interrupted. " * 40
CLOSE = 8
TRANSPORTS = ("websocket", "sse", "bytes")


# --- closed by us


@pytest.mark.parametrize("what", ["client", "connection"])
def test_close_wakes_every_consumer(face: Face, make_emulator: MakeEmulator, what: str) -> None:
    """Closing from elsewhere ends all that is being read, at once, and says who closed."""
    client = face.client(make_emulator(realtime=1.0))
    connection = client.tts.websocket_connect()
    seen: list[list[SpeechEvent]] = [[], [], []]
    contexts = [connection.context(voice=VOICE) for _ in range(2)]
    for context in contexts:
        context.push(LONG)
    readers = [
        Background(lambda c=context, s=seen[at]: s.extend(c.receive()))  # type: ignore[misc]
        for at, context in enumerate(contexts)
    ]
    unused = connection.context(voice=VOICE)
    waiting = Background(lambda: seen[2].extend(unused.receive()))
    assert eventually(lambda: all(len(events) > 0 for events in seen[:2]))
    before = time.monotonic()
    (client if what == "client" else connection).close()
    errors = [reader.error() for reader in readers]
    assert time.monotonic() - before < AT_ONCE_S
    for error, events in zip(errors, seen, strict=False):
        assert isinstance(error, StreamTruncatedError)
        assert error.chunks == len(events)
        assert isinstance(error.__cause__, ConnectionClosedError)
        assert (error.__cause__.code, error.__cause__.by) == (1000, "local")
    error = waiting.error()
    assert isinstance(error, ConnectionClosedError)
    assert error.by == "local"
    assert connection.closed


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_closing_the_client_wakes_the_reader_of_any_transport(
    face: Face, make_emulator: MakeEmulator, transport: str
) -> None:
    """`client.close` ends streams over HTTP too, with the exact account of what came."""
    client = face.client(make_emulator(realtime=1.0))
    seen: list[SpeechEvent] = []
    reader = Background(lambda: seen.extend(speak(client, transport, LONG)))
    assert eventually(lambda: bool(seen))
    before = time.monotonic()
    client.close()
    error = reader.error()
    assert time.monotonic() - before < AT_ONCE_S
    assert isinstance(error, StreamTruncatedError)
    assert error.chunks == len(seen)


def test_close_twice_is_harmless(client: Cartesia) -> None:
    """A client, a connection and a stream may be closed again, in any order."""
    connection = client.tts.websocket_connect()
    stream = connection.speak("Hello.", voice=VOICE)
    client.tts.speak("Hello.", voice=VOICE).collect()
    for _ in range(2):
        client.close()
        connection.close()
        stream.close()


def test_client_that_was_never_used_closes(client: Cartesia) -> None:
    """There may be nothing to close."""
    client.close()


def test_closed_client_is_refused(client: Cartesia, emulator: Emulator) -> None:
    """Every use of a closed client is an illegal move, the same for all transports."""
    client.tts.speak("Hello.", voice=VOICE).collect()
    client.voices.list(limit=1)
    client.close()
    emulator.clear_requests()
    uses: list[Callable[[], object]] = [partial(speak, client, way, "No.") for way in TRANSPORTS]
    uses += [client.tts.websocket_connect, partial(client.voices.list, limit=1)]
    for use in uses:
        with pytest.raises(LocalStateError, match="client is closed"):
            use()
    assert emulator.requests == ()


def test_closed_connection_opens_no_context(client: Cartesia) -> None:
    """A context on a closed connection is refused with the reason of the closing."""
    connection = client.tts.websocket_connect()
    context = connection.context(voice=VOICE)
    connection.close()
    for use in (
        lambda: connection.context(voice=VOICE),
        lambda: connection.speak("No.", voice=VOICE).collect(),
        lambda: context.push("No."),
    ):
        with pytest.raises(ConnectionClosedError) as caught:
            use()
        assert caught.value.by == "local"


def test_blocks_close_what_they_open(face: Face, emulator: Emulator) -> None:
    """Leaving the block of a client or connection closes its sockets properly, with code 1000."""
    with face.client(emulator) as client, client.tts.websocket_connect() as connection:
        client.tts.speak("Hello.", voice=VOICE).collect()
        connection.speak("Hello.", voice=VOICE).collect()
    assert connection.closed
    with pytest.raises(LocalStateError):
        client.tts.websocket_connect()


@pytest.mark.parametrize("answer", ["nothing", "close frame only"])
def test_close_does_not_wait_for_a_peer_that_hangs(
    face: Face, make_peer: MakePeer, answer: str
) -> None:
    """A peer that does not finish the closing handshake is left after the close deadline."""

    def script(peer: Conversation) -> None:
        peer.accept()
        peer.message()
        while peer.frame()[0] != CLOSE:
            pass
        if answer != "nothing":
            peer.close_frame(1000)
        peer.hold()

    client = face.client(make_peer(script).base_url, timeout=Timeouts(close=0.2))
    reader = Background(lambda: client.tts.speak("Hello.", voice=VOICE).collect())
    assert eventually(lambda: bool(sockets(client)))
    time.sleep(0.05)
    before = time.monotonic()
    client.close()
    assert time.monotonic() - before < AT_ONCE_S
    assert isinstance(reader.error(), StreamTruncatedError)


# --- closed by the service


def test_idle_close_by_the_service_is_not_noticed(face: Face, make_emulator: MakeEmulator) -> None:
    """`client.tts.speak` opens a new socket when the service closed the idle one."""
    emulator = make_emulator(idle_timeout_s=0.1)
    client = face.client(emulator)
    for count in (1, 2, 3):
        assert client.tts.speak("Hello.", voice=VOICE).collect().data
        assert len(emulator.requests) == count
        (driver,) = sockets(client)
        assert driver is not None
        assert eventually(lambda d=driver: not d.usable)  # type: ignore[misc]


@pytest.mark.parametrize("fault", [("close", 1000), ("close", "none"), ("drop", None)])
def test_speaking_again_after_a_break(
    client: Cartesia, emulator: Emulator, fault: tuple[str, Any]
) -> None:
    """A context that broke off is not repeated, but the next call has a new socket."""
    emulator.inject(*fault, after=1)
    with pytest.raises(StreamTruncatedError):
        client.tts.speak("Hello.", voice=VOICE).collect()
    assert client.tts.speak("Hello.", voice=VOICE).collect().data
    assert len(emulator.requests) == 2


def test_close_by_the_service_reaches_open_contexts_that_wait_for_text(
    face: Face, make_peer: MakePeer
) -> None:
    """A context that has sent nothing yet learns of the close as well, with code and reason."""

    def script(peer: Conversation) -> None:
        peer.accept()
        peer.pause(0.1)
        peer.close_frame(4008, "go away")
        peer.hold()

    connection = face.client(make_peer(script).base_url).tts.websocket_connect()
    context = connection.context(voice=VOICE)
    with pytest.raises(ConnectionClosedError) as caught:
        list(context.receive())
    assert (caught.value.code, caught.value.reason, caught.value.by) == (4008, "go away", "remote")
    with pytest.raises(ConnectionClosedError):
        context.push("too late")


def test_emulator_that_stops_ends_every_stream(face: Face, make_emulator: MakeEmulator) -> None:
    """When the service goes down, nobody is left waiting."""
    emulator = make_emulator(realtime=1.0)
    client = face.client(emulator)
    seen: dict[str, list[SpeechEvent]] = {"websocket": [], "sse": [], "bytes": []}
    readers = [
        Background(lambda t=t, s=s: s.extend(speak(client, t, LONG)))  # type: ignore[misc]
        for t, s in seen.items()
    ]
    assert eventually(lambda: all(seen.values()))
    emulator.stop()
    for reader, events in zip(readers, seen.values(), strict=True):
        error = reader.error(3)
        assert isinstance(error, StreamTruncatedError)
        assert error.chunks == len(events)


# --- a peer that is dead, or nearly


@pytest.fixture
def quick_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pings after 0.1 s of silence, with 0.2 s for the answer."""
    monkeypatch.setattr(link, "PING_INTERVAL_S", 0.1)
    monkeypatch.setattr(link, "PING_TIMEOUT_S", 0.2)


@pytest.mark.usefixtures("quick_pings")
def test_peer_that_answers_no_ping_is_given_up(face: Face, emulator: Emulator) -> None:
    """A dead peer is noticed while a context waits for text, and the socket is not used again."""
    emulator.inject("ignore-pings")
    client = face.client(emulator)
    connection = client.tts.websocket_connect()
    context = connection.context(voice=VOICE)
    before = time.monotonic()
    with pytest.raises(
        APITimeoutError, match=r"sent nothing for .*, not even the answer to a ping"
    ) as caught:
        list(context.receive())
    assert 0.2 < time.monotonic() - before < AT_ONCE_S
    assert caught.value.phase == "idle"
    assert connection.closed


@pytest.mark.usefixtures("quick_pings")
def test_dead_peer_in_mid_stream(face: Face, emulator: Emulator) -> None:
    """In mid-stream it is a truncation, because of the silence."""
    emulator.inject("ignore-pings")
    emulator.inject("stall", after=2)
    client = face.client(emulator)
    with pytest.raises(StreamTruncatedError) as caught:
        client.tts.speak(LONG, voice=VOICE).collect()
    assert caught.value.chunks == 2
    assert isinstance(caught.value.__cause__, APITimeoutError)


@pytest.mark.usefixtures("quick_pings")
def test_idle_socket_is_kept_alive(client: Cartesia, emulator: Emulator) -> None:
    """Answered pings keep an idle socket: the next speech needs no handshake."""
    client.tts.speak("Hello.", voice=VOICE).collect()
    time.sleep(0.8)
    client.tts.speak("Hello again.", voice=VOICE).collect()
    assert len(emulator.requests) == 1


@pytest.mark.usefixtures("quick_pings")
def test_peer_that_closes_and_does_not_hang_up(
    face: Face, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the service's close frame the socket goes soon, without spinning until then."""
    ticks: list[float] = []
    tick = Session.tick

    def counted(session: Session, *, now: float) -> Sequence[Sleeper]:
        ticks.append(now)
        return tick(session, now=now)

    def script(peer: Conversation) -> None:
        peer.accept()
        peer.pause(0.1)
        peer.close_frame(1000)
        while peer.frame()[0] != CLOSE:  # a ping may come first
            pass
        peer.hold()

    monkeypatch.setattr(Session, "tick", counted)
    connection = face.client(make_peer(script).base_url).tts.websocket_connect()
    assert eventually(lambda: connection.closed)
    time.sleep(0.6)
    assert len(ticks) < 50
    if isinstance(face, AsyncFace):
        assert eventually(lambda: face.remains() == [])
    else:
        assert eventually(lambda: own_threads() == [])


# --- a peer that does not read


def deaf(peer: Conversation) -> None:
    """Take the handshake and read nothing more."""
    peer.accept()
    peer.hold()


HUGE = "x" * 20_000_000  # more than the buffers of any two kernels


def test_push_to_a_peer_that_does_not_read_is_bounded(face: Face, make_peer: MakePeer) -> None:
    """A push waits while the network is busy, for the write deadline at most."""
    client = face.client(make_peer(deaf).base_url, timeout=Timeouts(write=0.3, close=0.2))
    context = client.tts.websocket_connect().context(voice=VOICE)
    before = time.monotonic()
    with pytest.raises(APITimeoutError) as caught:
        context.push(HUGE)
    assert time.monotonic() - before < AT_ONCE_S
    assert caught.value.phase == "write"


def test_close_wakes_a_push_that_waits(face: Face, make_peer: MakePeer) -> None:
    """Closing the client ends a push to a peer that does not read."""
    client = face.client(make_peer(deaf).base_url, timeout=Timeouts(close=0.2))
    context = client.tts.websocket_connect().context(voice=VOICE)
    push = Background(lambda: context.push(HUGE))
    time.sleep(0.2)
    before = time.monotonic()
    client.close()
    push.error()
    assert time.monotonic() - before < AT_ONCE_S


def test_peer_that_hangs_up_wakes_a_push_that_waits(face: Face, make_peer: MakePeer) -> None:
    """So does the end of the connection."""

    def script(peer: Conversation) -> None:
        peer.accept()
        peer.pause(0.2)

    client = face.client(make_peer(script).base_url)
    context = client.tts.websocket_connect().context(voice=VOICE)
    push = Background(lambda: context.push(HUGE))
    push.error()
    with pytest.raises(CartesiaError):
        context.receive().collect()


# --- what is left behind


def test_nothing_is_left_after_many_streams(client: Cartesia, face: Face) -> None:
    """Streams that ended, failed or were left leave no context in the socket's books."""
    for _ in range(5):
        client.tts.speak("Whole.", voice=VOICE).collect()
        with client.tts.speak(LONG, voice=VOICE) as stream:
            next(iter(stream))
        with pytest.raises(ZeroDivisionError):
            client.tts.speak(
                face.tokens(["One. "], error=ZeroDivisionError()), voice=VOICE
            ).collect()
    (driver,) = sockets(client)
    assert driver._session.contexts == {}
    if isinstance(face, AsyncFace):
        assert eventually(lambda: len(face.remains()) == 1)  # the warm socket
    else:
        assert eventually(lambda: len(own_threads()) == 1)  # its reader


def test_every_socket_is_closed(
    face: Face, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `close` no socket of the client is open, however its streams ended."""
    opened: list[socket.socket] = []
    connect: Callable[..., Any] = socket.socket.connect

    def recording(self: socket.socket, address: Any) -> Any:
        opened.append(self)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recording, raising=False)
    client = face.client(emulator, max_retries=0)
    for transport in TRANSPORTS:
        speak(client, transport, "Whole.").collect()
        with speak(client, transport, LONG) as stream:
            next(iter(stream))
        emulator.inject("drop", after=1)
        with pytest.raises(StreamTruncatedError):
            speak(client, transport, "Broken.").collect()
    emulator.inject("status", 401)
    with pytest.raises(CartesiaError):
        client.tts.websocket_connect()
    client.close()
    gc.collect()
    assert eventually(lambda: all(sock.fileno() < 0 for sock in opened))
