"""How long an access token lasts, as far as it tells."""

from __future__ import annotations

import base64
import binascii
from typing import Final, NamedTuple

import msgspec

MARGIN: Final = 0.2  # of a token's life, in which it is renewed ahead of its end
MAX_MARGIN_S: Final = 30.0


class _Claims(msgspec.Struct, frozen=True):
    exp: float
    iat: float | None = None


class Lease(NamedTuple):
    """A token that was handed out.

    Attributes:
        token: The token.
        renew_at: When another is to be had, in monotonic seconds; None if it does not tell.
    """

    token: str
    renew_at: float | None

    def is_fresh(self, now: float) -> bool:
        """Whether it may be used without a thought."""
        return self.renew_at is None or now < self.renew_at


def lease(token: str, *, now: float, today: float) -> Lease:
    """What a token says about its end, which is not proven and need not be.

    Args:
        token: A JSON web token, or any other string.
        now: Monotonic seconds when it was asked for.
        today: Seconds since 1970. Only a token without a time of issue is compared with it, since
            clocks differ.
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
    except (binascii.Error, ValueError):
        return None
