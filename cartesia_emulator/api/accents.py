"""``/accents`` and ``/locales``: the catalogue of accents, plain and grouped by locale."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from ..catalog import ACCENTS

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call


async def list_accents(backend: Backend, call: Call) -> web.Response:
    """GET /accents."""
    del backend
    return call.json({"accents": [msgspec.to_builtins(accent) for accent in ACCENTS.values()]})


async def list_locales(backend: Backend, call: Call) -> web.Response:
    """GET /locales: sorted, each with its accents, the default one first."""
    del backend
    by_locale = attrgetter("locale")
    locales: list[object] = []
    for locale, group in groupby(sorted(ACCENTS.values(), key=by_locale), by_locale):
        accents = sorted(group, key=lambda accent: not accent.is_locale_default)
        locales.append(
            {
                "locale": locale,
                "language": accents[0].language,
                "display_name": accents[0].name,
                "accents": [msgspec.structs.asdict(accent) for accent in accents],
            }
        )
    return call.json({"locales": locales})
