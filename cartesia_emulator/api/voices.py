"""``/voices``: list, clone, localize and change voices and their accents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from ..audio.pcm import closed_wav
from ..catalog import (
    ACCENTS,
    ATTACHABLE,
    DIALECT_ACCENTS,
    GENDERS,
    LANGUAGE_ACCENTS,
    LOCALIZE_LANGUAGES,
    SPEAKER_GENDERS,
)
from ..errors import ApiError
from ..state.collection import USER_ID
from ..state.voices import VoiceFilter, chosen_accent, native_accent, new_voice
from ..studio.timeline import Audio
from ..wire.requests import (
    OutputFormat,
    Speech,
    check_language,
    choose,
)
from .clips import enroll
from .paging import Paging

if TYPE_CHECKING:
    from ..backend import Backend
    from ..state.voices import VoiceRecord
    from ..wire.call import Call

_PREVIEW_TEXT = "Hello, this is how I sound."


class _Update(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``PATCH /voices/{id}``; absent members stay as they are."""

    name: str | msgspec.UnsetType | None = msgspec.UNSET
    tagline: str | msgspec.UnsetType | None = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    gender: str | msgspec.UnsetType | None = msgspec.UNSET
    accent: str | msgspec.UnsetType | None = msgspec.UNSET


class _Localize(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /voices/localize``, also in the form before accents had ids."""

    voice_id: str
    name: str
    accent: str | None = None
    description: str | None = None
    tagline: str | None = None
    language: str | None = None
    dialect: str | None = None
    original_speaker_gender: str | None = None


class _Accents(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``PATCH /voices/{id}/accents``."""

    accents: list[str]


async def list_voices(backend: Backend, call: Call) -> web.Response:
    """GET /voices."""
    keep = VoiceFilter(
        q=call.query("q"),
        is_owner=call.query_bool("is_owner"),
        gender=call.query_choice("gender", GENDERS),
        language=call.query("language"),
    )
    if call.version == "2024-06-10":  # before there were pages
        found = [shown(call, voice) for voice in backend.voices.all() if keep.keeps(voice)]
        return call.json(list[object](found))
    page = Paging.of(call).cut(backend.voices.all(), keep.keeps)
    return call.json(page.answer(lambda voice: shown(call, voice)))


async def get_voice(backend: Backend, call: Call) -> web.Response:
    """GET /voices/{id}."""
    return call.json(shown(call, backend.voices.get(_id(call))))


async def update_voice(backend: Backend, call: Call) -> web.Response:
    """PATCH /voices/{id}."""
    voice = backend.voices.own(_id(call))
    update = call.read(_Update)
    changes = {
        name: value
        for name in ("name", "tagline", "description", "gender")
        if (value := getattr(update, name)) is not msgspec.UNSET
    }
    for name in changes.keys() - {"gender"}:
        changes[name] = changes[name] or ""
    if "name" in changes:
        _check_name(changes["name"])
    if changes.get("gender") is not None:
        choose("gender", changes["gender"], GENDERS)
    if update.accent is not msgspec.UNSET:
        native = chosen_accent(update.accent, voice.language)
        changes["accents"] = tuple(dict.fromkeys((native, *voice.accents[1:])))
    return call.json(shown(call, backend.voices.add(msgspec.structs.replace(voice, **changes))))


async def delete_voice(backend: Backend, call: Call) -> web.Response:
    """DELETE /voices/{id}."""
    backend.voices.remove(_id(call))
    return web.Response(status=204)


async def clone_voice(backend: Backend, call: Call) -> web.Response:
    """POST /voices/clone: derive pitch and colour of the voice from the clip."""
    form = call.form()
    clip, name, language = form.file("clip"), form.required("name"), form.required("language")
    _check_name(name)
    check_language("language", language)
    accent = chosen_accent(form.text("accent"), language[:2])
    if base := form.text("base_voice_id"):
        backend.voices.get(base)
    shape = await enroll(backend.studio, clip)
    voice = new_voice(
        name=name,
        accent=accent,
        shape=shape,
        description=form.text("description"),
        tagline=form.text("tagline"),
        is_clone=True,
    )
    return call.json(_as_in(call.version, backend.voices.add(voice).metadata(), voice))


async def localize_voice(backend: Backend, call: Call) -> web.Response:
    """POST /voices/localize."""
    wanted = call.read(_Localize)
    source = backend.voices.get(wanted.voice_id)
    _check_name(wanted.name)
    if wanted.original_speaker_gender is not None:
        choose("original_speaker_gender", wanted.original_speaker_gender, SPEAKER_GENDERS)
    voice = new_voice(
        name=wanted.name,
        accent=_target_accent(wanted),
        shape=source.shape,
        description=wanted.description,
        tagline=wanted.tagline,
        gender=SPEAKER_GENDERS.get(wanted.original_speaker_gender or "", source.gender),
    )
    return call.json(_as_in(call.version, backend.voices.add(voice).metadata(), voice))


async def attach_accents(backend: Backend, call: Call) -> web.Response:
    """PATCH /voices/{id}/accents."""
    backend.voices.own(_id(call))
    accents = call.read(_Accents).accents
    for accent in accents:
        choose("accents", accent, sorted(ATTACHABLE))
    return call.json(shown(call, backend.voices.attach(_id(call), accents)))


async def detach_accent(backend: Backend, call: Call) -> web.Response:
    """DELETE /voices/{id}/accents/{accent_id}."""
    accent = call.path("accent_id")
    return call.json(shown(call, backend.voices.detach(_id(call), accent)))


async def preview(backend: Backend, call: Call) -> web.Response:
    """GET /previews/{id}.wav: the file behind ``preview_file_url``."""
    voice = backend.voices.get(_id(call))
    request = Speech(
        model_id="sonic-latest",
        transcript=_PREVIEW_TEXT,
        voice=voice.id,
        output_format=OutputFormat(container="wav", encoding="pcm_s16le", sample_rate=24000),
    )
    audio = [
        event.data
        async for event, _ in backend.studio.speak(request, voice.shape).events()
        if isinstance(event, Audio)
    ]
    wav = closed_wav(b"".join(audio), 24000, "pcm_s16le")
    return web.Response(body=wav, content_type="audio/wav")


def _id(call: Call) -> str:
    return call.path("voice_id")


def shown(call: Call, voice: VoiceRecord) -> dict[str, object]:
    """Return a voice as the API shows it, with the fields that the request expands."""
    fields = _as_in(call.version, voice.public(), voice)
    for item in call.query_all("expand"):
        choose("expand[]", item, ("preview_file_url",))
        fields["preview_file_url"] = f"{call.origin}/previews/{voice.id}.wav"
    return fields


def _as_in(version: str, fields: dict[str, object], voice: VoiceRecord) -> dict[str, object]:
    """Return a voice, or its short form, as a version of the API shows it."""
    if version >= "2026-08-14":
        return fields
    access = {"type": fields.pop("access"), "visibility": fields.pop("visibility")}
    fields["is_public"] = not voice.is_owner
    if version >= "2026-03-01":
        return fields | {"access": access, "is_pro": voice.is_tuned}
    if version == "2024-06-10":
        fields["user_id"] = USER_ID if voice.is_owner else None
    if "accent" in fields:  # display names, before accents had ids
        fields["accent"] = ACCENTS[voice.accents[0]].name
    return fields


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip():
        raise ApiError(400, "name: must not be empty.")


def _target_accent(wanted: _Localize) -> str:
    """Find the accent to localize to; older requests name a language and perhaps a dialect."""
    if wanted.language is not None:
        choose("language", wanted.language, LOCALIZE_LANGUAGES)
    accent = wanted.accent
    if accent is None and wanted.dialect is not None:
        choose("dialect", wanted.dialect, DIALECT_ACCENTS)
        portuguese = wanted.dialect == "eu" and wanted.language == "pt"
        accent = LANGUAGE_ACCENTS["pt"] if portuguese else DIALECT_ACCENTS[wanted.dialect]
    if accent is None and wanted.language is not None:
        accent = native_accent(wanted.language)
    if accent is None:
        raise ApiError(400, "accent: this field is required.")
    choose("accent", accent, ACCENTS)
    if not ACCENTS[accent].is_localizable:
        raise ApiError(400, f"accent: {accent!r} is not localizable.")
    if wanted.language not in (None, ACCENTS[accent].language):
        raise ApiError(400, f"accent: {accent!r} is not an accent of {wanted.language!r}.")
    return accent
