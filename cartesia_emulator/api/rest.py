"""Status, access tokens, transcription, and the emulator's own routes."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import msgspec

from ..catalog import STT_LANGUAGES, STT_MODELS, VERSIONS
from ..errors import ApiError
from ..studio import engines
from ..tokens import Grants
from ..wire.faults import FAULTS, Fault
from ..wire.requests import CreateToken, choose, decode, in_range
from .clips import headerless_or_file

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

MAX_TOKEN_S = 3600


async def status(backend: Backend, call: Call) -> web.Response:
    """GET /."""
    del backend
    return call.json({"ok": True, "version": VERSIONS[-1]})


async def v0_status(backend: Backend, call: Call) -> web.Response:
    """GET /status, where the first releases of the service had it, and GET /v0."""
    del backend
    return call.json({"ok": True, "version": "v0"})


async def create_token(backend: Backend, call: Call) -> web.Response:
    """POST /access-token."""
    wanted = call.read(CreateToken)
    in_range("expires_in", wanted.expires_in, 1, MAX_TOKEN_S)
    token = backend.tokens.issue(wanted.grants or Grants(), wanted.expires_in or MAX_TOKEN_S)
    return call.json({"token": token})


async def transcribe(backend: Backend, call: Call) -> web.Response:
    """POST /stt."""
    form = call.form()
    clip, model = form.file("file"), form.required("model")
    if model not in STT_MODELS:
        raise ApiError(400, f"model: there is no model {model!r}.", code="model_not_found")
    language = form.text("language") or "en"
    if language not in STT_LANGUAGES:
        raise ApiError(
            400,
            f"language: {language!r} is not a supported language.",
            code="language_not_supported",
        )
    granularities = [
        *form.texts("timestamp_granularities[]"),
        *form.texts("timestamp_granularities"),
    ]
    for granularity in granularities:
        choose("timestamp_granularities[]", granularity, ("word",))
    with backend.transcriptions.held():
        samples, rate = await headerless_or_file(backend, call, clip)
        heard = await backend.studio.transcribe(samples, rate, language)
    answer: dict[str, object] = {
        "type": "transcript",
        "text": heard.text,
        "language": heard.language,
        "duration": round(heard.duration, 6),
        "request_id": call.id,
    }
    if granularities:
        answer["words"] = [
            {"word": word.text, "start": round(word.start, 6), "end": round(word.end, 6)}
            for word in heard.words
        ]
    return call.json(answer)


async def health(backend: Backend, call: Call) -> web.Response:
    """GET /emulator: what runs here and how busy it is."""
    try:
        release = version("cartesia-stream")
    except PackageNotFoundError:
        release = "unknown"
    studio = backend.studio
    return call.json(
        {
            "version": release,
            "synthesizer": studio.synthesizer.name,
            "recognizer": studio.recognizer.name,
            "engines": [msgspec.to_builtins(engine) for engine in engines.describe()],
            "open_sockets": backend.sockets.taken,
            "active_contexts": backend.contexts.taken,
            "active_transcriptions": backend.transcriptions.taken,
            "requests_served": backend.counters.requests_served,
            "armed_faults": len(backend.faults),
            "known_faults": sorted(FAULTS),
        }
    )


class _FaultOrder(msgspec.Struct, frozen=True):
    name: str
    value: str | int | float | None = None
    after: int = 0
    times: int | None = 1
    path: str | None = None
    options: dict[str, Any] = {}


async def arm_faults(backend: Backend, call: Call) -> web.Response:
    """POST /emulator/faults: one fault or a list of them."""
    listed = call.body.lstrip().startswith(b"[")
    orders = decode(call.body, list[_FaultOrder]) if listed else [decode(call.body, _FaultOrder)]
    try:
        faults = [
            make_fault(o.name, o.value, after=o.after, times=o.times, path=o.path, **o.options)
            for o in orders
        ]
    except ValueError as error:
        raise ApiError(400, str(error)) from error
    for fault in faults:
        backend.faults.arm(fault)
    return call.json({"armed": len(backend.faults)})


async def clear_faults(backend: Backend, call: Call) -> web.Response:
    """DELETE /emulator/faults."""
    backend.faults.clear()
    return call.json({"armed": 0})


def make_fault(
    name: str,
    value: str | float | None,
    *,
    after: int,
    times: int | None,
    path: str | None,
    **options: object,
) -> Fault:
    """A fault from loosely typed settings; option names take ``_`` for ``-``.

    Raises:
        ValueError: For names and values that mean nothing.
    """
    return Fault(
        name=name,
        value=None if value is None else str(value),
        after=after,
        times=times,
        path=path,
        options={key.replace("_", "-"): str(item) for key, item in options.items()},
    )
