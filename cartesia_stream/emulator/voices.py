"""The voices and accents operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from . import pcm
from .catalog import (
    ACCENTS,
    ATTACHABLE,
    DIALECT_ACCENTS,
    GENDERS,
    LANGUAGE_ACCENTS,
    LOCALIZE_LANGUAGES,
    SPEAKER_GENDERS,
)
from .errors import ApiError
from .multipart import Form
from .requests import (
    AddAccents,
    LocalizeVoice,
    OutputFormat,
    Speech,
    UpdateVoice,
    check_language,
    choose,
    decode,
    in_range,
)
from .script import Audio
from .store import VoiceFilter, native_accent, new_voice

if TYPE_CHECKING:
    from .backend import Backend
    from .call import Call
    from .engine import VoiceShape
    from .store import VoiceRecord

DEFAULT_PAGE = 10
_PREVIEW_TEXT = "Hello, this is how I sound."


async def list_voices(backend: Backend, call: Call) -> web.Response:
    """GET /voices."""
    limit = call.query_int("limit")
    in_range("limit", limit, 1, 100)
    after, before = call.query("starting_after"), call.query("ending_before")
    if after and before:
        raise ApiError(400, "starting_after and ending_before exclude each other; send one.")
    keep = VoiceFilter(
        q=call.query("q"),
        is_owner=call.query_bool("is_owner"),
        gender=call.query_choice("gender", GENDERS),
        language=call.query("language"),
    )
    page, has_more = backend.voices.page(
        keep, limit=limit or DEFAULT_PAGE, after=after, before=before
    )
    edge = page[0 if before else -1].id if page and has_more else None
    data = [_shown(call, voice) for voice in page]
    return call.json({"data": data, "has_more": has_more, "next_page": edge})


async def get_voice(backend: Backend, call: Call) -> web.Response:
    """GET /voices/{id}."""
    return call.json(_shown(call, backend.voices.get(_id(call))))


async def update_voice(backend: Backend, call: Call) -> web.Response:
    """PATCH /voices/{id}."""
    voice = backend.voices.own(_id(call))
    update = decode(call.body, UpdateVoice)
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
        native = _accent(update.accent, voice.language)
        changes["accents"] = tuple(dict.fromkeys((native, *voice.accents[1:])))
    return call.json(_shown(call, backend.voices.add(msgspec.structs.replace(voice, **changes))))


async def delete_voice(backend: Backend, call: Call) -> web.Response:
    """DELETE /voices/{id}."""
    backend.voices.remove(_id(call))
    return web.Response(status=204)


async def clone_voice(backend: Backend, call: Call) -> web.Response:
    """POST /voices/clone: the clip is really listened to."""
    form = Form(call.request.headers.get("Content-Type", ""), call.body)
    clip, name, language = form.file("clip"), form.required("name"), form.required("language")
    _check_name(name)
    check_language("language", language)
    accent = _accent(form.text("accent"), language[:2])
    if base := form.text("base_voice_id"):
        backend.voices.get(base)
    shape = await _enroll(backend, clip)
    voice = new_voice(
        name=name,
        accent=accent,
        shape=shape,
        description=form.text("description"),
        tagline=form.text("tagline"),
        is_clone=True,
    )
    return call.json(backend.voices.add(voice).metadata())


async def localize_voice(backend: Backend, call: Call) -> web.Response:
    """POST /voices/localize."""
    wanted = decode(call.body, LocalizeVoice)
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
    return call.json(backend.voices.add(voice).metadata())


async def list_accents(backend: Backend, call: Call) -> web.Response:
    """GET /accents."""
    del backend
    return call.json({"accents": [msgspec.to_builtins(accent) for accent in ACCENTS.values()]})


async def attach_accents(backend: Backend, call: Call) -> web.Response:
    """PATCH /voices/{id}/accents."""
    backend.voices.own(_id(call))
    accents = decode(call.body, AddAccents).accents
    for accent in accents:
        choose("accents", accent, sorted(ATTACHABLE))
    return call.json(_shown(call, backend.voices.attach(_id(call), accents)))


async def detach_accent(backend: Backend, call: Call) -> web.Response:
    """DELETE /voices/{id}/accents/{accent_id}."""
    accent = call.request.match_info["accent_id"]
    return call.json(_shown(call, backend.voices.detach(_id(call), accent)))


async def preview(backend: Backend, call: Call) -> web.Response:
    """The file behind ``preview_file_url``."""
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
    return web.Response(body=b"".join(audio), content_type="audio/wav")


def _id(call: Call) -> str:
    return call.request.match_info["voice_id"]


def _shown(call: Call, voice: VoiceRecord) -> dict[str, object]:
    fields = voice.public()
    for item in call.query_all("expand"):
        choose("expand[]", item, ("preview_file_url",))
        fields["preview_file_url"] = f"{call.origin}/previews/{voice.id}.wav"
    return fields


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip():
        raise ApiError(400, "name: must not be empty.")


def _accent(accent: str | None, language: str) -> str:
    """A catalogue accent of that language; its default when none is named."""
    if accent is None:
        return native_accent(language)
    choose("accent", accent, ACCENTS)
    if ACCENTS[accent].language != language:
        raise ApiError(400, f"accent: {accent!r} is not an accent of language {language!r}.")
    return accent


def _target_accent(wanted: LocalizeVoice) -> str:
    """The accent to localize to; older requests name a language and perhaps a dialect."""
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


async def _enroll(backend: Backend, clip: bytes) -> VoiceShape:
    try:
        samples, rate = await backend.studio.work(lambda: pcm.decode_file(clip))
    except pcm.UnsupportedAudioError as error:
        raise ApiError(415, f"clip: {error}.", code="unsupported_audio_format") from error
    try:
        return await backend.studio.enroll(samples, rate)
    except ValueError as error:
        raise ApiError(400, f"clip: {error}.") from error
