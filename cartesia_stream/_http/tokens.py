"""The expiry of access tokens, read from the token itself."""

from __future__ import annotations

import base64
import binascii
from typing import Final, NamedTuple

import msgspec

MARGIN: Final = 0.2  # share of a token's lifetime that is left when it is renewed
MAX_MARGIN_S: Final = 30.0


class _Claims(msgspec.Struct, frozen=True):
    exp: float
    iat: float | None = None


class Lease(NamedTuple):
    """An access token, and when to renew it.

    Attributes:
        token: The token.
        renew_at: When to fetch the next token, in monotonic seconds; None if the expiry is unknown.
    """

    token: str
    renew_at: float | None

    def is_fresh(self, now: float) -> bool:
        """Whether the token is far from its expiry."""
        return self.renew_at is None or now < self.renew_at


def lease(token: str, *, now: float, today: float) -> Lease:
    """Read the expiry from an unverified JWT.

    The signature is the service's to check; the expiry only decides when to renew the token.

    Args:
        token: A JSON web token, or any other string.
        now: Monotonic seconds when the token was requested.
        today: Seconds since 1970. It is used only for a token without a time of issue, because the
            clocks of the service and of this machine differ.
    """
    claims = _claims(token)
    if claims is None:
        return Lease(token, None)
    lasts = claims.exp - (today if claims.iat is None else claims.iat)
    if lasts <= 0:
        return Lease(token, None)
    return Lease(token, now + lasts - min(MARGIN * lasts, MAX_MARGIN_S))


def _claims(token: str) -> _Claims | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(text, type=_Claims)
    except (binascii.Error, ValueError, RecursionError):
        return None
