"""`NO_PROXY` as curl and httpx read it; calls and sockets always agree."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import httpx
import pytest

from cartesia_stream import APIError

from .conftest import BOTH, PATHS

if TYPE_CHECKING:
    from ..scenarios.faces import Face
    from .peers import Proxy, Service

# {port} is the port of the base URL.
DIRECT = [
    ("127.0.0.1", "127.0.0.1"),
    ("127.0.0.1", "*"),
    ("127.0.0.1", " localhost , 127.0.0.1 "),
    ("127.0.0.1", "localhost,127.0.0.1,"),
    ("127.0.0.1", "127.0.0.1:{port}"),
    ("127.0.0.1", "127.0.0.0/8"),
    ("127.0.0.1", "10.0.0.0/8,127.0.0.0/8"),
    ("127.0.0.1", "127.0.0.1/32"),
    ("127.0.0.1", "0.0.0.0/0"),
    ("localhost", "localhost"),
    ("localhost", "LOCALHOST"),
    ("localhost", "localhost:{port}"),
    ("localhost", "*"),
    ("api.service.invalid", "api.service.invalid"),
    ("api.service.invalid", ".service.invalid"),
    ("api.service.invalid", "service.invalid"),
    ("api.service.invalid", ".Service.Invalid"),
    ("api.service.invalid", "elsewhere.invalid, .service.invalid"),
    ("api.service.invalid", "service.invalid:{port}"),
    ("API.Service.Invalid", "service.invalid"),
    ("[::1]", "::1"),
    ("[::1]", "[::1]"),
    ("[::1]", "[::1]:{port}"),
    ("[::1]", "::1/128"),
    ("[::1]", "0:0:0:0:0:0:0:1"),
    ("[::1]", "fe80::/10,::/64"),
    ("[::1]", "*"),
]
PROXIED = [
    ("127.0.0.1", ""),
    ("127.0.0.1", ","),
    ("127.0.0.1", "localhost"),
    ("127.0.0.1", "27.0.0.1"),
    ("127.0.0.1", "127.0.0"),
    ("127.0.0.1", "127.0.0.1:1"),
    ("127.0.0.1", "10.0.0.0/8"),
    ("127.0.0.1", "::/0"),
    ("127.0.0.1", "127.0.0.0/nonsense"),
    ("localhost", "host"),
    ("localhost", "localhost:1"),
    ("localhost", "127.0.0.0/8"),
    ("api.service.invalid", "ervice.invalid"),
    ("api.service.invalid", "api.service"),
    ("api.service.invalid", "other.service.invalid"),
    ("service.invalid", "api.service.invalid"),
    ("[::1]", "127.0.0.1"),
    ("[::1]", "fe80::/10"),
    ("[::1]", "[::1]:1"),
    ("[::1]", "::2"),
]


def ways_through(face: Face, proxy: Proxy, base_url: str) -> list[int]:
    """How often the proxy was asked for the service by a call, and by a socket.

    Anyone on this machine may connect to its port, such as a client whose own server is gone.
    """
    port = httpx.URL(base_url).port or 443
    counts = []
    for way in BOTH:
        proxy.asked.clear()
        with contextlib.suppress(APIError):  # where the way is direct, the host need not exist
            way(face.client(base_url, max_retries=0))
        counts.append(sum(address.endswith(f":{port}") for address in proxy.asked))
    return counts


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(("host", "entries"), DIRECT)
def test_direct(
    face: Face,
    service: Service,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    entries: str,
    name: str,
) -> None:
    """Hosts that are excepted are connected to directly."""
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    monkeypatch.setenv(name, entries.format(port=service.port))
    assert ways_through(face, proxy, f"http://{host}:{service.port}") == [0, 0]


@pytest.mark.parametrize(("host", "entries"), PROXIED)
def test_proxied(
    face: Face,
    service: Service,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    entries: str,
) -> None:
    """All others go through the proxy."""
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", entries.format(port=service.port))
    assert ways_through(face, proxy, f"http://{host}:{service.port}") == [1, 1]
    assert {PATHS[way] for way in BOTH} <= set(service.paths)


@pytest.mark.parametrize("port", [":443", ""])
def test_port_of_the_scheme(
    face: Face, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    """A base URL without a port has the one of its scheme."""
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "service.invalid:443")
    assert ways_through(face, proxy, f"https://service.invalid{port}") == [0, 0]


@pytest.mark.parametrize("entries", [".localhost", "*.localhost", ".service.invalid"])
def test_agreement(
    face: Face, service: Service, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, entries: str
) -> None:
    """Where programs differ, whether `.host` is `host` too, calls and sockets still agree."""
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", entries)
    for host in ("localhost", "service.invalid"):
        by_call, by_socket = ways_through(face, proxy, f"http://{host}:{service.port}")
        assert by_call == by_socket
