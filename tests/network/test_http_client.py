"""Clients of `httpx` that cannot be used are refused by name, before anything is sent."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from cartesia_stream import (
    APIConnectionError,
    AsyncCartesia,
    AsyncTransport,
    AuthenticationError,
    Cartesia,
    ConfigurationError,
    Transport,
)

from ..scenarios.faces import AsyncFace, eventually
from ..scenarios.peer import Peer
from .conftest import BOTH, PATHS, as_hook, call, our_transport, socket
from .peers import AUDIO, HOST, Proxy, Service

if TYPE_CHECKING:
    from ..scenarios.faces import Face
    from ..scenarios.peer import Conversation
    from .conftest import HttpClient, Way
    from .peers import Certificates

ways = pytest.mark.parametrize("way", BOTH, ids=lambda way: way.__name__)


@ways
def test_client_of_the_other_face(face: Face, service: Service, way: Way) -> None:
    """A blocking client for the async face, or the reverse, is refused; the error names the fit."""
    is_async = isinstance(face, AsyncFace)
    other: Any = httpx.Client() if is_async else httpx.AsyncClient()
    with pytest.raises(ConfigurationError) as caught:
        way(face.client(service.base_url, http_client=other))
    assert caught.value.option == "http_client"
    assert ("httpx.AsyncClient" if is_async else "httpx.Client") in str(caught.value)
    assert service.connections == 0
    other.close() if is_async else asyncio.run(other.aclose())


@ways
def test_closed_client(face: Face, service: Service, http_client: HttpClient, way: Way) -> None:
    """A client that is closed is refused, also when it is closed later."""
    own = http_client()
    client = face.client(service.base_url, http_client=own)
    assert way(client)
    if isinstance(face, AsyncFace):
        face.run(own.aclose())
    else:
        own.close()
    heard = len(service.heard)
    with pytest.raises(ConfigurationError, match="closed") as caught:
        way(face.client(service.base_url, http_client=own))
    assert caught.value.option == "http_client"
    with pytest.raises(ConfigurationError, match="closed") as caught:
        call(client)
    assert caught.value.option == "http_client"
    assert len(service.heard) == heard


def test_socket_ends_when_your_own_client_is_closed(
    face: Face, service: Service, http_client: HttpClient
) -> None:
    """Closing the client that opened a socket ends what is being read, at once."""
    own = http_client()
    client = face.client(service.base_url, http_client=own)
    connection = client.tts.websocket_connect()
    context = connection.context(voice="v")
    if isinstance(face, AsyncFace):
        face.run(own.aclose())
    else:
        own.close()
    assert eventually(lambda: service.open == 0, 4)
    with pytest.raises(APIConnectionError):
        context.push("Hello.")
        context.receive().collect()
    connection.close()


def refuse(peer: Conversation) -> None:
    peer.read_call()
    peer.respond("401 Unauthorized")


def test_hook_that_raises_for_status(
    face: Face, service: Service, start: Any, http_client: HttpClient
) -> None:
    """It changes nothing for a refusal; a socket it refuses by name, since 101 is no success."""

    def check(response: httpx.Response) -> None:
        response.raise_for_status()

    own = http_client(event_hooks={"response": [as_hook(face, check)]})
    refusing = start(Peer(refuse))
    with pytest.raises(AuthenticationError):
        call(face.client(refusing.base_url, http_client=own))
    with pytest.raises(AuthenticationError):
        socket(face.client(refusing.base_url, http_client=own))
    client = face.client(service.base_url, http_client=own)
    assert call(client)
    with pytest.raises(ConfigurationError, match="101") as caught:
        socket(client)
    assert caught.value.option == "http_client"


def test_hook_that_reads_every_response(
    face: Face, service: Service, http_client: HttpClient
) -> None:
    """If it closes the connection of a socket with that, the socket ends with an error, soon."""

    async def read(response: httpx.Response) -> None:
        await response.aread()

    hook = read if isinstance(face, AsyncFace) else httpx.Response.read
    own = http_client(event_hooks={"response": [hook]})
    client = face.client(service.base_url, http_client=own, max_retries=0)
    assert call(client)
    with pytest.raises(APIConnectionError):
        socket(client)
    before = time.monotonic()
    client.close()
    assert time.monotonic() - before < 4


def speak_http2(peer: Conversation) -> None:
    """Answer every request with the status, as a server of HTTP/2 does."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    connection.initiate_connection()
    peer.send(connection.data_to_send())
    while data := peer.read_some():
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                fields = [(":status", "200"), ("content-type", "application/json")]
                connection.send_headers(event.stream_id, fields)
                connection.send_data(event.stream_id, b'{"ok":true,"version":"2"}', end_stream=True)
        peer.send(connection.data_to_send())


