"""Every tool for httpx sees every request of the client, handshakes of sockets too.

What is mocked or played from a tape never reaches the real host.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx
import vcr  # type: ignore[import-untyped]  # it has no types
import yaml
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cartesia_stream import (
    APIConnectionError,
    AuthenticationError,
    CartesiaError,
    RateLimitError,
    RemoteProtocolError,
)

from ..scenarios.faces import speak
from .conftest import PATHS, as_hook, call, our_transport, socket, sse
from .peers import AUDIO, EVENTS, STATUS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from pytest_httpx import HTTPXMock

    from ..scenarios.faces import Face
    from .conftest import HttpClient, Way
    from .peers import Service

REFUSAL = {"message": "not in this test"}


@pytest.fixture(params=["default", "own"])
def settings(request: pytest.FixtureRequest, http_client: HttpClient) -> dict[str, Any]:
    """The default client, and one with an `httpx` client of the user."""
    settings: dict[str, Any] = {"max_retries": 0}
    return settings if request.param == "default" else settings | {"http_client": http_client()}


# --- pytest-httpx


def test_pytest_httpx_refuses(
    face: Face, service: Service, settings: dict[str, Any], httpx_mock: HTTPXMock, way: Way
) -> None:
    """A refusal by pytest-httpx is the error that the service's refusal is."""
    httpx_mock.add_response(status_code=401, json=REFUSAL)
    with pytest.raises(AuthenticationError, match="not in this test"):
        way(face.client(service.base_url, **settings))
    (request,) = httpx_mock.get_requests()
    assert request.url.path == PATHS[way]
    assert service.connections == 0


def test_pytest_httpx_answers(face: Face, service: Service, httpx_mock: HTTPXMock) -> None:
    """Calls and event streams get the answers of pytest-httpx."""
    client = face.client(service.base_url, max_retries=0)
    httpx_mock.add_response(method="GET", json=STATUS)
    httpx_mock.add_response(
        method="POST", content=EVENTS.encode(), headers={"content-type": "text/event-stream"}
    )
    assert client.status.get().version == "1"
    assert sse(client) == AUDIO
    assert service.connections == 0


@pytest.mark.httpx_mock(assert_all_requests_were_expected=False)
def test_pytest_httpx_has_no_answer(
    face: Face, service: Service, settings: dict[str, Any], httpx_mock: HTTPXMock, way: Way
) -> None:
    """A request without an answer fails in pytest-httpx and goes nowhere."""
    assert httpx_mock.get_requests() == []
    with pytest.raises(APIConnectionError):
        way(face.client(service.base_url, **settings))
    assert service.connections == 0


# --- respx


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_refuses(
    face: Face, service: Service, settings: dict[str, Any], using: str, way: Way
) -> None:
    """A refusal by respx is the error that the service's refusal is, in either mode."""
    client = face.client(service.base_url, **settings)
    with respx.mock(using=using) as router:
        route = router.route(url__startswith=service.base_url).respond(
            429, json=REFUSAL, headers={"retry-after": "7"}
        )
        with pytest.raises(RateLimitError, match="not in this test") as caught:
            way(client)
    assert caught.value.retry_after == 7
    (mocked,) = route.calls
    assert mocked.request.url.path == PATHS[way]
    assert service.connections == 0


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_answers(face: Face, service: Service, using: str) -> None:
    """Calls and event streams get the answers of respx, in either mode."""
    client = face.client(service.base_url, max_retries=0)
    with respx.mock(base_url=service.base_url, using=using) as router:
        router.get("/").respond(json=STATUS)
        router.post("/tts/sse").respond(
            content=EVENTS.encode(), headers={"content-type": "text/event-stream"}
        )
        assert client.status.get().version == "1"
        assert sse(client) == AUDIO
    assert service.connections == 0


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_has_no_answer(
    face: Face, service: Service, settings: dict[str, Any], using: str, way: Way
) -> None:
    """A request without a route fails in respx and goes nowhere."""
    client = face.client(service.base_url, **settings)
    with (
        respx.mock(using=using),
        pytest.raises(AssertionError, match="not mocked"),
    ):
        way(client)
    assert service.connections == 0


# --- any mock, and the handshake


