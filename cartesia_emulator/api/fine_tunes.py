"""``/fine-tunes``: voices trained on the recordings of a dataset."""

from __future__ import annotations

import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from ..catalog import FINE_TUNE_MODELS
from ..errors import ApiError
from ..state.fine_tunes import FineTune
from ..state.voices import chosen_accent, new_voice
from ..wire.requests import check_language
from .clips import enroll
from .paging import Paging
from .voices import shown

if TYPE_CHECKING:
    from ..backend import Backend
    from ..state.voices import VoiceRecord
    from ..wire.call import Call


class _Wanted(msgspec.Struct, frozen=True):
    """Body of ``POST /fine-tunes/``."""

    name: str
    description: str
    language: str
    model_id: str
    dataset: str
    accent: str | None = None


async def list_fine_tunes(backend: Backend, call: Call) -> web.Response:
    """GET /fine-tunes/: listing does not count as a training step."""
    for fine_tune in backend.state.fine_tunes.all():
        await _advanced(backend, fine_tune, steps=0)
    page = Paging.of(call).cut(backend.state.fine_tunes.all())
    return call.json(page.answer(FineTune.public))


async def create_fine_tune(backend: Backend, call: Call) -> web.Response:
    """POST /fine-tunes/."""
    wanted = call.read(_Wanted)
    check_language("language", wanted.language)
    if wanted.model_id not in FINE_TUNE_MODELS:
        raise ApiError(
            400,
            f"model_id: {wanted.model_id!r} is not one of {', '.join(FINE_TUNE_MODELS)}.",
            code="model_not_found",
        )
    dataset = backend.state.datasets.get(wanted.dataset, field="dataset")
    fine_tune = FineTune(
        id=f"ft_{uuid.uuid4()}",
        name=wanted.name,
        description=wanted.description,
        language=wanted.language,
        model_id=wanted.model_id,
        dataset=dataset.id,
        accent=chosen_accent(wanted.accent, wanted.language[:2]),
        clips=tuple(file.data for file in dataset.files.all()),
        begun=time.monotonic(),
    )
    return call.json(backend.state.fine_tunes.add(fine_tune).public())


async def get_fine_tune(backend: Backend, call: Call) -> web.Response:
    """GET /fine-tunes/{id}."""
    fine_tune = await _advanced(backend, _fine_tune(backend, call), steps=1)
    return call.json(fine_tune.public())


async def delete_fine_tune(backend: Backend, call: Call) -> web.Response:
    """DELETE /fine-tunes/{id}: its voices go with it."""
    fine_tune = backend.state.fine_tunes.remove(call.path("fine_tune_id"))
    for voice in _voices(backend, fine_tune):
        backend.voices.remove(voice.id)
    return web.Response(status=204)


async def list_fine_tune_voices(backend: Backend, call: Call) -> web.Response:
    """GET /fine-tunes/{id}/voices: empty until training has completed."""
    fine_tune = await _advanced(backend, _fine_tune(backend, call), steps=0)
    page = Paging.of(call).cut(_voices(backend, fine_tune))
    return call.json(page.answer(lambda voice: shown(call, voice)))


def _fine_tune(backend: Backend, call: Call) -> FineTune:
    return backend.state.fine_tunes.get(call.path("fine_tune_id"))


def _voices(backend: Backend, fine_tune: FineTune) -> list[VoiceRecord]:
    return [voice for voice in backend.voices.all() if voice.id in fine_tune.voice_ids]


async def _advanced(backend: Backend, fine_tune: FineTune, *, steps: int) -> FineTune:
    """Advance a fine-tune by some steps; the last step makes its voice."""
    if fine_tune.ended is not None:
        return fine_tune
    fine_tune = msgspec.structs.replace(fine_tune, steps=fine_tune.steps + steps)
    if fine_tune.is_due():
        fine_tune = await _trained(backend, fine_tune)
    return backend.state.fine_tunes.add(fine_tune)


async def _trained(backend: Backend, fine_tune: FineTune) -> FineTune:
    """Finish training: make a voice from the first recording with one in it, or fail."""
    for clip in fine_tune.clips:
        try:
            shape = await enroll(backend.studio, clip)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_IMPLEMENTED:
                raise
            continue
        voice = new_voice(
            name=fine_tune.name,
            description=fine_tune.description,
            accent=fine_tune.accent,
            shape=shape,
            is_tuned=True,
        )
        backend.voices.add(voice)
        return msgspec.structs.replace(fine_tune, ended="completed", voice_ids=(voice.id,))
    return msgspec.structs.replace(fine_tune, ended="failed")
