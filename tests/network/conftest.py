from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import AsyncTransport, Transport

from ..scenarios.faces import VOICE, AsyncFace, Face, SyncFace
from .peers import Certificates, Proxy, Service

if TYPE_CHECKING:
    from cartesia_stream import Cartesia

    from ..scenarios.peer import Peer

HttpClient = Callable[..., Any]
Way = Callable[["Cartesia"], object]


def call(client: Cartesia) -> object:
    """One call whose answer is JSON."""
    return client.status.get()


def sse(client: Cartesia) -> object:
    """Speech as server-sent events."""
    return client.tts.generate_sse("Hello.", voice=VOICE).collect().data


def socket(client: Cartesia) -> object:
    """Speech over a socket."""
    return client.tts.speak("Hello.", voice=VOICE).collect().data


WAYS: tuple[Way, ...] = (call, sse, socket)
PATHS: dict[Way, str] = {call: "/", sse: "/tts/sse", socket: "/tts/websocket"}
BOTH: tuple[Way, ...] = (call, socket)


def our_transport(face: Face, **settings: Any) -> Any:
    """Our transport, for a client of `httpx` that fits the face."""
    return (AsyncTransport if isinstance(face, AsyncFace) else Transport)(**settings)


def as_hook(face: Face, hook: Callable[[Any], object]) -> Callable[[Any], Any]:
    """A hook as a client of `httpx` that fits the face calls it."""

    async def awaited(subject: Any) -> None:
        hook(subject)

    return awaited if isinstance(face, AsyncFace) else hook


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, key, address or root from the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("CARTESIA_API_KEY", "CARTESIA_BASE_URL", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["sync", "aio"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """Both ways to use the client, one after the other."""
    face: Face = SyncFace() if request.param == "sync" else AsyncFace()
    yield face
    face.close()


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way to reach the service: a call, an event stream, a socket."""
    way: Way = request.param
    return way


@pytest.fixture
def http_client(face: Face) -> Iterator[HttpClient]:
    """Makes clients of httpx that fit the face; they are closed after the test."""
    made: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = httpx.AsyncClient if isinstance(face, AsyncFace) else httpx.Client
        made.append(kind(**{"timeout": 5} | settings))
        return made[-1]

    yield make
    for client in made:
        if isinstance(face, AsyncFace):
            face.run(client.aclose())
        else:
            client.close()


@pytest.fixture
def start() -> Iterator[Callable[[Peer], Any]]:
    """Starts a service or a proxy that runs until the test is over."""
    with ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture
def service(start: Callable[[Peer], Any]) -> Service:
    """The real host, which nobody may reach whose network is mocked."""
    started: Service = start(Service())
    return started


@pytest.fixture
def proxy(start: Callable[[Peer], Any], service: Service) -> Proxy:
    """An HTTP proxy that leads to the service, whatever it is asked for."""
    started: Proxy = start(Proxy(service))
    return started


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A private authority."""
    return Certificates(tmp_path_factory.mktemp("certificates"))