def test_mock_transport(face: Face, service: Service, http_client: HttpClient, way: Way) -> None:
    """`httpx.MockTransport` gets the request with its key and all that the service would get."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(401, json=REFUSAL)

    own = http_client(transport=httpx.MockTransport(answer))
    client = face.client(service.base_url, max_retries=0, http_client=own)
    with pytest.raises(AuthenticationError, match="not in this test"):
        way(client)
    (request,) = requests
    assert request.headers["authorization"] == "Bearer sk_test_key"
    assert request.url.scheme == "http"
    assert request.headers["host"] == f"127.0.0.1:{service.port}"
    assert service.connections == 0


def test_handshake_is_a_request_to_upgrade(
    face: Face, service: Service, http_client: HttpClient
) -> None:
    """Mocks can tell a handshake by its method and its headers."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(403)

    own = http_client(transport=httpx.MockTransport(answer))
    with pytest.raises(CartesiaError):
        socket(face.client(service.base_url, max_retries=0, http_client=own))
    (request,) = requests
    assert request.method == "GET"
    assert request.headers["upgrade"] == "websocket"
    assert request.headers["connection"].lower() == "upgrade"
    assert request.headers["sec-websocket-version"] == "13"
    assert request.headers["sec-websocket-key"]


@pytest.mark.parametrize("status", [101, 200, 204, 302])
@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_mocked_handshake_that_opens_no_socket(
    face: Face, service: Service, settings: dict[str, Any], using: str, status: int
) -> None:
    """A mock has no socket to give: whatever else it answers breaks the contract."""
    client = face.client(service.base_url, **settings)
    with respx.mock(using=using) as router:
        router.get(url__startswith=service.base_url).respond(status)
        with pytest.raises(RemoteProtocolError):
            socket(client)
    assert service.connections == 0


def test_mock_that_fails(face: Face, service: Service, settings: dict[str, Any], way: Way) -> None:
    """A failure of the network that a mock makes up is the error that a real one is."""
    client = face.client(service.base_url, **settings)
    with respx.mock as router:
        router.route().mock(side_effect=httpx.ConnectError("made up"))
        with pytest.raises(APIConnectionError, match="made up") as caught:
            way(client)
    assert not caught.value.request_sent
    assert service.connections == 0


# --- VCR.py


def recorder(folder: Path, mode: str) -> Any:
    return vcr.VCR(
        cassette_library_dir=str(folder),
        record_mode=mode,
        filter_headers=["authorization"],
        match_on=["method", "path"],
    )


def test_vcr_records_and_plays(
    face: Face, service: Service, settings: dict[str, Any], tmp_path: Path
) -> None:
    """What was recorded once is played without the host, events of a stream too."""
    client = face.client(service.base_url, **settings)
    with recorder(tmp_path, "once").use_cassette("tape.yaml"):
        assert client.status.get().version == "1"
        assert sse(client) == AUDIO
    heard = len(service.heard)
    connections = service.connections
    with recorder(tmp_path, "none").use_cassette("tape.yaml") as tape:
        assert client.status.get().version == "1"
        assert sse(client) == AUDIO
        assert tape.play_count == 2
    assert (len(service.heard), service.connections) == (heard, connections) == (2, connections)


@pytest.mark.parametrize("own", [False, True], ids=["default", "our transport"])
def test_vcr_records_the_handshake(
    face: Face, service: Service, http_client: HttpClient, tmp_path: Path, own: bool
) -> None:
    """A socket speaks while it is recorded; the tape has its handshake, which opens none again."""
    given = {"http_client": http_client(transport=our_transport(face))} if own else {}
    client = face.client(service.base_url, **given)
    with recorder(tmp_path, "once").use_cassette("tape.yaml"):
        assert socket(client) == AUDIO
    client.close()
    (taped,) = yaml.safe_load((tmp_path / "tape.yaml").read_text())["interactions"]
    assert taped["request"]["uri"].startswith(f"{service.base_url}/tts/websocket")
    assert taped["response"]["status"]["code"] == 101
    assert "sk_test_key" not in (tmp_path / "tape.yaml").read_text()
    connections = service.connections
    with (
        recorder(tmp_path, "none").use_cassette("tape.yaml"),
        pytest.raises(RemoteProtocolError),
    ):
        socket(face.client(service.base_url, max_retries=0))
    assert service.connections == connections


