"""``/stt``: transcription of a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import STT_LANGUAGES, STT_MODELS
from ..errors import ApiError
from ..wire.requests import choose
from .clips import headerless_or_file

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call


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
        samples, rate = await headerless_or_file(backend.studio, call, clip)
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
