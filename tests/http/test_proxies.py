"""Proxies: which one leads to a host, what is said to it, and whom TLS trusts."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError
from cartesia_stream._http.proxies import (
    Proxy,
    environment_proxy,
    is_exempt,
    parse_proxy,
    tls_context,
    tunnel,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
HTTP = Proxy("http", "proxy", 3128, None)
SOCKS = Proxy("socks5", "proxy", 1080, None)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine that runs the tests."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


# --- which one


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://proxy", Proxy("http", "proxy", 80, None)),
        ("https://proxy", Proxy("https", "proxy", 443, None)),
        ("socks5://proxy", Proxy("socks5", "proxy", 1080, None)),
        ("socks5h://[::1]:5", Proxy("socks5h", "::1", 5, None)),
        ("http://us%40er:p%3Ass@proxy:3128", Proxy("http", "proxy", 3128, (b"us@er", b"p:ss"))),
        ("http://user@proxy", Proxy("http", "proxy", 80, (b"user", b""))),
    ],
)
def test_a_proxy(url: str, proxy: Proxy) -> None:
    """Ports follow the scheme, and a login is unquoted."""
    assert parse_proxy(url) == proxy


@pytest.mark.parametrize(
    "url",
    ["ftp://proxy", "socks4://proxy", "proxy:3128", "nonsense", "", "http://", "http://proxy:port",
     "http://[::1", "http://bücher.de", "http://u:" + "p" * 300 + "@proxy"],
)  # fmt: skip
def test_what_is_no_proxy(url: str) -> None:
    """What is no proxy is refused by name, without the URL, which may hold a login."""
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy(url)
    assert caught.value.option == "proxy"
    assert "ppp" not in str(caught.value)


def test_a_login_is_not_shown() -> None:
    """The password stays out of tracebacks that show variables."""
    assert repr(parse_proxy("http://user:secret@proxy")) == "Proxy(http://proxy:80)"


@pytest.mark.parametrize(
    ("environ", "scheme", "host"),
    [
        ({}, "https", None),
        ({"HTTPS_PROXY": "http://p1"}, "https", "p1"),
        ({"HTTPS_PROXY": "http://p1"}, "http", None),
        ({"HTTP_PROXY": "http://p2"}, "http", "p2"),
        ({"http_proxy": "p2:3128"}, "http", "p2"),
        ({"http_proxy": ""}, "http", None),
        ({"ALL_PROXY": "socks5://p3"}, "https", "p3"),
        ({"ALL_PROXY": "http://p3", "https_proxy": "http://p4"}, "https", "p4"),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": "service"}, "https", None),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": "*"}, "https", None),
        ({"HTTPS_PROXY": "http://p1", "NO_PROXY": "other"}, "https", "p1"),
        ({"NO_PROXY": "other"}, "https", None),
    ],
)
def test_proxies_of_the_environment(
    environ: dict[str, str], scheme: str, host: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual variables are obeyed, and NO_PROXY before them; a URL may lack its scheme."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = environment_proxy(scheme, "service", 443)
    assert (found and found.host) == host


@pytest.mark.parametrize(
    ("no_proxy", "host", "port"),
    [
        ("*", "a.b", 1),
        ("a.b", "a.b", 1),
        ("a.b", "c.a.b", 1),
        (".a.b", "c.a.b", 1),
        ("*.a.b", "c.a.b", 1),
        (".a.b", "a.b", 1),
        ("A.B", "a.b.", 1),
        (" x , a.b ", "a.b", 1),
        ("x a.b", "a.b", 1),
        ("a.b:80", "a.b", 80),
        ("https://a.b", "a.b", 80),
        ("10.1.2.3", "10.1.2.3", 1),
        ("10.1.2.3:80", "10.1.2.3", 80),
        ("10.0.0.0/8", "10.1.2.3", 1),
        ("fd00::/8", "fd00::1", 1),
        ("::1", "::1", 1),
        ("[::1]", "::1", 1),
        ("[::1]:80", "::1", 80),
        ("0:0:0:0:0:0:0:1", "::1", 1),
    ],
)
def test_hosts_without_a_proxy(no_proxy: str, host: str, port: int) -> None:
    assert is_exempt(no_proxy, "https", host, port)


@pytest.mark.parametrize(
    ("no_proxy", "host", "port"),
    [
        ("", "a.b", 1),
        (",", "a.b", 1),
        (".", "a.b", 1),
        ("b", "ab", 1),
        ("c.a.b", "a.b", 1),
        ("a.b:80", "a.b", 81),
        ("http://a.b", "a.b", 80),
        ("10.0.0.0/8", "11.1.2.3", 1),
        ("10.0.0.0/99", "10.1.2.3", 1),
        ("2.3", "10.1.2.3", 1),
        ("[::1]:80", "::1", 81),
        ("10.0.0.0/8", "fd00::1", 1),
        ("[::1", "a.b", 1),
    ],
)
def test_hosts_with_a_proxy(no_proxy: str, host: str, port: int) -> None:
    assert not is_exempt(no_proxy, "https", host, port)


@given(st.text(st.sampled_from("ab.:*/[]1, %"), max_size=12))
def test_any_value_of_no_proxy(value: str) -> None:
    """Whatever stands there, it is read without an error."""
    for host in ("a.b", "10.0.0.1", "::1"):
        is_exempt(value, "https", host, 443)


# --- what is said to it


def talk(proxy: Proxy, host: str, port: int, answers: Iterable[bytes]) -> bytes:
    """What is sent to a proxy that gives these answers, until the tunnel is open."""
    steps = tunnel(proxy, host, port)
    sent = next(steps)
    for answer in answers:
        try:
            sent += steps.send(answer)
        except StopIteration:
            return sent
    raise AssertionError("the tunnel is not open")


def split(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


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
    login = base64.b64encode(b"u:p")
    asked = talk(HTTP._replace(login=(b"u", b"p")), "host", 443, split(answer))
    assert asked == (
        b"CONNECT host:443 HTTP/1.1\r\nHost: host:443\r\n"
        b"Proxy-Authorization: Basic " + login + b"\r\n\r\n"
    )
    assert talk(HTTP, "::1", 80, [answer]).startswith(b"CONNECT [::1]:80 HTTP/1.1\r\n")
    with pytest.raises(AssertionError):
        talk(HTTP, "host", 443, split(answer)[:-1])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
        (b"HTTP/1.1 502 Bad\r\nX: y\r\n\r\n", "502"),
        (b"SSH-2.0-server\r\n\r\n", "malformed"),
        (b"HTTP/2 200\r\n\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 17), "malformed"),
    ],
)
def test_a_refused_tunnel(answer: bytes, reason: str) -> None:
    """A refusal says why."""
    with pytest.raises(httpcore.ProxyError, match=reason):
        talk(HTTP, "host", 443, [answer])


ADDRESSES = [
    (b"\x01" + bytes(4), "ipv4"),
    (b"\x03\x05hello", "name"),
    (b"\x04" + bytes(16), "ipv6"),
]


@pytest.mark.parametrize("bound", [address for address, _ in ADDRESSES])
@pytest.mark.parametrize("cut", [False, True])
def test_a_socks_proxy(bound: bytes, cut: bool) -> None:
    """A name is looked up by the proxy; its answers may come in any pieces."""
    answer = b"\x05\x00" + b"\x05\x00\x00" + bound + b"\x00\x50"
    asked = talk(SOCKS, "host", 443, split(answer) if cut else [answer[:2], answer[2:]])
    assert asked == b"\x05\x01\x00" + b"\x05\x01\x00\x03\x04host\x01\xbb"


def test_a_socks_proxy_with_a_login() -> None:
    """User and password are given where the proxy asks for them, and addresses as such."""
    answer = [b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x01" + bytes(6)]
    asked = talk(SOCKS._replace(login=(b"user", b"pass")), "10.0.0.1", 80, answer)
    assert asked == (
        b"\x05\x02\x02\x00" + b"\x01\x04user\x04pass" + b"\x05\x01\x00\x01\x0a\x00\x00\x01\x00\x50"
    )


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([b"HTTP/1.1 400 Bad"], "SOCKS5"),
        ([b"\x05\xff"], "requires a user name and a password"),
        ([b"\x05\x02"], "requires a user name and a password"),
        ([b"\x05\x00", b"\x05\x05\x00\x01"], "connection refused"),
        ([b"\x05\x00", b"\x05\x63\x00\x01"], "failure 99"),
    ],
)
def test_a_socks_proxy_that_refuses(answers: list[bytes], reason: str) -> None:
    with pytest.raises(httpcore.ProxyError, match=reason):
        talk(SOCKS, "host", 443, answers)


def test_a_socks_proxy_that_refuses_the_login() -> None:
    with pytest.raises(httpcore.ProxyError, match="refused the user name or the password"):
        talk(SOCKS._replace(login=(b"u", b"p")), "host", 443, [b"\x05\x02", b"\x01\x01"])


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=9), st.sampled_from([HTTP, SOCKS]))
def test_any_answer_of_a_proxy(answers: list[bytes], proxy: Proxy) -> None:
    """It opens the tunnel, is refused, or more is waited for; nothing else."""
    steps = tunnel(proxy, "host", 443)
    next(steps)
    try:
        for answer in answers:
            steps.send(answer)
    except (StopIteration, httpcore.ProxyError):
        pass


# --- whom TLS trusts


def test_certificates_are_checked() -> None:
    """The TLS context verifies the peer and is made once."""
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert tls_context() is context
