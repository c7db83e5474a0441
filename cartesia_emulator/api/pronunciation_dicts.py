"""``/pronunciation-dicts``: dictionaries of how to speak words."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from ..speech.respell import LexiconItem  # noqa: TC001 - msgspec reads the annotations
from ..state.collection import USER_ID
from ..state.pronunciation_dicts import Dictionary
from .paging import Paging

if TYPE_CHECKING:
    from ..backend import Backend
    from ..wire.call import Call


class _Create(msgspec.Struct, frozen=True):
    name: str
    items: tuple[LexiconItem, ...] | None = None


class _Update(msgspec.Struct, frozen=True):
    """Body of ``PATCH /pronunciation-dicts/{id}``; null keeps a member as it is."""

    name: str | None = None
    items: tuple[LexiconItem, ...] | None = None


async def list_dictionaries(backend: Backend, call: Call) -> web.Response:
    """GET /pronunciation-dicts/."""
    page = Paging.of(call).cut(backend.state.dictionaries.all())
    return call.json(page.answer(Dictionary.public))


async def create_dictionary(backend: Backend, call: Call) -> web.Response:
    """POST /pronunciation-dicts/."""
    wanted = call.read(_Create)
    dictionary = Dictionary(
        id=f"pdict_{uuid.uuid4().hex[:22]}",
        name=wanted.name,
        owner_id=USER_ID,
        pinned=False,
        items=wanted.items or (),
        created_at=datetime.now(UTC),
    )
    return call.json(backend.state.dictionaries.add(dictionary).public())


async def get_dictionary(backend: Backend, call: Call) -> web.Response:
    """GET /pronunciation-dicts/{id}."""
    return call.json(_dictionary(backend, call).public())


async def update_dictionary(backend: Backend, call: Call) -> web.Response:
    """PATCH /pronunciation-dicts/{id}."""
    dictionary, wanted = _dictionary(backend, call), call.read(_Update)
    changed = msgspec.structs.replace(
        dictionary,
        name=dictionary.name if wanted.name is None else wanted.name,
        items=dictionary.items if wanted.items is None else wanted.items,
    )
    return call.json(backend.state.dictionaries.add(changed).public())


async def delete_dictionary(backend: Backend, call: Call) -> web.Response:
    """DELETE /pronunciation-dicts/{id}."""
    backend.state.dictionaries.remove(call.path("dict_id"))
    return web.Response(status=204)


def _dictionary(backend: Backend, call: Call) -> Dictionary:
    return backend.state.dictionaries.get(call.path("dict_id"))
