"""Proxies and certificates: find the proxy for a host, and open a tunnel through it.

The client asks an HTTP proxy for a tunnel with CONNECT (RFC 9110, section 9.3.6), and a SOCKS proxy
by RFC 1928, with the login of RFC 1929. This module is Sans-I/O: the drivers read and write.
"""

from __future__ import annotations

import base64
import os
import re
import sys
from functools import cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

import httpcore

from .._checks import text_of
from ..errors import ConfigurationError
from .config import check_host
from .http11 import HeadParser, request_head

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator

_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SOCKS_FAILURES: Final = {  # RFC 1928, section 6
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
}


class Proxy(NamedTuple):
    """The address and the login of a proxy.

    Attributes:
        scheme: ``http``, ``https``, ``socks5`` or ``socks5h``. With both kinds of SOCKS, the proxy
            resolves host names.
        host: Host of the proxy.
        port: Port of the proxy.
        login: User name and password, or None.
    """

    scheme: str
    host: str
    port: int
    login: tuple[bytes, bytes] | None

    @property
    def is_http(self) -> bool:
        """Whether the proxy speaks HTTP, with or without TLS."""
        return self.scheme in ("http", "https")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that log in to an HTTP proxy."""
        if self.login is None:
            return []
        return [(b"Proxy-Authorization", b"Basic " + base64.b64encode(b":".join(self.login)))]

    def __repr__(self) -> str:
        return f"Proxy({self.scheme}://{self.host}:{self.port})"


def parse_proxy(url: str) -> Proxy:
    """Parse the URL of a proxy.

    Raises:
        ConfigurationError: If the URL is malformed, or has an unknown scheme.
    """
    url = text_of(url, "proxy")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError("the proxy URL is malformed", option="proxy") from None
    if parts.scheme not in _PORTS or not parts.hostname or not parts.netloc.isascii():
        raise ConfigurationError(
            "the proxy URL must be http://, https://, socks5:// or socks5h:// with a host",
            option="proxy",
        )
    check_host(parts.hostname, "proxy")
    login = None
    if parts.username is not None:
        login = unquote_to_bytes(parts.username), unquote_to_bytes(parts.password or "")
        if max(map(len, login)) > 255:
            raise ConfigurationError(
                "the user name or the password of the proxy is too long", option="proxy"
            )
    default = _PORTS[parts.scheme]
    return Proxy(parts.scheme, parts.hostname, default if port is None else port, login)


def environment_proxy(scheme: str, host: str, port: int) -> Proxy | None:
    """Return the proxy that the environment or the system sets for a host, or None.

    Reads ``HTTP_PROXY`` or ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, in upper or lower case,
    and the system settings on macOS and Windows.

    Raises:
        ConfigurationError: If the proxy URL is malformed.
    """
    names = {name.lower() for name in os.environ if name.lower().endswith("_proxy")}
    # macOS and Windows have system settings for proxies.
    if names <= {"no_proxy"} and sys.platform not in ("darwin", "win32"):
        return None
    from urllib.request import getproxies, getproxies_environment, proxy_bypass  # slow to import

    proxies = getproxies()
    url = proxies.get(scheme) or proxies.get("all")
    if not url or is_exempt(proxies.get("no", ""), scheme, host, port):
        return None
    if not getproxies_environment() and proxy_bypass(host):
        return None
    return parse_proxy(url if "://" in url else f"http://{url}")


def is_exempt(no_proxy: str, scheme: str, host: str, port: int) -> bool:
    """Whether the value of ``NO_PROXY`` covers a host.

    The entries are hosts (with their subdomains), ``*``, addresses and networks, separated by
    commas or blanks. Each may have a port or a scheme. curl and httpx read it in the same way.
    """
    host = host.lower().strip("[]").rstrip(".")
    for entry in re.split(r"[\s,]+", no_proxy.lower()):
        wanted, mark, name = entry.rpartition("://")
        if mark and wanted not in (scheme, "all"):
            continue
        if name.startswith("["):
            name, _, suffix = name[1:].partition("]")
            suffix = suffix.removeprefix(":")
        elif name.count(":") == 1:
            name, _, suffix = name.partition(":")
        else:
            suffix = ""
        if suffix not in ("", str(port)):
            continue
        if name == "*" or _names(name.removeprefix("*").strip("."), host):
            return True
    return False


def _names(name: str, host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return bool(name) and (host == name or host.endswith(f".{name}"))
    try:
        return address in ip_network(name, strict=False)
    except ValueError:
        return False


def tunnel(proxy: Proxy, host: str, port: int) -> Generator[bytes, bytes]:
    """Ask a proxy for a connection to a host.

    The generator yields the bytes to send, receives the bytes that were read, and returns when the
    connection is open.

    Raises:
        httpcore.ProxyError: If the proxy refuses the connection, or its answer is malformed.
    """
    if proxy.is_http:
        yield from _connect(proxy, host, port)
    else:
        yield from _socks(proxy, host, port)


def _connect(proxy: Proxy, host: str, port: int) -> Generator[bytes, bytes]:
    target = b"%b:%d" % (f"[{host}]".encode() if ":" in host else host.encode("ascii"), port)
    parser = HeadParser()
    received = yield request_head(b"CONNECT", target, [(b"Host", target), *proxy.headers])
    try:
        while (head := parser.receive_data(received)) is None:
            received = yield b""
    except httpcore.RemoteProtocolError as error:
        raise httpcore.ProxyError(f"the proxy's answer is malformed: {error}") from error
    if not 200 <= head.status < 300:
        raise httpcore.ProxyError(f"the proxy refused the connection: {head.status}")


def _socks(proxy: Proxy, host: str, port: int) -> Generator[bytes, bytes]:
    received = bytearray()

    def exactly(size: int, sending: bytes = b"") -> Generator[bytes, bytes, bytes]:
        while len(received) < size or sending:
            received.extend((yield sending))
            sending = b""
        taken = bytes(received[:size])
        del received[:size]
        return taken

    methods = b"\x00" if proxy.login is None else b"\x02\x00"
    version, method = yield from exactly(2, b"\x05%c%b" % (len(methods), methods))
    if version != 5 or method not in methods:
        raise httpcore.ProxyError(
            "the SOCKS proxy requires a user name and a password"
            if version == 5
            else "the proxy does not speak SOCKS5"
        )
    if method == 2 and proxy.login is not None:
        user, password = proxy.login
        login = b"\x01%c%b%c%b" % (len(user), user, len(password), password)
        if (yield from exactly(2, login))[1] != 0:
            raise httpcore.ProxyError("the SOCKS proxy refused the user name or the password")
    request = b"\x05\x01\x00%b%b" % (_socks_address(host), port.to_bytes(2, "big"))
    _, status, _, kind = yield from exactly(4, request)
    if status:
        why = _SOCKS_FAILURES.get(status, f"failure {status}")
        raise httpcore.ProxyError(f"the SOCKS proxy cannot connect: {why}")
    size = {1: 4, 4: 16}.get(kind)
    if size is None:
        size = (yield from exactly(1))[0]
    yield from exactly(size + 2)


def _socks_address(host: str) -> bytes:
    try:
        address = ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        if len(name) > 255:
            raise httpcore.ProxyError("the host name is too long for SOCKS") from None
        return b"\x03%c%b" % (len(name), name)
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed


@cache
def tls_context() -> ssl.SSLContext:
    """Return the default TLS context; cached, because loading the certificates takes 30 ms.

    It trusts ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` if they are set, otherwise `certifi`.
    """
    import ssl

    own = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if any(own):
        return for_http(ssl.create_default_context(cafile=own[0], capath=own[1]))
    import certifi

    return for_http(ssl.create_default_context(cafile=certifi.where()))


def for_http(context: ssl.SSLContext) -> ssl.SSLContext:
    """Make a TLS context offer only HTTP/1.1 in ALPN, as httpx does, and return it."""
    context.set_alpn_protocols(["http/1.1"])
    return context
