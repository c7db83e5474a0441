"""``/`` and ``/status``: whether the service is up, for today's API and for v0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from ..catalog import VERSIONS

if TYPE_CHECKING:
    from ..backend import Backend
    from ..wire.call import Call


async def status(backend: Backend, call: Call) -> web.Response:
    """GET /: JSON for clients, and the way to the playground for browsers."""
    del backend
    if "text/html" in call.request.headers.get("Accept", ""):
        # The fragment with the key stays: browsers carry it along.
        return web.Response(status=303, headers={"Location": "/playground", "Vary": "Accept"})
    return call.json({"ok": True, "version": VERSIONS[-1]})


async def v0_status(backend: Backend, call: Call) -> web.Response:
    """GET /status, the path of the first releases of the service, and GET /v0."""
    del backend
    return call.json({"ok": True, "version": "v0"})
