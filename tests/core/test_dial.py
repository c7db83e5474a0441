"""The way to the host of a socket: directly or through a proxy."""

from __future__ import annotations

import base64
import socket
import ssl

import pytest

from cartesia_stream import APIConnectionError, ConfigurationError
from cartesia_stream._core.dial import (
    MAX_PROXY_RESPONSE,
    Route,
    environment_proxy,
    refused,
    route_to,
    tls_context,
    too_late,
    tunnel_is_open,
)

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine that runs the tests."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def connect(authority: str, *more: str) -> bytes:
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}", *more, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("wss://host/p", Route("host", 443, "host", TLS, None)),
        ("wss://host:8443/p", Route("host", 8443, "host", TLS, None)),
        ("ws://host/p", Route("host", 80, "host", None, None)),
        ("ws://[::1]:5/p", Route("::1", 5, "::1", None, None)),
    ],
)
def test_direct(url: str, route: Route) -> None:
    """Port and TLS follow the scheme; TLS is never used with ws."""
    assert route_to(url, proxy=None, tls=TLS) == route


def test_through_a_proxy() -> None:
    """A given proxy is dialled and asked for a tunnel; TLS is still with the service."""
    route = route_to("wss://host/p", proxy="http://proxy:3128", tls=TLS)
    assert route == Route("proxy", 3128, "host", TLS, connect("host:443"))
    route = route_to("ws://[::1]/p", proxy="http://proxy", tls=None)
    assert route == Route("proxy", 80, "::1", None, connect("[::1]:80"))


def test_a_proxy_with_a_login() -> None:
    """Credentials of the proxy are unquoted and sent to it alone."""
    tunnel = route_to("wss://host/p", proxy="http://us%40er:p%3Ass@proxy", tls=TLS).tunnel
    login = base64.b64encode(b"us@er:p:ss").decode()
    assert tunnel == connect("host:443", f"Proxy-Authorization: Basic {login}")


@pytest.mark.parametrize(
    "proxy", ["https://proxy", "socks5://proxy", "proxy:3128", "http://", "http://proxy:port"]
)
def test_other_proxies(proxy: str) -> None:
    """What cannot be used as a proxy is refused by name."""
    with pytest.raises(ConfigurationError) as caught:
        route_to("wss://host", proxy=proxy, tls=TLS)
    assert caught.value.option == "proxy"


@pytest.mark.parametrize(
    ("environ", "url", "host"),
    [
        ({"HTTPS_PROXY": "http://p1"}, "wss://host", "p1"),
        ({"HTTPS_PROXY": "http://p1"}, "ws://host", "host"),
        ({"HTTP_PROXY": "http://p2"}, "ws://host", "p2"),
        ({"ALL_PROXY": "http://p3"}, "wss://host", "p3"),
        ({"ALL_PROXY": "http://p3", "https_proxy": "http://p4"}, "wss://host", "p4"),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": "host"}, "wss://host", "host"),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": ".example.com"}, "wss://a.example.com",
         "a.example.com"),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": "*"}, "wss://host", "host"),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": "other"}, "wss://host", "p1"),
    ],
)  # fmt: skip
def test_proxies_of_the_environment(
    environ: dict[str, str], url: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual variables are obeyed, and NO_PROXY before them."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert route_to(url, proxy=None, tls=TLS).host == host
    assert route_to(url, proxy="http://given", tls=TLS).host == "given"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 Connection established\r\n\r\n",
        b"HTTP/1.0 200\r\nVia: x\r\n\r\n",
        b"HTTP/1.1 204 \r\n\r\n",
    ],
)
def test_an_open_tunnel(answer: bytes) -> None:
    """Any success opens the tunnel, but not before its headers have ended."""
    assert [tunnel_is_open(answer[:end]) for end in range(len(answer))] == [False] * len(answer)
    assert tunnel_is_open(answer)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
        (b"HTTP/1.1 502 Bad\r\nX: y\r\n\r\n", "502"),
        (b"SSH-2.0-server\r\n\r\n", "no status"),
        (b"HTTP/2 200\r\n\r\n", "200"),
        (b"\r\n\r\n", "no status"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_PROXY_RESPONSE, "no end"),
    ],
)
def test_a_refused_tunnel(answer: bytes, reason: str) -> None:
    """A refusal is a connection error that says why, and nothing was sent to the service."""
    with pytest.raises(APIConnectionError, match=reason) as caught:
        tunnel_is_open(answer)
    assert caught.value.request_sent is False


def test_errors_of_a_connection() -> None:
    """What never left may always be sent again; what may have left may not."""
    assert refused("m").request_sent is False
    assert too_late("connect").request_sent is False
    assert too_late("write").request_sent is True
    assert too_late("close").phase == "close"


def test_certificates_are_checked() -> None:
    """The TLS context verifies the peer and is made once."""
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert tls_context() is context


def test_a_proxy_of_the_environment_may_lack_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an http:// one then; an empty variable names none."""
    monkeypatch.setenv("http_proxy", "proxy:3128")
    assert environment_proxy("host", secure=False) == "http://proxy:3128"
    monkeypatch.setenv("http_proxy", "")
    assert environment_proxy("host", secure=False) is None


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (ssl.SSLCertVerificationError("no"), True),
        (socket.gaierror(socket.EAI_NONAME, "no"), True),
        (socket.gaierror(socket.EAI_AGAIN, "busy"), False),
        (ConnectionRefusedError(8, "gaierror has this number too"), False),
    ],
)
def test_failures_that_no_other_try_mends(error: OSError, final: bool) -> None:
    """Also where a library has wrapped them."""
    wrapped = RuntimeError("cannot connect")
    wrapped.__cause__ = error
    assert refused("m", error).retryable is refused("m", wrapped).retryable is not final
