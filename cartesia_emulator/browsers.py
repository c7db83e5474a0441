"""What web pages may do: the names they may use for the emulator, and the origins it answers.

A page on this machine may use every operation, whatever its port (CORS for loopback origins). All
other pages may not, unless ``allow_hosts`` names their host. The ``Host`` of a request is checked
as well, because a page can point a name of its own at 127.0.0.1 (DNS rebinding) and then counts as
the same origin.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from .errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Address, IPv6Address

    from aiohttp import web

__all__ = ["Browsers"]

_EXPOSED: Final = "X-Request-ID, Cartesia-File-ID, Retry-After, Retry-After-Ms, X-Should-Retry"
_METHODS: Final = "GET, POST, PATCH, DELETE"
_USUAL_HEADERS: Final = "Authorization, X-API-Key, Cartesia-Version, Content-Type, X-Emulator-Fault"
_PREFLIGHT_AGE_S: Final = 600


class Browsers:
    """The rules for hosts and origins.

    Args:
        bound: The host that the emulator listens on.
        allowed: Further host names; ``*`` is any.
    """

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        self._bound = _plain(bound)
        self._allowed = frozenset(map(_plain, allowed))

    def check(self, request: web.Request) -> None:
        """Reject a request under another name, and a socket that another site's page opens.

        Raises:
            ApiError: 421 for the name, 403 for the page.
        """
        host, origin = request.headers.get("Host"), request.headers.get("Origin")
        if host is not None and not self._is_name(_host_of(f"//{host}")):
            raise ApiError(
                421,
                f"Host: the emulator does not answer to {host!r}. Use 127.0.0.1 or localhost, or "
                "allow the name with --allow-host (allow_hosts of Emulator).",
            )
        # CORS does not apply to sockets, so refuse the handshake itself.
        if origin is not None and "Upgrade" in request.headers:
            same = host is not None and origin.partition("://")[2].lower() == host.lower()
            if not same and not self._is_origin(origin):
                raise _foreign(origin)

    def preflight(self, request: web.Request) -> dict[str, str] | None:
        """Return the headers that answer a preflight, or None if the request is none.

        Raises:
            ApiError: 403 for a page that is not allowed.
        """
        origin = request.headers.get("Origin")
        is_preflight = "Access-Control-Request-Method" in request.headers
        if request.method != "OPTIONS" or origin is None or not is_preflight:
            return None
        if not self._is_origin(origin):
            raise _foreign(origin)
        asked = request.headers.get("Access-Control-Request-Headers")
        return {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": asked or _USUAL_HEADERS,
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Max-Age": str(_PREFLIGHT_AGE_S),
        }

    async def sign(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add the headers that let a page of an allowed origin read the response."""
        origin = request.headers.get("Origin")
        if origin is None:
            return
        response.headers.add("Vary", "Origin")
        if self._is_origin(origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _EXPOSED

    def _is_name(self, host: str) -> bool:
        # An address is safe: only names can be pointed elsewhere.
        return self._is_known(host) or _address(host) is not None

    def _is_origin(self, origin: str) -> bool:
        return self._is_known(_host_of(origin))

    def _is_known(self, host: str) -> bool:
        if "*" in self._allowed:
            return True
        return bool(host) and (_is_loopback(host) or host == self._bound or host in self._allowed)


def _foreign(origin: str) -> ApiError:
    return ApiError(
        403,
        f"Origin: pages of {origin!r} may not use the emulator. Serve them from localhost, or "
        "allow their host with --allow-host (allow_hosts of Emulator).",
    )


def _host_of(url: str) -> str:
    """Return the host of a URL, in lower case and without brackets; "" if there is none."""
    try:
        return _plain(urlsplit(url).hostname or "")
    except ValueError:  # unbalanced brackets
        return ""


def _plain(host: str) -> str:
    return host.strip("[]").lower().removesuffix(".")


def _is_loopback(host: str) -> bool:
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