def test_vcr_without_a_tape(
    face: Face, service: Service, settings: dict[str, Any], tmp_path: Path, way: Way
) -> None:
    """What is not on the tape is refused by VCR, and the host hears nothing."""
    client = face.client(service.base_url, **settings)
    with (
        recorder(tmp_path, "none").use_cassette("empty.yaml"),
        pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException),
    ):
        way(client)
    assert service.connections == 0


# --- tracing, logs and hooks


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What OpenTelemetry's instrumentation of httpx traces."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    yield exporter
    HTTPXClientInstrumentor().uninstrument()
    provider.shutdown()


STATUSES: dict[Way, int] = {call: 200, sse: 200, socket: 101}


def test_opentelemetry_traces(
    face: Face, service: Service, settings: dict[str, Any], spans: InMemorySpanExporter, way: Way
) -> None:
    """Each request is a span, and the service gets its trace."""
    assert way(face.client(service.base_url, **settings))
    (span,) = spans.get_finished_spans()
    attributes = dict(span.attributes or {})
    url = str(attributes.get("http.url") or attributes.get("url.full"))
    status = attributes.get("http.status_code") or attributes.get("http.response.status_code")
    assert url.startswith(f"{service.base_url}{PATHS[way]}".rstrip("/"))
    assert status == STATUSES[way]
    assert span.context is not None
    assert f"traceparent: 00-{span.context.trace_id:032x}" in service.heard[0].head.lower()


def test_httpx_logs(
    face: Face,
    service: Service,
    settings: dict[str, Any],
    way: Way,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The logger `httpx` has one line for each request, with its address and status."""
    caplog.set_level(logging.INFO, "httpx")
    assert way(face.client(service.base_url, **settings))
    lines = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    (line,) = lines
    assert f"{service.base_url}{PATHS[way]}" in line
    assert str(STATUSES[way]) in line
    assert line.startswith("HTTP Request: ")


@pytest.mark.parametrize("fast", [False, True], ids=["httpx", "our transport"])
def test_hooks(face: Face, service: Service, http_client: HttpClient, way: Way, fast: bool) -> None:
    """The `event_hooks` of your own client see each request and response, and may add to it."""
    seen: list[object] = []

    def on_request(request: httpx.Request) -> None:
        request.headers["x-trace"] = "abc"
        seen.append(request.url.path)

    def on_response(response: httpx.Response) -> None:
        seen.append(response.status_code)

    own = http_client(
        event_hooks={
            "request": [as_hook(face, on_request)],
            "response": [as_hook(face, on_response)],
        },
        **({"transport": our_transport(face)} if fast else {}),
    )
    assert way(face.client(service.base_url, http_client=own))
    assert seen == [PATHS[way], STATUSES[way]]
    assert "x-trace: abc" in service.heard[0].head.lower()


class Signed(httpx.Auth):
    """Signs each request, as a gateway may want it."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["x-signature"] = f"{request.method} {request.url.path}"
        yield request


def test_auth(face: Face, service: Service, http_client: HttpClient, way: Way) -> None:
    """The `auth` of your own client signs every request."""
    own = http_client(auth=Signed())
    assert way(face.client(service.base_url, http_client=own))
    (heard,) = service.heard
    assert f"x-signature: {heard.method} {heard.path}".lower() in heard.head.lower()
    assert "authorization: bearer sk_test_key" in heard.head.lower()


def test_mounts(face: Face, service: Service, http_client: HttpClient, way: Way) -> None:
    """A transport that is mounted for the scheme of the base URL gets handshakes too."""
    refuse = httpx.MockTransport(lambda request: httpx.Response(401, json=REFUSAL))
    own = http_client(mounts={"http://": refuse})
    with pytest.raises(AuthenticationError, match="not in this test"):
        way(face.client(service.base_url, http_client=own, max_retries=0))
    assert service.connections == 0


@pytest.mark.parametrize("fast", [False, True], ids=["httpx", "our transport"])
def test_your_own_client_outlives_ours(
    face: Face, service: Service, http_client: HttpClient, fast: bool
) -> None:
    """Closing the client closes its sockets and leaves the client that it was given open."""
    own = http_client(**({"transport": our_transport(face)} if fast else {}))
    for _ in range(2):
        client = face.client(service.base_url, http_client=own)
        for transport in ("websocket", "sse"):
            assert speak(client, transport, "Hello.").collect().data == AUDIO
        client.close()
    assert not own.is_closed
    assert len(service.heard) == 4
