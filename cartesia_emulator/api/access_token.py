"""``/access-token``: short-lived tokens for browsers and apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from ..access import Grants
from ..wire.requests import in_range

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

MAX_TOKEN_S: Final = 3600


class _Create(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /access-token``."""

    expires_in: int | None = None
    grants: Grants | None = None


async def create_token(backend: Backend, call: Call) -> web.Response:
    """POST /access-token."""
    wanted = call.read(_Create)
    in_range("expires_in", wanted.expires_in, 1, MAX_TOKEN_S)
    token = backend.keys.issue(wanted.grants or Grants(), wanted.expires_in or MAX_TOKEN_S)
    return call.json({"token": token})
