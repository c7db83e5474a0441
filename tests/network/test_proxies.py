"""Proxies of every kind carry calls and sockets alike."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import APIConnectionError, APITimeoutError, ConfigurationError, Timeouts

from ..scenarios.peer import Peer
from .conftest import BOTH, PATHS
from .peers import HOST, LOGIN, Proxy, Service

if TYPE_CHECKING:
    from ..scenarios.faces import Face
    from ..scenarios.peer import Conversation
    from .conftest import HttpClient, Way
    from .peers import Certificates, Login

SCHEMES = ["http", "https", "socks5", "socks5h"]

ways = pytest.mark.parametrize("way", BOTH, ids=lambda way: way.__name__)
schemes = pytest.mark.parametrize("scheme", SCHEMES)
targets = pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])


def started(
    start: Any,
    certificates: Certificates,
    scheme: str,
    *,
    secure: bool,
    login: Login | None,
) -> tuple[Proxy, Service]:
    """A proxy of a kind, and the service behind it, which speaks TLS if it is to be secure."""
    service = start(Service(tls=certificates.server() if secure else None))
    tls = certificates.server() if scheme == "https" else None
    proxy = start(Proxy(service, scheme=scheme, tls=tls, login=login))
    return proxy, service


def address(scheme: str, *, secure: bool) -> str:
    """A base URL that leads nowhere without the proxy: with `socks5` this side looks hosts up."""
    host = f"{HOST}:9" if scheme != "socks5" else "localhost:9"
    return f"http{'s' if secure else ''}://{host}"


@ways
@targets
@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "login"])
@pytest.mark.parametrize("own", [False, True], ids=["default", "own"])
@schemes
def test_proxy(
    face: Face,
    start: Any,
    certificates: Certificates,
    http_client: HttpClient,
    way: Way,
    secure: bool,
    login: Login | None,
    own: bool,
    scheme: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy is asked for the service and told its login; the key passes it unseen over TLS."""
    proxy, service = started(start, certificates, scheme, secure=secure, login=login)
    tls = certificates.client()
    if own:
        through = httpx.Proxy(proxy.url, ssl_context=tls if scheme == "https" else None)
        settings = {"http_client": http_client(proxy=through, verify=tls)}
    else:
        settings = {"proxy": proxy.url, "ssl_context": tls}
        monkeypatch.setitem(sys.modules, "socksio", None)  # SOCKS needs no package
    url = address(scheme, secure=secure)
    assert way(face.client(url, max_retries=0, **settings))
    (asked,) = proxy.asked
    assert asked.endswith(":9")
    assert scheme == "socks5" or asked == f"{HOST}:9"
    (heard,) = service.heard
    assert heard.path == PATHS[way]
    assert LOGIN.password not in heard.head
    assert "proxy-authorization" not in heard.head.lower()
    if secure:
        assert not any(b"sk_test_key" in head for head in proxy.heads)


