"""``/v0/voices``: voices by name and as embeddings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from ..errors import ApiError
from ..speech.engine import VoiceShape
from ..state.collection import USER_ID
from ..state.voices import VoiceRecord
from .embedding import embed, shape_of_link
from .errors import InvalidError
from .requests import MODELS, uploaded_clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["retired_voices"]

_MADE: Final = datetime(2024, 3, 1, tzinfo=UTC)
_YOUTUBE: Final = ("youtube.com", "youtu.be", "youtube-nocookie.com")

# id, name, preset, pitch, what it sounds like
_SEED: Final = (
    ("3f8d0c52-7a41-4d27-9c1e-0b6f5e2a9d10", "Graham", "male", 0.94,
     "A dry, measured voice for documentaries."),
    ("b7e1a6c4-25d9-4f83-8e50-9a4c3d7f1e21", "Samantha", "base", 1.06,
     "A warm, lively voice for assistants."),
    ("5c92f4e7-e81b-4a06-b3d5-6f7081c2a932", "Milo", "male", 1.12,
     "A young, easy voice for conversation."),
    ("e40b7d39-9c6f-4158-a27d-d1c5b8f06e43", "Jane", "alto", 0.97,
     "A clear, calm voice for instructions."),
)  # fmt: skip


def retired_voices(presets: Mapping[str, VoiceShape]) -> Iterator[VoiceRecord]:
    """Make the voices that the documentation of v0 names; today's API no longer lists them.

    Args:
        presets: Shapes of the engine's voices.
    """
    for ident, name, preset, pitch, description in _SEED:
        base = presets.get(preset, VoiceShape())
        yield VoiceRecord(
            id=ident,
            name=name,
            tagline="",
            description=description,
            accents=("general-american",),
            created_at=_MADE,
            shape=msgspec.structs.replace(base, pitch=round(base.pitch * pitch, 4)),
            is_owner=False,
        )


async def list_voices(backend: Backend, call: Call) -> web.Response:
    """GET /v0/voices: one array, with the fields of ``select``."""
    voices = [_public(backend, voice) for voice in _all(backend)]
    if select := call.query("select"):
        fields = [field.strip() for field in select.split(",")]
        if unknown := [field for field in fields if field not in voices[0]]:
            raise ApiError(400, f"select: voices have no field {unknown[0]!r}.")
        voices = [{field: voice[field] for field in fields} for voice in voices]
    return call.json(list[object](voices))


async def get_embedding(backend: Backend, call: Call) -> web.Response:
    """GET /v0/voices/embedding/{id}, and the path in the documentation."""
    voice = backend.voices.get(call.path("voice_id"))
    return _answer(backend, call, embed(voice.shape, voice.id))


async def clone_clip(backend: Backend, call: Call) -> web.Response:
    """POST /v0/voices/clone/clip: derive pitch and colour of the voice from the clip."""
    samples, rate = await uploaded_clip(backend, call)
    try:
        shape = await backend.studio.enroll(samples, rate)
    except ValueError as error:
        raise ApiError(400, f"clip: {error}.") from error
    return _answer(backend, call, embed(shape, repr(shape)))


async def clone_link(backend: Backend, call: Call) -> web.Response:
    """POST /v0/voices/clone/url: derive a voice from the text of the link; fetch nothing."""
    link = call.query("link")
    if link is None:
        raise InvalidError(("query", "link"), "field required", "value_error.missing")
    if not _is_youtube(link):
        raise ApiError(400, "link: only links to YouTube can be cloned from.")
    return _answer(backend, call, embed(shape_of_link(link), link))


async def list_names(backend: Backend, call: Call) -> web.Response:
    """GET /v0/models/{id}/voices: the names of all voices."""
    model = call.path("model_id")
    if model not in MODELS:
        raise ApiError(404, f"There is no model {model!r}.")
    return call.json([voice.name for voice in _all(backend)])


def _all(backend: Backend) -> list[VoiceRecord]:
    return [*backend.voices.retired.values(), *backend.voices.all()]


def _public(backend: Backend, voice: VoiceRecord) -> dict[str, object]:
    return {
        "id": voice.id,
        "user_id": USER_ID if voice.is_owner else None,
        "is_public": not voice.is_owner,
        "name": voice.name,
        "description": voice.description,
        "created_at": voice.created_at,
        "embedding": _written(backend, embed(voice.shape, voice.id)),
    }


def _answer(backend: Backend, call: Call, embedding: list[float]) -> web.Response:
    return call.json({"embedding": _written(backend, embedding)})


def _written(backend: Backend, embedding: list[float]) -> list[float] | str:
    """Return an embedding as numbers, or as a text that holds them."""
    return json.dumps(embedding) if backend.options.v0_embeddings == "text" else embedding


def _is_youtube(link: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in _YOUTUBE)
