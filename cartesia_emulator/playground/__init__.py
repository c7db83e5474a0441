"""The page at ``/playground``: a browser speaks, listens and breaks things with the emulator."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["ASSETS", "asset"]

ASSETS: Final = {
    "/playground": ("index.html", "text/html"),
    "/playground/style.css": ("style.css", "text/css"),
    "/playground/app.js": ("app.js", "text/javascript"),
    "/playground/code.js": ("code.js", "text/javascript"),
    "/playground/recorder.js": ("recorder.js", "text/javascript"),
}
"""The files of the page by path, with their types."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; media-src blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    # A newer release on the same port must not run with files of an older one.
    "Cache-Control": "no-cache",
}


def asset(path: str) -> Callable[[Backend, Call], Awaitable[web.StreamResponse]]:
    """Return the handler of one file of the page."""
    name, content_type = ASSETS[path]

    async def handler(backend: Backend, call: Call) -> web.StreamResponse:
        del backend, call
        body = await asyncio.to_thread(files(__name__).joinpath(name).read_bytes)
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=_HEADERS)

    return handler