@ways
@targets
@pytest.mark.parametrize("upper", [False, True], ids=["lower case", "upper case"])
@pytest.mark.parametrize("variable", ["scheme", "all_proxy"])
@schemes
def test_proxy_from_the_environment(
    face: Face,
    start: Any,
    certificates: Certificates,
    way: Way,
    secure: bool,
    upper: bool,
    variable: str,
    scheme: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` name a proxy, in either case."""
    proxy, _ = started(start, certificates, scheme, secure=secure, login=LOGIN)
    name = ("https_proxy" if secure else "http_proxy") if variable == "scheme" else variable
    monkeypatch.setenv(name.upper() if upper else name, proxy.url)
    url = address(scheme, secure=secure)
    assert way(face.client(url, max_retries=0, ssl_context=certificates.client()))
    assert len(proxy.asked) == 1


@ways
def test_argument_wins(
    face: Face, service: Service, proxy: Proxy, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`proxy=` wins over the environment, `NO_PROXY` included."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    assert way(face.client(f"http://{HOST}", max_retries=0, proxy=proxy.url))
    assert proxy.asked == [f"{HOST}:80"]


@ways
@pytest.mark.parametrize(
    "environment",
    [
        {"HTTP_PROXY": "", "http_proxy": "", "ALL_PROXY": ""},
        {"HTTPS_PROXY": "http://127.0.0.1:9"},
    ],
    ids=["empty", "other scheme"],
)
def test_environment_without_a_proxy(
    face: Face,
    service: Service,
    way: Way,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty variable, and a proxy for the other scheme only, are no proxy."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert way(face.client(service.base_url, max_retries=0))
    assert len(service.heard) == 1


@ways
def test_proxy_without_a_scheme(
    face: Face, proxy: Proxy, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable with a host and a port is an HTTP proxy, as for curl."""
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    assert way(face.client(f"http://{HOST}", max_retries=0))
    assert proxy.asked == [f"{HOST}:80"]


# --- proxies that refuse


def told(error: BaseException) -> str:
    """Everything that an error says, with its causes."""
    parts = traceback.format_exception(error)
    link: BaseException | None = error
    while link is not None:
        parts += [repr(link), *(str(value) for value in vars(link).values())]
        link = link.__cause__ or link.__context__
    return "\n".join(parts)


@ways
@targets
@schemes
@pytest.mark.parametrize("given", ["", "us%3Aer:wrong-secret@"], ids=["no login", "wrong login"])
def test_login_that_is_refused(
    face: Face,
    start: Any,
    certificates: Certificates,
    way: Way,
    secure: bool,
    scheme: str,
    given: str,
) -> None:
    """A proxy that refuses is a failure to connect that names its status, and no password."""
    proxy, service = started(start, certificates, scheme, secure=secure, login=LOGIN)
    client = face.client(
        address(scheme, secure=secure),
        max_retries=0,
        proxy=f"{scheme}://{given}{proxy.address}",
        ssl_context=certificates.client(),
    )
    expected = "(?i)proxy" if scheme.startswith("socks") else "407"
    with pytest.raises(APIConnectionError, match=expected) as caught:
        way(client)
    assert not caught.value.request_sent
    assert "wrong-secret" not in told(caught.value)
    assert "wrong-secret" not in repr(client)
    assert service.connections == 0


@ways
@pytest.mark.parametrize("status", ["403 Forbidden", "407 Login", "502 Bad Gateway", "503 Busy"])
def test_tunnel_that_is_refused(face: Face, start: Any, way: Way, status: str) -> None:
    """The status of a proxy that opens no tunnel is in the message."""

    def refuse(peer: Conversation) -> None:
        peer.read_request()
        peer.respond(status, b"<html>" + b"x" * 100_000)

    proxy = start(Peer(refuse))
    client = face.client(
        f"https://{HOST}", max_retries=0, proxy=f"http://u:hidden@{proxy.host}:{proxy.port}"
    )
    with pytest.raises(APIConnectionError, match=status[:3]) as caught:
        way(client)
    assert not caught.value.request_sent
    assert "hidden" not in told(caught.value)


@ways
@pytest.mark.parametrize("code", range(1, 9))
def test_socks_proxy_that_does_not_connect(face: Face, start: Any, way: Way, code: int) -> None:
    """A SOCKS proxy that cannot reach the service is a failure to connect."""

    def refuse(peer: Conversation) -> None:
        peer.read(3)
        peer.send(b"\x05\0")
        peer.read(4)
        peer.read(peer.read(1)[0] + 2)
        peer.send(bytes((5, code)) + b"\0\x01\0\0\0\0\0\0")

    proxy = start(Peer(refuse))
    url = f"socks5h://{proxy.host}:{proxy.port}"
    with pytest.raises(APIConnectionError, match=r"(?i)proxy") as caught:
        way(face.client(f"http://{HOST}", max_retries=0, proxy=url))
    assert not caught.value.request_sent


def hang_up(peer: Conversation) -> None:
    peer.read(1)


def babble(peer: Conversation) -> None:
    peer.read(1)
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    peer.hold()


def flood(peer: Conversation) -> None:
    peer.read(1)
    peer.send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000)
    peer.hold()


@ways
@pytest.mark.parametrize("script", [hang_up, babble, flood])
@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_proxy_that_is_none(face: Face, start: Any, way: Way, script: Any, scheme: str) -> None:
    """What hangs up, speaks something else or floods is a failure to connect, at once."""
    proxy = start(Peer(script))
    client = face.client(
        f"https://{HOST}", max_retries=0, proxy=f"{scheme}://{proxy.host}:{proxy.port}"
    )
    with pytest.raises(APIConnectionError) as caught:
        way(client)
    assert not isinstance(caught.value, APITimeoutError)
    assert not caught.value.request_sent


def say_nothing(peer: Conversation) -> None:
    peer.hold()


@ways
@schemes
def test_proxy_that_says_nothing(face: Face, start: Any, way: Way, scheme: str) -> None:
    """The deadline of connecting holds for the proxy too."""
    proxy = start(Peer(say_nothing))
    client = face.client(
        address(scheme, secure=True),
        max_retries=0,
        timeout=Timeouts(connect=0.3),
        proxy=f"{scheme}://{proxy.host}:{proxy.port}",
    )
    with pytest.raises(APITimeoutError) as caught:
        way(client)
    assert caught.value.phase == "connect"
    assert not caught.value.request_sent


# --- addresses that name no proxy

WRONG = [
    "ftp://user:hidden@proxy",
    "socks4://proxy:1080",
    "http://",
    "http://user:hidden@proxy:port",
    "http://proxy:99999",
    "nonsense",
]


@ways
@pytest.mark.parametrize("url", WRONG)
def test_address_that_names_no_proxy(face: Face, way: Way, url: str) -> None:
    """A proxy's URL that is wrong is refused by the name of the option, and its password kept."""
    with pytest.raises(ConfigurationError) as caught:
        way(face.client(f"http://{HOST}", max_retries=0, proxy=url))
    assert caught.value.option == "proxy"
    assert "hidden" not in told(caught.value)


@ways
def test_wrong_proxy_from_the_environment(
    face: Face, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is one in the environment."""
    monkeypatch.setenv("HTTP_PROXY", "ftp://user:hidden@proxy")
    with pytest.raises(ConfigurationError) as caught:
        way(face.client(f"http://{HOST}", max_retries=0))
    assert caught.value.option == "proxy"
    assert "hidden" not in told(caught.value)
