"""Who may call an operation: holders of the API key, or of an access token that grants it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from .errors import ApiError

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["Access", "Grants", "Keys"]

Access: TypeAlias = Literal["open", "key", "tts", "stt", "v0"]
"""What opens an operation: nothing, the API key, the key or a token with that grant, or the key
in the places where v0 looks for it."""

SOCKETS: Final = frozenset({"/tts/websocket", "/stt/websocket", "/stt/turns/websocket"})
"""Paths whose handshakes may carry the credentials in the query, as browsers need."""

_HEADER: Final = {"alg": "HS256", "typ": "JWT"}


class Grants(msgspec.Struct, frozen=True):
    """What an access token opens."""

    tts: bool | None = None
    stt: bool | None = None
    agent: bool | None = None


class _Claims(msgspec.Struct, frozen=True):
    sub: str
    jti: str
    iat: float
    exp: float
    grants: Grants


class Keys:
    """The API key and the access tokens issued under it; a new `Keys` knows no older tokens.

    Args:
        api_key: The only key that is accepted.
    """

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key.encode()
        self._secret = secrets.token_bytes(32)

    def issue(self, grants: Grants, expires_in: int) -> str:
        """Make an access token that lasts ``expires_in`` seconds."""
        now = time.time()
        claims = _Claims("emulator", secrets.token_hex(8), now, now + expires_in, grants)
        head = _b64(msgspec.json.encode(_HEADER))
        signed = f"{head}.{_b64(msgspec.json.encode(claims))}"
        return f"{signed}.{self._sign(signed)}"

    def check(self, request: web.Request, access: Access) -> None:
        """Reject a request without the credentials that its operation needs.

        Raises:
            ApiError: 401 without a valid credential, 403 for a token without the grant.
        """
        if access == "open":
            return
        if access == "v0":
            self._check_v0(request)
            return
        credentials = _credentials(request, query=request.path in SOCKETS)
        if not credentials:
            raise ApiError(401, "Send an API key: Authorization: Bearer <key>.")
        if any(map(self._is_key, credentials)):
            return
        grants = [found for text in credentials if (found := self._grants(text))]
        if not grants:
            raise ApiError(401, "The API key or access token is not valid here.")
        if access == "key":
            raise ApiError(403, "Access tokens do not open this; use the API key.")
        if not any(getattr(grant, access) for grant in grants):
            raise ApiError(403, f"The access token lacks the grant {access!r}.")

    def _check_v0(self, request: web.Request) -> None:
        """Check the key only: v0 has no access tokens, and takes the key from the query too."""
        keys = (request.headers.get("X-API-Key"), request.query.get("api_key"))
        if not any(self._is_key(key) for key in keys if key):
            raise ApiError(401, "Invalid API key: send it as X-API-Key, or as api_key in the URL.")

    def _is_key(self, text: str) -> bool:
        return hmac.compare_digest(_bytes(text), self._api_key)

    def _grants(self, token: str) -> Grants | None:
        """Return the grants of a genuine token, or None for any other text.

        Raises:
            ApiError: 401, if the token was genuine but has expired.
        """
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(_bytes(self._sign(signed)), _bytes(signature)):
            return None
        try:
            claims = msgspec.json.decode(_unb64(signed.partition(".")[2]), type=_Claims)
        except (binascii.Error, msgspec.MsgspecError):
            return None
        if claims.exp <= time.time():
            raise ApiError(401, "The access token has expired; ask for a new one.")
        return claims.grants

    def _sign(self, text: str) -> str:
        return _b64(hmac.digest(self._secret, _bytes(text), hashlib.sha256))


def _credentials(request: web.Request, *, query: bool) -> list[str]:
    found = [request.headers.get("X-API-Key")]
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found.append(value.strip())
    if query:
        found += [request.query.get("api_key"), request.query.get("access_token")]
    return [item for item in found if item]


def _bytes(text: str) -> bytes:
    """Encode a credential; bytes that are no UTF-8 arrive as surrogates."""
    return text.encode(errors="surrogatepass")


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
