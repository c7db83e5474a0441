"""HTTP and a peer that takes its time: every wait is bounded as a whole, and none too early."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_stream import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AudioChunk,
    InternalServerError,
    Timeouts,
)

from .faces import VOICE, Background, speak
from .loops import replace_look_up
from .peer import Conversation, Peer, unused_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cartesia_stream import Cartesia, SpeechEvent

    from .conftest import MakePeer
    from .faces import Face

UP: Final = b'{"ok": true, "version": "x"}'
CHUNK: Final = b'data: {"type":"chunk","data":"AAEAAQ==","status_code":206,"done":false}\n\n'
DONE: Final = b'data: {"type":"done","status_code":200,"done":true}\n\n'
LONG_S: Final = 40.0  # a deadline that is not the one that strikes
NEVER: Final = None


def failure(action: Callable[[], object]) -> APIError:
    """What an action raises, well before `LONG_S`."""
    error = Background(action).error(20)
    assert isinstance(error, APIError)
    return error


def drip(peer: Conversation, data: bytes) -> None:
    """Send the bytes one by one, then go on with header lines for as long as the client stays."""
    for byte in data:
        peer.send(bytes([byte]))
        if not peer.pause(0.02):
            return
    while peer.pause(0.02):
        peer.send(b"X-More: of it\r\n")


# --- the head of a response


@pytest.mark.parametrize("transport", ["sse", "bytes"])
def test_head_of_speech_that_drips(face: Face, make_peer: MakePeer, transport: str) -> None:
    """Header bytes do not stretch the deadline of the first audio."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        drip(peer, b"HTTP/1.1 200 OK\r\n")

    timeouts = Timeouts(first_audio=0.5, idle=LONG_S, read=LONG_S)
    client = face.client(make_peer(script).base_url, timeout=timeouts, max_retries=0)
    error = failure(lambda: speak(client, transport, "Hello.").collect())
    assert isinstance(error, APITimeoutError)
    assert error.phase == "first_audio"
    assert error.request_sent


def test_head_of_a_call_that_drips(face: Face, make_peer: MakePeer) -> None:
    """Nor do they stretch the deadline of a call; interim answers are no answer."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        while peer.pause(0.02):
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    client = face.client(make_peer(script).base_url, timeout=Timeouts(read=0.5), max_retries=0)
    error = failure(client.status.get)
    assert isinstance(error, APITimeoutError)
    assert error.phase == "read"


@pytest.mark.parametrize("speech", [False, True])
def test_deadline_starts_when_the_request_was_sent(
    face: Face, make_peer: MakePeer, speech: bool
) -> None:
    """An upload that takes longer than an answer may is not cut."""
    mib = 1 << 20

    def script(peer: Conversation) -> None:
        head = peer.read_request().lower()
        size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        for count in range(size // mib):
            if count < 6:  # the client still writes: what is left is more than a socket holds
                peer.pause(0.5)
            peer.read(mib)
        peer.read(size % mib)
        if speech:
            peer.respond("200 OK", b"\0\1" * 8, "Content-Type: audio/raw")
        else:
            answer = b'{"type": "transcript", "text": "hi"}'
            peer.respond("200 OK", answer, "Content-Type: application/json")

    recording = bytes(32 * mib)
    client = face.client(make_peer(script).base_url, timeout=Timeouts(read=2, first_audio=2))
    if speech:
        stream = client.tts.infill("Hi.", voice=VOICE, language="en", left_audio=recording)
        assert stream.collect().data
    else:
        assert client.stt.transcribe(file=recording, model="m").text == "hi"


def test_error_whose_body_drips(face: Face, make_peer: MakePeer) -> None:
    """The status of a refusal is known, whether or not its body ever ends."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 60000\r\n\r\n")
        drip(peer, b"It is broken")

    client = face.client(make_peer(script).base_url, timeout=Timeouts(read=0.5), max_retries=0)
    error = failure(client.status.get)
    assert isinstance(error, InternalServerError)
    assert error.status_code == 500


# --- the events


