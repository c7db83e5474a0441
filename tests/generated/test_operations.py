"""Every operation of the document, called through its resource, with and without an event loop."""

from __future__ import annotations

import json
import re
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
import yaml
from cartesia_api.models import (
    AccentCatalog,
    AccessTokenGrants,
    IssuedToken,
    Mp3Output,
    RawOutput,
    ServiceStatus,
    Transcription,
    Voice,
    VoiceMetadata,
    VoicePage,
)

from tools import generate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_api.api import AsyncResources, Resources

    Handler = Callable[[httpx.Request], httpx.Response]

DOCUMENT = yaml.safe_load(generate.SPEC.read_text())
RAW = RawOutput(encoding="pcm_s16le", sample_rate=24000)
MP3 = Mp3Output(bit_rate=128000, sample_rate=44100)
SPEECH: dict[str, Any] = {"model_id": "sonic-3", "transcript": "Hi", "voice": "v1"}
RAW_JSON = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}
MP3_JSON = {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100}
METADATA = {
    "id": "v2",
    "name": "Eve",
    "tagline": "",
    "description": "",
    "language": "fr",
    "created_at": "2026-08-14T12:00:00+00:00",
    "user_id": "u1",
    "access": "private",
    "visibility": "owner",
}
CATALOG = {
    "accents": [
        {
            "id": "british",
            "name": "British",
            "language": "en",
            "locale": "en-GB",
            "is_locale_default": True,
            "is_localizable": True,
        }
    ]
}


class Call(NamedTuple):
    """A call, the request it must send, and what it must return for an answer."""

    operation: str
    arguments: tuple[str, ...]
    keywords: dict[str, Any]
    request: str
    body: object  # JSON, bytes for a form, None for no body
    answer: object  # JSON, bytes for a stream, None for 204, "voice" for the fixture
    returns: type | None


CALLS = [
    Call("status_get", (), {}, "GET /", None, {"ok": True, "version": "x"}, ServiceStatus),
    Call(
        "access_token_create",
        (),
        {"expires_in": 60, "grants": AccessTokenGrants(tts=True)},
        "POST /access-token",
        {"expires_in": 60, "grants": {"tts": True}},
        {"token": "jwt"},
        IssuedToken,
    ),
    Call(
        "voices_list",
        (),
        {"q": "a b", "gender": "feminine"},
        "GET /voices?q=a+b&gender=feminine",
        None,
        {"data": [], "has_more": False, "next_page": None},
        VoicePage,
    ),
    Call("voices_get", ("v1",), {}, "GET /voices/v1", None, "voice", Voice),
    Call(
        "voices_update",
        ("v1",),
        {"name": "Eve", "accent": None},
        "PATCH /voices/v1",
        {"name": "Eve", "accent": None},
        "voice",
        Voice,
    ),
    Call("voices_delete", ("v1",), {}, "DELETE /voices/v1", None, None, None),
    Call(
        "voices_clone",
        (),
        {"clip": b"RIFF", "name": "Eve", "language": "fr"},
        "POST /voices/clone",
        b"RIFF",
        METADATA,
        VoiceMetadata,
    ),
    Call(
        "voices_localize",
        (),
        {"voice_id": "v1", "name": "Eve", "accent": "parisian", "language": "fr"},
        "POST /voices/localize",
        {"voice_id": "v1", "name": "Eve", "accent": "parisian", "language": "fr"},
        METADATA,
        VoiceMetadata,
    ),
    Call(
        "voices_add_accents",
        ("v1",),
        {"accents": ["british"]},
        "PATCH /voices/v1/accents",
        {"accents": ["british"]},
        "voice",
        Voice,
    ),
    Call(
        "voices_delete_accent",
        ("v1", "british"),
        {},
        "DELETE /voices/v1/accents/british",
        None,
        "voice",
        Voice,
    ),
    Call("accents_list", (), {}, "GET /accents", None, CATALOG, AccentCatalog),
    Call(
        "stt_transcribe",
        (),
        {"file": b"RIFF", "model": "ink-whisper", "sample_rate": 16000},
        "POST /stt?sample_rate=16000",
        b"RIFF",
        {"type": "transcript", "text": "Hi", "words": [{"word": "Hi", "start": 0, "end": 0.5}]},
        Transcription,
    ),
    Call(
        "tts_generate",
        (),
        {**SPEECH, "output_format": MP3, "save": True},
        "POST /tts/bytes",
        {**SPEECH, "output_format": MP3_JSON, "save": True},
        b"audio",
        None,
    ),
    Call(
        "tts_generate_sse",
        (),
        {**SPEECH, "output_format": RAW, "add_timestamps": True},
        "POST /tts/sse",
        {**SPEECH, "output_format": RAW_JSON, "add_timestamps": True},
        b"data: {}\n\n",
        None,
    ),
]


def operations() -> dict[str, str]:
    """Method and path template of each operation of the document."""
    return {
        item[method]["operationId"]: f"{method.upper()} {path}"
        for path, item in DOCUMENT["paths"].items()
        for method in item.keys() & {"get", "post", "patch", "delete"}
    }


def handler_of(call: Call, voice: dict[str, object]) -> Handler:
    """Check the request against the call and the document, then answer."""

    def handler(request: httpx.Request) -> httpx.Response:
        target = f"{request.method} {request.url.raw_path.decode()}"
        assert target == call.request
        template = re.sub(r"\{\w+\}", "[^/]+", operations()[call.operation])
        assert re.fullmatch(template, target.partition("?")[0])
        if isinstance(call.body, bytes):
            assert call.body in request.content
        else:
            assert (json.loads(request.content) if request.content else None) == call.body
        if call.answer is None:
            return httpx.Response(204)
        if isinstance(call.answer, bytes):
            return httpx.Response(200, content=call.answer)
        return httpx.Response(200, json=voice if call.answer == "voice" else call.answer)

    return handler


def method_of(resources: Resources | AsyncResources, operation: str) -> Callable[..., Any]:
    tag = next(tag["name"] for tag in DOCUMENT["tags"] if operation.startswith(f"{tag['name']}_"))
    method: Callable[..., Any] = getattr(getattr(resources, tag), operation.removeprefix(f"{tag}_"))
    return method


def test_every_operation_is_called() -> None:
    assert {call.operation for call in CALLS} == operations().keys()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_call(call: Call, voice: dict[str, object], serve: Callable[[Handler], Resources]) -> None:
    """It sends what the document says, and what it returns writes back what was answered."""
    method = method_of(serve(handler_of(call, voice)), call.operation)
    result = method(*call.arguments, **call.keywords)
    if isinstance(call.answer, bytes):
        with result as response:
            assert response.read() == call.answer
    else:
        check(call, voice, result)


@pytest.mark.anyio
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
async def test_call_async(
    call: Call, voice: dict[str, object], aserve: Callable[[Handler], AsyncResources]
) -> None:
    method = method_of(aserve(handler_of(call, voice)), call.operation)
    result = method(*call.arguments, **call.keywords)
    if isinstance(result, AbstractAsyncContextManager):
        async with result as response:
            assert await response.aread() == call.answer
    else:
        check(call, voice, await result)


def check(call: Call, voice: dict[str, object], result: Any) -> None:
    if call.returns is None:
        assert result is None
        return
    assert isinstance(result, call.returns)
    written = result.to_dict()  # type: ignore[attr-defined]  # every model has it
    sent = voice if call.answer == "voice" else call.answer
    assert json.loads(json.dumps(written).replace("+00:00", "Z")) == json.loads(
        json.dumps(sent).replace("+00:00", "Z")
    )
