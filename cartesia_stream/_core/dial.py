"""How to reach the host of a socket: directly, or through an HTTP proxy's tunnel."""

from __future__ import annotations

import base64
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from ..errors import APIConnectionError, APITimeoutError, ConfigurationError

if TYPE_CHECKING:
    import ssl

    from ..errors import TimeoutPhase
    from .config import Config
    from .session import Session

PING_INTERVAL_S: Final = 20.0
PING_TIMEOUT_S: Final = 20.0
MAX_PROXY_RESPONSE: Final = 16384
MAX_BACKLOG: Final = 1 << 24  # bytes that the peer may leave untaken, such as answers to its pings

# EAI_NONAME and EAI_NODATA of Linux, of macOS and of Windows.
_NO_SUCH_HOST: Final = frozenset((-2, -5, 8, 7, 11001, 11004))


class Route(NamedTuple):
    """Where to connect to, and what to say there first.

    Attributes:
        host: Host to open the connection to: the service or the proxy.
        port: Its port.
        server_name: Host of the service, for TLS.
        tls: TLS context, or None for ``ws://``.
        tunnel: The CONNECT request for the proxy, or None when connected directly.
    """

    host: str
    port: int
    server_name: str
    tls: ssl.SSLContext | None
    tunnel: bytes | None


def route_to(url: str, *, proxy: str | None, tls: ssl.SSLContext | None) -> Route:
    """Plan the connection for a ``ws://`` or ``wss://`` URL.

    Args:
        url: Where to.
        proxy: URL of an ``http://`` proxy; None asks the environment (``HTTPS_PROXY``,
            ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``).
        tls: Context to use with ``wss://``.

    Raises:
        ConfigurationError: For a proxy of another kind.
    """
    target = urlsplit(url)
    host, secure = target.hostname or "", target.scheme == "wss"
    port = target.port or (443 if secure else 80)
    proxy = proxy or environment_proxy(host, secure=secure)
    context = tls if secure else None
    if proxy is None:
        return Route(host, port, host, context, None)
    parts = urlsplit(proxy)
    try:
        proxy_port = parts.port or 80
    except ValueError:
        raise ConfigurationError("the port of the proxy is none", option="proxy") from None
    if parts.scheme != "http" or not parts.hostname:
        raise ConfigurationError(
            f"sockets go through http:// proxies only, not {parts.scheme}://", option="proxy"
        )
    tunnel = _connect_request(host, port, parts.username, parts.password)
    return Route(parts.hostname, proxy_port, host, context, tunnel)


def route_for(config: Config, proxy: str | None) -> Route:
    """The route to the TTS socket."""
    url = config.websocket_url()
    return route_to(url, proxy=proxy, tls=tls_context() if url.startswith("wss:") else None)


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS context of every connection: made once, since loading the roots takes 30 ms."""
    import ssl

    own = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if any(own):
        return ssl.create_default_context(cafile=own[0], capath=own[1])
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def open_session(config: Config, *, now: float) -> Session:
    """The protocol for a new connection, its handshake ready to be sent."""
    session, websocket = config.protocol()
    return session(
        websocket(config.websocket_url(), config.headers, secret=config.api_key),
        secret=config.api_key,
        max_buffer_bytes=config.max_buffer_bytes,
        ping_interval=PING_INTERVAL_S,
        ping_timeout=PING_TIMEOUT_S,
        now=now,
    )


def environment_proxy(host: str, *, secure: bool) -> str | None:
    """The URL of the proxy that the environment names for a host, or None."""
    names = {name.lower() for name in os.environ if name.lower().endswith("_proxy")}
    if names <= {"no_proxy"} and sys.platform not in ("darwin", "win32"):  # they have settings
        return None
    from urllib.request import getproxies, proxy_bypass  # not quick to import

    proxies = getproxies()
    proxy = proxies.get("https" if secure else "http") or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _connect_request(host: str, port: int, user: str | None, password: str | None) -> bytes:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if user is not None:
        login = f"{unquote(user)}:{unquote(password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(login).decode()}")
    return "\r\n".join((*lines, "", "")).encode()


def tunnel_is_open(received: bytes) -> bool:
    """Whether the proxy's answer is whole and good; False while more must be read.

    Raises:
        APIConnectionError: If the proxy refused.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        if len(received) > MAX_PROXY_RESPONSE:
            raise refused("the proxy's answer has no end")
        return False
    status = received.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(status) >= 2 and status[0].startswith(b"HTTP/1.") and status[1].startswith(b"2"):
        return True
    code = status[1].decode("latin-1")[:3] if len(status) >= 2 else "no status"
    raise refused(f"the proxy refused the connection: {code}")


def refused(message: str, cause: BaseException | None = None) -> APIConnectionError:
    """The error for a connection that was never made; some causes no other try would mend."""
    error = APIConnectionError(message)
    error.request_sent = False
    error.passing = cause is None or not is_final(cause)
    return error


def is_final(cause: BaseException) -> bool:
    """Whether a connection failed for a certificate, or for a host that does not exist."""
    link: BaseException | None = cause
    while link is not None:
        kind = type(link).__name__  # their modules can block
        if kind == "SSLCertVerificationError":
            return True
        if kind == "gaierror" and isinstance(link, OSError) and link.errno in _NO_SUCH_HOST:
            return True
        link = link.__cause__ or link.__context__
    return False


def deaf_peer() -> APIConnectionError:
    """The error for a peer that sends and does not read."""
    return APIConnectionError("the peer does not take what is sent to it")


def too_late(phase: TimeoutPhase) -> APITimeoutError:
    """The error for a deadline of the connection that has passed."""
    error = APITimeoutError(f"the {phase} deadline passed", phase=phase)
    error.request_sent = phase != "connect"
    return error