def events(*, before: float = 0.0, between: float = 0.0, end: bool = True) -> Callable[..., None]:
    """Two chunks with a pause before each; then the end, or comments without one."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.stream("text/event-stream")
        for pause in (before, between):
            if pause and not idle(peer, pause):
                return
            peer.piece(CHUNK)
        if end:
            peer.piece(DONE)
            peer.send(b"0\r\n\r\n")
        else:
            idle(peer, LONG_S)

    return script


def idle(peer: Conversation, seconds: float) -> bool:
    """Send comments, which are no events; whether the test goes on."""
    for _ in range(int(seconds / 0.05)):
        peer.piece(b": still here\n")
        if not peer.pause(0.05):
            return False
    return True


@pytest.mark.parametrize(
    ("timeouts", "script", "phase", "chunks"),
    [
        (Timeouts(first_audio=0.5, idle=LONG_S), events(before=LONG_S), "first_audio", 0),
        (Timeouts(first_audio=0.5, idle=NEVER), events(before=LONG_S), "first_audio", 0),
        (Timeouts(first_audio=LONG_S, idle=0.5), events(between=LONG_S), "idle", 1),
        (Timeouts(first_audio=NEVER, idle=0.5), events(between=LONG_S), "idle", 1),
        (Timeouts(first_audio=LONG_S, idle=0.5), events(end=False), "idle", 2),
    ],
)
def test_each_deadline_of_server_sent_events_is_exact(
    face: Face,
    make_peer: MakePeer,
    timeouts: Timeouts,
    script: Callable[[Conversation], None],
    phase: str,
    chunks: int,
) -> None:
    """The first audio and the gaps have their own deadlines; comments stretch neither."""
    client = face.client(make_peer(script).base_url, timeout=timeouts)
    stream = speak(client, "sse", "Hello.")
    received: list[SpeechEvent] = []

    def read() -> None:
        for event in stream:
            received.append(event)  # noqa: PERF402 (not lost when the stream raises)

    error = failure(read)
    assert isinstance(error, APITimeoutError)
    assert (error.phase, error.seconds) == (phase, 0.5)
    assert len(received) == chunks


@pytest.mark.parametrize(
    ("timeouts", "script"),
    [
        (Timeouts(first_audio=LONG_S, idle=1.0), events(before=1.5)),
        (Timeouts(first_audio=1.0, idle=LONG_S), events(between=1.5)),
        (Timeouts(first_audio=1.0, idle=NEVER), events(between=1.5)),
        (Timeouts(first_audio=NEVER, idle=1.0), events(before=1.5)),
    ],
)
def test_one_deadline_does_not_stand_in_for_the_other(
    face: Face,
    make_peer: MakePeer,
    timeouts: Timeouts,
    script: Callable[[Conversation], None],
) -> None:
    """Audio that is in time by its own deadline is not cut by the other."""
    client = face.client(make_peer(script).base_url, timeout=timeouts)
    heard = [event for event in speak(client, "sse", "Hello.") if isinstance(event, AudioChunk)]
    assert len(heard) == 2


# --- connecting


class Resolver:
    """The system's resolver, with answers of our own for names under ``.test``."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: list[str] | OSError | threading.Event = []
        self._system = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        flags = kwargs.get("flags", args[3] if len(args) > 3 else 0)
        if not name.endswith(".test"):
            return self._system(host, port, *args, **kwargs)
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        self.asked += 1
        answer = self.answer
        if isinstance(answer, threading.Event):
            answer.wait(50)
            answer = socket.gaierror(socket.EAI_AGAIN, "too late")
        if isinstance(answer, OSError):
            raise answer
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port))) for address in answer
        ]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    resolver = Resolver()
    replace_look_up(monkeypatch, resolver)
    return resolver


CALLS: Final = ("websocket", "http")


def call(client: Cartesia, transport: str) -> object:
    return client.tts.websocket_connect() if transport == "websocket" else client.status.get()


@pytest.mark.parametrize("transport", CALLS)
def test_resolver_that_hangs(face: Face, resolver: Resolver, transport: str) -> None:
    """Looking up the name is part of connecting, and bounded with it."""
    stuck = resolver.answer = threading.Event()
    client = face.client("http://slow.test", timeout=Timeouts(connect=0.5), max_retries=0)
    try:
        error = failure(lambda: call(client, transport))
    finally:
        stuck.set()
    assert isinstance(error, APITimeoutError)
    assert error.phase == "connect"
    assert not error.request_sent


@pytest.mark.parametrize("transport", CALLS)
@pytest.mark.parametrize(("code", "tries"), [(socket.EAI_NONAME, 1), (socket.EAI_AGAIN, 3)])
def test_host_that_does_not_exist_is_not_asked_for_again(
    face: Face, resolver: Resolver, transport: str, code: int, tries: int
) -> None:
    """No other try finds it; a resolver that is busy is asked again."""
    resolver.answer = socket.gaierror(code, "no")
    client = face.client("http://nowhere.test", max_retries=2)
    error = failure(lambda: call(client, transport))
    assert isinstance(error, APIConnectionError)
    assert error.retryable is (tries > 1)
    assert resolver.asked == tries


@pytest.fixture
def mute(make_peer: MakePeer) -> Iterator[Callable[[Peer], list[str]]]:
    """Addresses of this machine that take no connection on the port of a peer."""
    with ExitStack() as stack:

        def make(peer: Peer) -> list[str]:
            addresses = [f"127.0.0.{number}" for number in range(2, 7)]
            for address in addresses:
                listener = stack.enter_context(socket.socket())
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, peer.port))
                listener.listen(0)
                for _ in range(4):
                    waiting = stack.enter_context(socket.socket())
                    waiting.setblocking(False)
                    waiting.connect_ex((address, peer.port))
            return addresses

        yield make


