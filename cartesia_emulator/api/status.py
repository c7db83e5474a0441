"""The status of the service, today's and that of v0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import VERSIONS

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call


async def status(backend: Backend, call: Call) -> web.Response:
    """GET /."""
    del backend
    return call.json({"ok": True, "version": VERSIONS[-1]})


async def v0_status(backend: Backend, call: Call) -> web.Response:
    """GET /status, where the first releases of the service had it, and GET /v0."""
    del backend
    return call.json({"ok": True, "version": "v0"})
