"""What a broken or hostile peer can do over HTTP and sockets, with raw bytes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_emulator.wire.transport import websocket_frame
from cartesia_stream import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    RemoteProtocolError,
    StreamTruncatedError,
    Timeouts,
)

from .faces import SHORT, Background, eventually, speak
from .peer import PING, TEXT, Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import MakePeer
    from .faces import Face

CHUNK: Final = b'data: {"type":"chunk","data":"AAEAAQ==","status_code":206,"done":false}\n\n'
DONE: Final = b'data: {"type":"done","status_code":200,"done":true}\n\n'
HTTP: Final = ("sse", "bytes")


def fault(action: Callable[[], object]) -> APIError:
    """What an action raises, without a hang."""
    error = Background(action).error(30)
    assert isinstance(error, APIError)
    return error


# --- success exists only after the end is marked


@pytest.mark.parametrize("transport", HTTP)
@pytest.mark.parametrize(
    "head",
    [
        b"204 No Content",
        b"200 OK\r\nContent-Length: 0",
        b"200 OK\r\nContent-Type: audio/raw\r\nContent-Length: 0",
        b"200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 0",
    ],
)
def test_answer_without_a_body_is_no_speech(
    face: Face, make_peer: MakePeer, transport: str, head: bytes
) -> None:
    """Neither a 204 nor an empty body of any kind is a success."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(b"HTTP/1.1 " + head + b"\r\nConnection: close\r\n\r\n")

    client = face.client(make_peer(script).base_url, max_retries=0)
    error = fault(lambda: speak(client, transport, "Hello.").collect())
    assert isinstance(error, RemoteProtocolError | StreamTruncatedError)


@pytest.mark.parametrize("transport", HTTP)
def test_end_of_the_connection_is_no_end_of_a_body(
    face: Face, make_peer: MakePeer, transport: str
) -> None:
    """A body whose length nobody told may be cut anywhere: its end is an error, with the count."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        kind, body = (
            (b"audio/raw", b"\0\1\0\1") if transport == "bytes" else (b"text/event-stream", CHUNK)
        )
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + body)

    client = face.client(make_peer(script).base_url)
    error = fault(lambda: speak(client, transport, "Hello.").collect())
    assert isinstance(error, StreamTruncatedError)
    assert (error.chunks, error.nbytes) == (1, 4)


def test_response_that_stays_open_after_its_end(face: Face, make_peer: MakePeer) -> None:
    """The done event ends the speech, whatever the connection does then."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.stream("text/event-stream")
        peer.piece(CHUNK + DONE + CHUNK)
        while peer.pause(0.05):
            peer.piece(CHUNK)

    client = face.client(make_peer(script).base_url, timeout=Timeouts(first_audio=40, idle=40))
    speech = Background(lambda: speak(client, "sse", "Hello.").collect()).result(20)
    assert len(speech.data) == 4


# --- retries


def cut_in_the_head(peer: Conversation) -> None:
    peer.read_call()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-")


def cut_before_the_answer(peer: Conversation) -> None:
    peer.read_call()


@pytest.mark.parametrize("script", [cut_in_the_head, cut_before_the_answer])
@pytest.mark.parametrize("transport", HTTP)
def test_speech_that_may_have_been_made_is_not_asked_for_again(
    face: Face,
    make_peer: MakePeer,
    script: Callable[[Conversation], None],
    transport: str,
) -> None:
    """Once the request has left, only the caller can know whether to repeat it."""
    peer = make_peer(script)
    client = face.client(peer.base_url, max_retries=2)
    error = fault(lambda: speak(client, transport, "Hello.").collect())
    assert isinstance(error, APIConnectionError)
    assert error.request_sent
    assert peer.connections == 1


@pytest.mark.parametrize("script", [cut_in_the_head, cut_before_the_answer])
def test_reading_is_repeated_twice_at_most(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """A call that changes nothing is."""
    peer = make_peer(script)
    client = face.client(peer.base_url)
    assert isinstance(fault(client.status.get), APIConnectionError)
    assert peer.connections == 3


# --- bounds


def test_head_without_end(face: Face, make_peer: MakePeer) -> None:
    """Headers that come fast and never end are refused at a bound."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.send(b"X-More: of it\r\n" * 1000)

    timeouts = Timeouts(read=300)
    client = face.client(make_peer(script).base_url, timeout=timeouts, max_retries=0)
    error = fault(client.status.get)
    assert not isinstance(error, APITimeoutError)


def test_upload_to_a_peer_that_does_not_read(face: Face, make_peer: MakePeer) -> None:
    """Sending has a deadline over HTTP as well."""

    def script(peer: Conversation) -> None:
        peer.read_request()
        peer.hold()

    timeouts = Timeouts(write=0.5, read=300)
    client = face.client(make_peer(script).base_url, timeout=timeouts, max_retries=0)
    error = fault(lambda: client.stt.transcribe(file=bytes(64 << 20), model="m"))
    assert isinstance(error, APITimeoutError)
    assert error.phase == "write"


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_deep_nesting_is_survived(face: Face, make_peer: MakePeer, transport: str) -> None:
    """JSON that would exhaust the stack is a fault of the peer, and the reader lives on."""
    bomb = b'{"type":"chunk","a":' + b"[" * 200_000

    def over_socket(peer: Conversation) -> None:
        peer.accept()
        peer.message()
        peer.send(websocket_frame(TEXT, bomb))
        while "transcript" not in (message := peer.message()):
            pass  # the first one is cancelled
        context_id = message["context_id"]
        peer.chunk(context_id, b"good")
        peer.tell("done", context_id)
        peer.hold()

    def over_http(peer: Conversation) -> None:
        peer.read_call()
        peer.stream("text/event-stream")
        peer.piece(b"data: " + bomb + b"\n\n")
        peer.hold()

    if transport == "sse":
        client = face.client(make_peer(over_http).base_url)
        assert isinstance(
            fault(lambda: speak(client, "sse", "Hello.").collect()), RemoteProtocolError
        )
        return
    connection = face.client(make_peer(over_socket).base_url).tts.websocket_connect()
    broken = connection.speak("Hello.", voice="v")
    assert isinstance(fault(broken.collect), RemoteProtocolError)
    assert connection.speak("Hello.", voice="v").collect().data == b"good"


def test_flood_of_pings_that_is_not_read(face: Face, make_peer: MakePeer) -> None:
    """Answers that the peer does not take do not pile up without bound: it is given up."""
    flooding = threading.Event()

    def script(peer: Conversation) -> None:
        peer.accept()
        flooding.set()
        block = websocket_frame(PING, bytes(100)) * 1000
        while True:
            peer.send(block)

    client = face.client(make_peer(script).base_url, timeout=SHORT)
    connection = client.tts.websocket_connect()
    assert flooding.wait(10)
    assert eventually(lambda: connection.closed, 40)