def take_handshake(peer: Conversation) -> None:
    peer.accept()
    peer.hold()


def take_call(peer: Conversation) -> None:
    peer.read_call()
    peer.respond("200 OK", UP, "Content-Type: application/json")


SERVES: Final = {"websocket": take_handshake, "http": take_call}


@pytest.mark.parametrize("transport", CALLS)
def test_addresses_share_one_deadline(
    face: Face,
    make_peer: MakePeer,
    resolver: Resolver,
    mute: Callable[[Peer], list[str]],
    transport: str,
) -> None:
    """A host of many addresses that do not answer takes no longer than one."""
    peer = make_peer(SERVES[transport])
    resolver.answer = mute(peer)
    url = f"http://many.test:{peer.port}"
    client = face.client(url, timeout=Timeouts(connect=2), max_retries=0)
    error = Background(lambda: call(client, transport)).error(8)  # one by one it would be 10
    assert isinstance(error, APITimeoutError)
    assert error.phase == "connect"


@pytest.mark.parametrize("transport", CALLS)
def test_address_that_answers_is_found_behind_others(
    face: Face,
    make_peer: MakePeer,
    resolver: Resolver,
    mute: Callable[[Peer], list[str]],
    transport: str,
) -> None:
    """The first addresses do not use up the time of the last."""
    peer = make_peer(SERVES[transport])
    resolver.answer = [*mute(peer)[:2], peer.host]
    url = f"http://many.test:{peer.port}"
    client = face.client(url, timeout=Timeouts(connect=3), max_retries=0)
    call(client, transport)
    assert peer.connections == 1


# --- proxies


def test_calls_go_through_the_proxy_of_the_environment(
    face: Face, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`HTTP_PROXY` is obeyed by calls, and `NO_PROXY` excepts hosts."""
    heads: list[bytes] = []

    def script(peer: Conversation) -> None:
        heads.append(peer.read_call())
        peer.respond("200 OK", UP, "Content-Type: application/json")

    proxy, direct = make_peer(script), make_peer(script)
    monkeypatch.setenv("http_proxy", f"http://user:p%40ss@{proxy.host}:{proxy.port}")
    assert face.client("http://service.invalid").status.get().ok
    assert heads[0].startswith(b"GET http://service.invalid/ HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n" in heads[0]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert face.client(direct.base_url).status.get().ok
    assert heads[1].startswith(b"GET / HTTP/1.1\r\n")
    assert (proxy.connections, direct.connections) == (1, 1)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 Connection established\r\n"])
def test_tunnel_of_a_call_is_part_of_connecting(
    face: Face, make_peer: MakePeer, answer: bytes
) -> None:
    """A proxy that does not open its tunnel meets the connect deadline, dripping or not."""

    def script(peer: Conversation) -> None:
        peer.read_request()
        if answer:
            drip(peer, answer)
        peer.hold()

    client = face.client(
        "https://service.invalid",
        proxy=make_peer(script).base_url,
        timeout=Timeouts(connect=0.5, read=LONG_S),
        max_retries=0,
    )
    error = failure(client.status.get)
    assert isinstance(error, APITimeoutError)
    assert error.phase == "connect"
    assert not error.request_sent


def test_tls_of_a_call_is_part_of_connecting(face: Face, make_peer: MakePeer) -> None:
    """So does a peer that does not answer the greeting of TLS."""
    peer = make_peer(lambda peer: peer.hold())
    url = peer.base_url.replace("http:", "https:")
    client = face.client(url, timeout=Timeouts(connect=0.5, read=LONG_S), max_retries=0)
    error = failure(client.status.get)
    assert isinstance(error, APITimeoutError)
    assert error.phase == "connect"


# --- connections


def test_calls_share_a_connection(face: Face, make_peer: MakePeer) -> None:
    """What was read to its end serves the next call; what was not is closed."""

    def script(peer: Conversation) -> None:
        while True:
            path = peer.read_call().split()[1]
            if path == b"/":
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                peer.send(b"Content-Length: %d\r\n\r\n%b" % (len(UP), UP))
            else:
                peer.stream("text/event-stream")
                peer.piece(CHUNK)

    peer = make_peer(script)
    client = face.client(peer.base_url)
    for _ in range(3):
        assert client.status.get().ok
    assert peer.connections == 1
    with speak(client, "sse", "Hello.") as stream:
        next(iter(stream))
    assert client.status.get().ok
    assert peer.connections == 2


def test_refused_call_says_that_nothing_was_sent(face: Face) -> None:
    """Nobody listens: the call may be made again without a thought."""
    client = face.client(f"http://127.0.0.1:{unused_port()}", max_retries=0)
    error = failure(client.status.get)
    assert isinstance(error, APIConnectionError)
    assert not error.request_sent
