"""Where the alpha service is, how its key is sent, and what is spoken on its sockets."""

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
# How a handshake may be refused whose key is not where the service looks for it.
_NO_KEY_FOUND: Final = frozenset({400, 401, 403, 422})


class ConfigV0(Config):
    """The settings of a client of the alpha.

    The key goes in a header. The alpha service read that of a socket from the query only: a socket
    that is refused with a header is asked for once more with the query, and so are all that follow.

    Args:
        api_key: None reads ``CARTESIA_API_KEY``.
        host: Host, host and port, or URL, with or without a path.
        api_version: Last segment of the base URL, ``v0``.
        interrupts: Whether the socket is the one that can be interrupted.
        timeouts: Deadlines.
        environ: Where to read the key from.
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
        """The same for a service that looks for the key of a socket in the query."""
        other = copy(self)
        other.key_in_query = True
        return other

    def wants_query(self, error: APIError) -> bool:
        """Whether a refused handshake is worth another try with the key in the query."""
        return (
            not self.key_in_query
            and isinstance(error, APIStatusError)
            and error.status_code in _NO_KEY_FOUND
        )

    @property
    def socket_path(self) -> str:
        """The path of the socket, below the base URL."""
        return "/experimental/audio/websocket" if self.interrupts else "/audio/websocket"

    @property
    def socket_params(self) -> tuple[tuple[str, str], ...]:
        """The query of the handshake; it holds the key where the service wants that."""
        return (("api_key", self.api_key),) if self.key_in_query else ()

    def session(self, *, now: float) -> Session:
        """The protocol of the socket, its handshake not begun."""
        from .._protocol.session import Session
        from ._session import InterruptSession, InterruptWebSocket, PlainWebSocket

        secret = escaped(self.api_key)
        kind = InterruptSession if self.interrupts else Session
        websocket = InterruptWebSocket(secret) if self.interrupts else PlainWebSocket(secret)
        return kind(websocket, secret=self.api_key, max_buffer_bytes=self.max_buffer_bytes, now=now)


def escaped(key: str) -> str:
    """A key as it stands in a query."""
    return quote(key, safe="")


def base_url_of(host: str, api_version: str) -> str:
    """The base URL for what stands in ``CARTESIA_BASE_URL``.

    Without a scheme it is plain http for this machine (``localhost`` and loopback addresses) and
    https for all others. The version is appended unless it is there already.
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
