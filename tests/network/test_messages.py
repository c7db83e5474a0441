"""A connection that fails is told with the host and port, and without key and login."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import APIConnectionError, APITimeoutError, Timeouts

from ..scenarios.peer import Peer
from .peers import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..scenarios.faces import Face
    from ..scenarios.peer import Conversation
    from .conftest import HttpClient, Way
    from .peers import Certificates

SILENCE = Timeouts(connect=0.2, read=0.2, first_audio=0.2, idle=0.2)


@pytest.fixture(params=["our_client", "http_client"])
def settings(request: pytest.FixtureRequest, http_client: HttpClient) -> dict[str, Any]:
    """Our own connections, and those of a client of `httpx`."""
    given: dict[str, Any] = {"max_retries": 0}
    if request.param == "http_client":
        given["http_client"] = http_client()
    return given


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections: bound, but nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def message(way: Way, client: Any, kind: type[APIConnectionError] = APIConnectionError) -> str:
    with pytest.raises(kind) as failed:
        way(client)
    text = str(failed.value)
    assert "sk_test_key" not in text
    return text


def test_refused(face: Face, way: Way, settings: dict[str, Any], closed_port: int) -> None:
    told = message(way, face.client(f"http://127.0.0.1:{closed_port}", **settings))
    assert told.startswith(f"cannot connect to 127.0.0.1:{closed_port}: ")


def test_refused_by_an_address_of_ipv6(face: Face, way: Way, settings: dict[str, Any]) -> None:
    told = message(way, face.client("http://[::1]:1", **settings))
    assert told.startswith("cannot connect to [::1]:1: ")


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_unknown_host(
    face: Face, way: Way, settings: dict[str, Any], scheme: str, port: int
) -> None:
    told = message(way, face.client(f"{scheme}://service.invalid", **settings))
    assert told.startswith(f"cannot connect to service.invalid:{port}: ")


def test_certificate_that_is_not_trusted(
    face: Face,
    way: Way,
    settings: dict[str, Any],
    start: Callable[[Peer], Any],
    certificates: Certificates,
) -> None:
    port = start(Service(tls=certificates.server())).port
    told = message(way, face.client(f"https://localhost:{port}", **settings))
    assert told.startswith(f"cannot connect to localhost:{port}: ")
    assert "certificate" in told


def test_service_without_tls(
    face: Face, way: Way, settings: dict[str, Any], start: Callable[[Peer], Any]
) -> None:
    def refuse(talk: Conversation) -> None:
        talk.read(1)
        talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = start(Peer(refuse)).port
    told = message(way, face.client(f"https://127.0.0.1:{port}", **settings))
    assert told.startswith(f"cannot connect to 127.0.0.1:{port}: ")


def test_silence(
    face: Face, way: Way, settings: dict[str, Any], start: Callable[[Peer], Any]
) -> None:
    peer = start(Peer(lambda talk: talk.hold()))
    client = face.client(peer.base_url, timeout=SILENCE, **settings)
    told = message(way, client, APITimeoutError)
    assert told.endswith(f" deadline passed while waiting for 127.0.0.1:{peer.port}")


def test_end_without_an_answer(
    face: Face, way: Way, settings: dict[str, Any], start: Callable[[Peer], Any]
) -> None:
    def leave(talk: Conversation) -> None:
        talk.read_request()

    peer = start(Peer(leave))
    told = message(way, face.client(peer.base_url, **settings))
    assert f"127.0.0.1:{peer.port}" in told


def test_a_proxy_is_named_beside_the_service(face: Face, way: Way, closed_port: int) -> None:
    proxy = f"http://user:secret@127.0.0.1:{closed_port}"
    told = message(way, face.client("https://service.invalid", proxy=proxy, max_retries=0))
    assert told.startswith(f"cannot connect to service.invalid:443: 127.0.0.1:{closed_port}: ")
    assert "secret" not in told
