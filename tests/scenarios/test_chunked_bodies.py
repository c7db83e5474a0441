"""Bodies over HTTP: split anywhere, broken anyhow, and ended in each way that there is."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Final, cast

import pytest

from cartesia_stream import AudioChunk, StreamTruncatedError

from .faces import VOICE, speak

if TYPE_CHECKING:
    from cartesia_stream import Cartesia, SpeechEvent

    from .conftest import MakePeer
    from .faces import Face
    from .peer import Conversation, Peer

HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
CHUNK: Final = b'data: {"type":"chunk","data":"AAEAAQ==","status_code":206,"done":false}\n\n'
DONE: Final = b'data: {"type":"done","status_code":200,"done":true}\n\n'


def part(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def client_of(face: Face, peer: Peer, *, proxied: bool) -> Cartesia:
    """A client that reaches the peer as the service, or as the proxy in front of it."""
    if proxied:
        return face.client("http://service.invalid", proxy=peer.base_url, max_retries=0)
    return face.client(peer.base_url, max_retries=0)


WHOLE: Final = HEAD + part(CHUNK) + part(CHUNK + DONE) + b"0\r\n\r\n"


@pytest.mark.parametrize("transport", ["sse", "bytes"])
def test_connection_serves_on(face: Face, make_peer: MakePeer, transport: str) -> None:
    """A body that was read to its end leaves the connection free for the next call."""
    audio = HEAD.replace(b"text/event-stream", b"audio/pcm") + part(b"ab") * 3 + b"0\r\n\r\n"

    def script(peer: Conversation) -> None:
        for _ in range(3):
            peer.read_call()
            peer.send(WHOLE if transport == "sse" else audio)
        peer.read_call()
        peer.respond("200 OK", b'{"ok": true, "version": "x"}')
        peer.hold()

    peer = make_peer(script)
    client = face.client(peer.base_url)
    for _ in range(3):
        assert len(speak(client, transport, "Hello.").collect().data) in (6, 8)
    assert client.status.get().ok
    assert peer.connections == 1


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_split_anywhere(face: Face, make_peer: MakePeer, size: int, proxied: bool) -> None:
    """Head, sizes and chunks may be cut at any byte, and an interim answer may come first."""
    data = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + WHOLE

    def script(peer: Conversation) -> None:
        peer.read_call()
        for at in range(0, len(data), size):
            peer.send(data[at : at + size])
            peer.pause(0.0005)
        peer.hold()

    client = client_of(face, make_peer(script), proxied=proxied)
    events = list(client.tts.generate_sse("Hello.", voice=VOICE))
    audio = [event.data for event in events if isinstance(event, AudioChunk)]
    assert audio == [b"\0\1\0\1"] * 2


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"4",
        b"40\r\nhalf of it",
        b"zz\r\n" + DONE,
        b"-5\r\n" + DONE,
        b"0\r\n\r\n",
        b"0\r\n\r\n" + part(DONE),
    ],
)
def test_broken_anyhow(face: Face, make_peer: MakePeer, rest: bytes, proxied: bool) -> None:
    """What was heard is told, and a body that breaks the rules is never taken for a whole one."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(HEAD + part(CHUNK) + rest)

    client = client_of(face, make_peer(script), proxied=proxied)
    seen: list[SpeechEvent] = []
    with pytest.raises(StreamTruncatedError) as caught:
        for event in client.tts.generate_sse("Hello.", voice=VOICE):
            seen.append(event)  # noqa: PERF402 (what came before the error counts)
    assert caught.value.chunks == len(seen) == 1


# --- other framings


class Pipe(io.RawIOBase):
    """A file whose length nobody knows."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)

    def read(self, size: int = -1) -> bytes:
        return self._parts.pop(0) if self._parts else b""

    def seekable(self) -> bool:
        return False


def test_upload_of_unknown_length(face: Face, make_peer: MakePeer) -> None:
    """It leaves in chunks, and the connection serves on."""
    bodies: list[bytes] = []

    def script(peer: Conversation) -> None:
        for _ in range(2):
            assert b"Transfer-Encoding: chunked" in peer.read_request()
            bodies.append(b"")
            while size := int(peer.read_until(b"\r\n"), 16):
                bodies[-1] += peer.read(size)
                assert peer.read(2) == b"\r\n"
            assert peer.read(2) == b"\r\n"
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
            peer.send(b'Content-Length: 36\r\n\r\n{"type": "transcript", "text": "hi"}')
        peer.hold()

    peer = make_peer(script)
    client = face.client(peer.base_url)
    for _ in range(2):
        assert (
            client.stt.transcribe(
                file=cast("IO[bytes]", Pipe(b"RI", b"FF" * 40_000)), model="m"
            ).text
            == "hi"
        )
    assert [body.count(b"FF") for body in bodies] == [40_000] * 2
    assert peer.connections == 1


UP: Final = b'{"ok": true, "version": "x"}'
LENGTH: Final = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(UP)


@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        (LENGTH + b"\r\n" + UP, 1),
        (LENGTH + b"Connection: close\r\n\r\n" + UP, 2),
        (LENGTH.replace(b"1.1", b"1.0") + b"\r\n" + UP, 2),
        (LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + part(UP) + b"0\r\n\r\n", 2),
        (LENGTH + b"\r\n" + UP + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2),
    ],
)
def test_connection_that_may_serve_on(
    face: Face, make_peer: MakePeer, answer: bytes, connections: int
) -> None:
    """No answer is ever taken for that of another call."""

    def script(peer: Conversation) -> None:
        while peer.read_call():
            peer.send(answer)

    peer = make_peer(script)
    client = face.client(peer.base_url)
    for _ in range(2):
        assert client.status.get().ok
    assert peer.connections == connections


def test_answer_that_ends_with_the_connection(face: Face, make_peer: MakePeer) -> None:
    """JSON says itself whether it is whole."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + UP)

    assert face.client(make_peer(script).base_url).status.get().ok


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        LENGTH + b"Content-Length: 5\r\n\r\n" + UP,
        LENGTH + b"Transfer-Encoding: gzip\r\n\r\n" + UP,
        LENGTH + b"\r\n" + UP[:-1],
        LENGTH + b"Half a header",
        b"",
    ],
)
def test_answer_that_is_none(face: Face, make_peer: MakePeer, answer: bytes) -> None:
    """It broke off, or nobody can tell where it ends."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(answer)

    peer = make_peer(script)
    with pytest.raises(StreamTruncatedError):
        face.client(peer.base_url, max_retries=0).status.get()