def test_http2_client(
    face: Face, certificates: Certificates, start: Any, http_client: HttpClient
) -> None:
    """Calls may go over HTTP/2; a socket cannot, and the error says what to do."""
    tls = certificates.server()
    tls.set_alpn_protocols(["h2"])
    own = http_client(http2=True, verify=certificates.client())
    client = face.client(start(Peer(speak_http2, tls=tls)).base_url, http_client=own, max_retries=0)
    assert client.status.get().version == "2"
    with pytest.raises(ConfigurationError, match=r"HTTP/1\.1") as caught:
        client.tts.websocket_connect()
    assert caught.value.option == "http_client"


@pytest.mark.parametrize("option", ["ssl_context", "proxy"])
def test_one_way_to_configure(
    face: Face, certificates: Certificates, http_client: HttpClient, option: str
) -> None:
    """Your own client has its own TLS and its own proxy: beside it, ours are refused."""
    value = certificates.client() if option == "ssl_context" else "http://127.0.0.1:1"
    with pytest.raises(ConfigurationError, match="http_client"):
        face.client("http://127.0.0.1:1", http_client=http_client(), **{option: value})


@ways
def test_transport_with_hooks(
    face: Face, certificates: Certificates, start: Any, http_client: HttpClient, way: Way
) -> None:
    """The exported transport takes TLS and proxy, and a client of `httpx` over it has its hooks."""

    service = start(Service(tls=certificates.server()))
    proxy = start(Proxy(service))
    seen: list[str] = []

    own = http_client(
        transport=our_transport(face, ssl_context=certificates.client(), proxy=proxy.url),
        event_hooks={"request": [as_hook(face, lambda request: seen.append(request.url.path))]},
    )
    assert way(face.client(f"https://{HOST}", http_client=own))
    assert proxy.asked == [f"{HOST}:443"]
    assert seen == service.paths == [PATHS[way]]


def test_transport_alone(service: Service) -> None:
    """The exported transports are transports of `httpx`, whatever they are used for."""
    assert issubclass(Transport, httpx.HTTPTransport)
    assert issubclass(AsyncTransport, httpx.AsyncHTTPTransport)
    with httpx.Client(transport=Transport()) as client:
        assert client.get(service.base_url).json()["ok"]

    async def get() -> bool:
        async with httpx.AsyncClient(transport=AsyncTransport()) as client:
            return bool((await client.get(service.base_url)).json()["ok"])

    assert asyncio.run(get())


def test_one_client_of_httpx_for_two(service: Service) -> None:
    """Two clients may share one client of `httpx`; closing one leaves the other its connections."""
    with httpx.Client() as own:
        first = Cartesia("sk_1", base_url=service.base_url, http_client=own)
        second = Cartesia("sk_2", base_url=service.base_url, http_client=own)
        assert socket(first) == socket(second) == AUDIO
        first.close()
        assert socket(second) == AUDIO
        second.close()
    assert eventually(lambda: service.open == 0)


def test_one_async_client_of_httpx_for_two(service: Service) -> None:
    """The same holds for the asyncio client."""

    async def both() -> None:
        async with httpx.AsyncClient() as own:
            first = AsyncCartesia("sk_1", base_url=service.base_url, http_client=own)
            second = AsyncCartesia("sk_2", base_url=service.base_url, http_client=own)
            for client in (first, second):
                assert (await client.tts.speak("Hello.", voice="v").collect()).data == AUDIO
            await first.aclose()
            assert (await second.tts.speak("Hello.", voice="v").collect()).data == AUDIO
            await second.aclose()

    asyncio.run(both())
    assert eventually(lambda: service.open == 0)
