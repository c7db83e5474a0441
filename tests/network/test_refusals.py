"""A refusal is known by its status, whatever its body does, over HTTP and in a handshake."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    APIStatusError,
    AuthenticationError,
    InternalServerError,
    PermissionDeniedError,
    RateLimitError,
)
from cartesia_stream._http.requests import ERROR_BODY_S

from ..scenarios.faces import AT_ONCE_S, at_once, eventually
from ..scenarios.peer import Peer
from .conftest import WAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scenarios.faces import Face
    from ..scenarios.peer import Conversation
    from .conftest import HttpClient, Way

JSON = b'{"message": "no such key"}'


def whole(peer: Conversation, status: str) -> None:
    peer.respond(status, JSON, "Content-Type: application/json")


def nothing(peer: Conversation, status: str) -> None:
    peer.respond(status)


def broken_off(peer: Conversation, status: str) -> None:
    peer.send(f"HTTP/1.1 {status}\r\nContent-Length: 100\r\n\r\n{{}}".encode())


def unmet_length(peer: Conversation, status: str) -> None:
    peer.send(f"HTTP/1.1 {status}\r\nContent-Length: 100\r\n\r\n{{}}".encode())
    peer.hold()


def no_length(peer: Conversation, status: str) -> None:
    peer.send(f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n\r\nno such key".encode())
    peer.hold()


def never_begun(peer: Conversation, status: str) -> None:
    peer.send(f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    peer.hold()


def dripping(peer: Conversation, status: str) -> None:
    peer.send(f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    while peer.pause(0.05):
        peer.piece(b"x")


def endless(peer: Conversation, status: str) -> None:
    peer.send(f"HTTP/1.1 {status}\r\n\r\n".encode())
    while peer.pause(0):
        peer.send(bytes(65536))


def large(peer: Conversation, status: str) -> None:
    peer.respond(status, b"x" * (2 << 20), "Content-Type: text/plain")


def not_what_it_says(peer: Conversation, status: str) -> None:
    peer.respond(status, b"\x1f\x8bnonsense", "Content-Encoding: gzip")


BODIES = [
    whole,
    nothing,
    broken_off,
    unmet_length,
    no_length,
    never_begun,
    dripping,
    endless,
    large,
    not_what_it_says,
]
STATUSES = [
    ("401 Unauthorized", AuthenticationError),
    ("403 Forbidden", PermissionDeniedError),
    ("429 Too Many Requests", RateLimitError),
    ("500 Internal Server Error", InternalServerError),
]


@pytest.fixture(params=["default", "own"])
def settings(request: pytest.FixtureRequest, http_client: HttpClient) -> dict[str, Any]:
    """The default client, and one with an `httpx` client of the user."""
    settings: dict[str, Any] = {"max_retries": 0}
    return settings if request.param == "default" else settings | {"http_client": http_client()}


@pytest.fixture
def quick_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the time for the body of an error; another test waits for all of it."""
    for face in ("_aio", "_sync"):
        monkeypatch.setattr(f"cartesia_stream.{face}.http.ERROR_BODY_S", ERROR_BODY_S / 4)


@pytest.mark.usefixtures("quick_errors")
@pytest.mark.parametrize("body", BODIES)
def test_refusal_keeps_its_status(
    face: Face, start: Any, settings: dict[str, Any], body: Callable[[Conversation, str], None]
) -> None:
    """The status decides, soon, for calls, streams and sockets, and the connection is closed."""
    ended: list[Conversation] = []

    def script(peer: Conversation) -> None:
        try:
            peer.read_call()
            body(peer, "401 Unauthorized")
        finally:
            ended.append(peer)

    client = face.client(start(Peer(script)).base_url, **settings)

    def refused(way: Way) -> AuthenticationError:
        with pytest.raises(AuthenticationError) as caught:
            way(client)
        return caught.value

    before = time.monotonic()
    errors = at_once(*(partial(refused, way) for way in WAYS))
    assert time.monotonic() - before < AT_ONCE_S
    for error in errors:
        assert error.status_code == 401
        assert len(str(error)) < 2100
        if body is whole:
            assert error.message == "no such key"
    if body is endless:
        assert eventually(lambda: len(ended) == len(WAYS)), "the client reads on"


@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_handshake_is_refused_as_a_call_is(
    face: Face, start: Any, way: Way, status: str, expected: type[APIStatusError]
) -> None:
    """A status gives the same class, code and texts for calls, streams and sockets."""
    body = b'{"title": "No", "message": "Not today.", "error_code": "no_way"}'

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.respond(status, body, "Content-Type: application/json", "X-Request-Id: r1")

    client = face.client(start(Peer(script)).base_url, max_retries=0)
    with pytest.raises(expected) as caught:
        way(client)
    error = caught.value
    assert (error.title, error.message, error.error_code) == ("No", "Not today.", "no_way")
    assert error.request_id == "r1"


def test_refused_handshake_is_not_repeated(face: Face, start: Any) -> None:
    """A wrong key is refused once, however its refusal is framed."""

    def script(peer: Conversation) -> None:
        peer.read_request()
        no_length(peer, "401 Unauthorized")

    peer = start(Peer(script))
    before = time.monotonic()
    with pytest.raises(AuthenticationError):
        face.client(peer.base_url).tts.websocket_connect()
    assert ERROR_BODY_S <= time.monotonic() - before < AT_ONCE_S
    assert peer.connections == 1
