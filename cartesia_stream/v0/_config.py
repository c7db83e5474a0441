"""Settings of a v0 client: base URL, how to send the API key, and socket protocols."""

from __future__ import annotations

from copy import copy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from .._http.config import MAX_BUFFER_BYTES, USER_AGENT, Config
from ..errors import APIStatusError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from .._protocol.session import Session
    from ..errors import APIError
    from ..options import Timeouts

_SCHEMES: Final = {"ws": "http", "wss": "https"}
# Status codes that may mean that the service did not find the key in the handshake.
_NO_KEY_FOUND: Final = frozenset({400, 401, 403, 422})


class ConfigV0(Config):
    """Settings of a v0 client.

    The client sends the key in a header. The original v0 service read the key of a socket only from
    the query. So if the service rejects a handshake with the header, the client tries again with
    the key in the query, and then uses the query for all further sockets.

    Args:
        api_key: None reads ``CARTESIA_API_KEY``.
        host: A host, a host with a port, or a URL, with or without a path.
        api_version: Last path segment of the base URL, ``v0``.
        interrupts: Whether to use the socket with acknowledgements and cancels.
    """

    __slots__ = ("interrupts", "key_in_query")

    def __init__(
        self,
        *,
        api_key: str | None,
        host: str,
        api_version: str,
        interrupts: bool,
        timeouts: Timeouts,
        environ: Mapping[str, str],
    ) -> None:
        super().__init__(
            api_key=api_key,
            base_url=base_url_of(host, api_version),
            api_version=api_version,
            timeouts=timeouts,
            headers=None,
            max_buffer_bytes=MAX_BUFFER_BYTES,
            environ=environ,
        )
        self.headers = {"User-Agent": USER_AGENT, "X-API-Key": self.api_key}
        self.interrupts: bool = interrupts
        self.key_in_query: bool = False

    def with_key_in_query(self) -> Self:
        """Return a copy that sends the key of sockets in the query."""
        other = copy(self)
        other.key_in_query = True
        return other

    def wants_query(self, error: APIError) -> bool:
        """Whether to retry a failed handshake with the key in the query."""
        return (
            not self.key_in_query
            and isinstance(error, APIStatusError)
            and error.status_code in _NO_KEY_FOUND
        )

    @property
    def socket_path(self) -> str:
        """The path of the socket, relative to the base URL."""
        return "/experimental/audio/websocket" if self.interrupts else "/audio/websocket"

    @property
    def socket_params(self) -> tuple[tuple[str, str], ...]:
        """The query parameters of the handshake; they contain the key if the service needs that."""
        return (("api_key", self.api_key),) if self.key_in_query else ()

    def session(self, *, now: float) -> Session:
        """Create the protocol state of a socket, before its handshake."""
        from .._protocol.session import Session
        from ._session import InterruptSession, InterruptWebSocket, PlainWebSocket

        secret = escaped(self.api_key)
        kind = InterruptSession if self.interrupts else Session
        websocket = InterruptWebSocket(secret) if self.interrupts else PlainWebSocket(secret)
        return kind(websocket, secret=self.api_key, max_buffer_bytes=self.max_buffer_bytes, now=now)


def escaped(key: str) -> str:
    """Escape a key as in a URL query."""
    return quote(key, safe="")


def base_url_of(host: str, api_version: str) -> str:
    """Return the base URL for the value of ``CARTESIA_BASE_URL``.

    Without a scheme, it uses http for this machine (``localhost`` and loopback addresses) and https
    for all other hosts. It appends the version unless the path already ends with it.
    """
    scheme, mark, rest = host.strip().partition("://")
    if not mark:
        scheme, rest = "", scheme
    authority, _, path = rest.partition("/")
    if authority.count(":") > 1 and not authority.startswith("["):
        authority = f"[{authority}]"  # a bare IPv6 address
    scheme = scheme.lower() or ("http" if _is_this_machine(authority) else "https")
    segments = [segment for segment in path.split("/") if segment]
    version = api_version.strip("/")
    if version and segments[-1:] != [version]:
        segments.append(version)
    return "/".join([f"{_SCHEMES.get(scheme, scheme)}://{authority}", *segments])


def _is_this_machine(authority: str) -> bool:
    try:
        name = urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
