"""Keys and passwords are in no log line of anybody, no representation, no error and no URL."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import APIConnectionError, APIError

from ..scenarios.peer import Peer
from .conftest import our_transport
from .peers import HOST, LOGIN, Proxy, Service

if TYPE_CHECKING:
    from ..scenarios.faces import Face
    from ..scenarios.peer import Conversation
    from .conftest import HttpClient, Way
    from .peers import Certificates

KEY = "sk_test_key"  # what `Face.client` uses with a base URL
LOGGERS = ("", "httpx", "httpcore", "websockets", "cartesia_stream", "asyncio", "vcr")


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that anybody logs."""
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, name)
    return caplog


def told(log: pytest.LogCaptureFixture, *subjects: object) -> str:
    """All that the records and subjects tell: texts, arguments, representations, causes."""
    parts = [log.text]
    for record in log.records:
        parts += [repr(record.args), repr(vars(record))]
    for subject in subjects:
        parts += [repr(subject), str(subject)]
        link = subject if isinstance(subject, BaseException) else None
        while link is not None:
            parts += traceback.format_exception(link)
            parts += [str(value) for value in vars(link).values()]
            link = link.__cause__ or link.__context__
    return "\n".join(parts)


@pytest.mark.parametrize("own", ["default", "httpx", "transport"])
def test_key_is_in_no_log(
    face: Face,
    service: Service,
    http_client: HttpClient,
    everything: pytest.LogCaptureFixture,
    way: Way,
    own: str,
) -> None:
    """Neither ours nor that of `httpx`, `httpcore` or `websockets` shows the key."""
    given: dict[str, Any] = {
        "default": lambda: dict[str, Any](),
        "httpx": lambda: {"http_client": http_client()},
        "transport": lambda: {"http_client": http_client(transport=our_transport(face))},
    }[own]()
    client = face.client(service.base_url, **given)
    assert way(client)
    assert everything.records
    assert KEY not in told(everything, client, *given.values())
    (heard,) = service.heard
    assert KEY not in heard.head.split("\r\n")[0]
    assert f"Bearer {KEY}" in heard.head


@pytest.mark.parametrize("where", ["body", "reason", "header"])
def test_key_that_comes_back(
    face: Face, start: Any, everything: pytest.LogCaptureFixture, way: Way, where: str
) -> None:
    """A peer that sends the key back finds it nowhere."""

    def echo(peer: Conversation) -> None:
        peer.read_call()
        match where:
            case "body":
                peer.respond("401 Unauthorized", f'{{"message": "bad key {KEY}"}}'.encode())
            case "reason":
                peer.respond(f"401 {KEY}")
            case _:
                peer.respond("401 Unauthorized", b"", f"X-Request-Id: {KEY}", f"X-Key: {KEY}")

    client = face.client(start(Peer(echo)).base_url, max_retries=0)
    with pytest.raises(APIError) as caught:
        way(client)
    assert KEY not in told(everything, client, caught.value)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_login_of_a_proxy_is_in_no_log(
    face: Face,
    start: Any,
    certificates: Certificates,
    everything: pytest.LogCaptureFixture,
    way: Way,
    scheme: str,
    secure: bool,
) -> None:
    """Nor is the password of a proxy, nor the key on the way through it."""
    service = start(Service(tls=certificates.server() if secure else None))
    front = certificates.server() if scheme == "https" else None
    proxy = start(Proxy(service, scheme=scheme, login=LOGIN, tls=front))
    client = face.client(
        f"http{'s' if secure else ''}://{HOST}",
        proxy=proxy.url,
        ssl_context=certificates.client(),
    )
    assert way(client)
    text = told(everything, client)
    for secret in (KEY, LOGIN.password, LOGIN.prefix, LOGIN.header):
        assert secret not in text


def test_proxy_that_is_not_there(
    face: Face, everything: pytest.LogCaptureFixture, way: Way
) -> None:
    """Nor where the proxy cannot be reached."""
    client = face.client(f"http://{HOST}", max_retries=0, proxy=f"http://{LOGIN.prefix}127.0.0.1:9")
    with pytest.raises(APIConnectionError) as caught:
        way(client)
    text = told(everything, client, caught.value)
    for secret in (KEY, LOGIN.password, LOGIN.prefix, LOGIN.header):
        assert secret not in text


def test_representation_of_a_transport(face: Face) -> None:
    """A transport does not show the login of its proxy."""
    transport = our_transport(face, proxy=f"http://{LOGIN.prefix}127.0.0.1:9")
    assert LOGIN.password not in repr(transport)
    assert LOGIN.prefix not in repr(transport)
