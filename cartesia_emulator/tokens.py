"""Access tokens: signed, short-lived, and good only for what they grant."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING

import msgspec

from .errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Grants", "TokenMint"]

_HEADER = {"alg": "HS256", "typ": "JWT"}


class Grants(msgspec.Struct, frozen=True):
    """What a token opens."""

    tts: bool | None = None
    stt: bool | None = None
    agent: bool | None = None


class _Claims(msgspec.Struct, frozen=True):
    sub: str
    jti: str
    iat: float
    exp: float
    grants: Grants


class TokenMint:
    """Issues tokens and checks them; a token lives only as long as its mint."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._secret = secrets.token_bytes(32)
        self._clock = clock

    def issue(self, grants: Grants, expires_in: int) -> str:
        """Make a token that lasts ``expires_in`` seconds."""
        now = self._clock()
        claims = _Claims("emulator", secrets.token_hex(8), now, now + expires_in, grants)
        head = _b64(msgspec.json.encode(_HEADER))
        signed = f"{head}.{_b64(msgspec.json.encode(claims))}"
        return f"{signed}.{self._sign(signed)}"

    def open(self, token: str) -> Grants | None:
        """The grants of a genuine token, or None for anything that is not one.

        Raises:
            ApiError: 401, if the token was genuine but has expired.
        """
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._sign(signed).encode(), signature.encode()):
            return None
        try:
            claims = msgspec.json.decode(_unb64(signed.partition(".")[2]), type=_Claims)
        except (binascii.Error, msgspec.MsgspecError):
            return None
        if claims.exp <= self._clock():
            raise ApiError(401, "The access token has expired; ask for a new one.")
        return claims.grants

    def _sign(self, text: str) -> str:
        return _b64(hmac.digest(self._secret, text.encode(), hashlib.sha256))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
