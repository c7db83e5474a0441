"""The package for the alpha API: its routes, and answers of either form."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import cartesia_api
import cartesia_api_v0
import httpx
import pytest
from cartesia_runtime.errors import ResponseDecodeError
from cartesia_api_v0.api import AsyncResources, Resources
from cartesia_api_v0.models import SpeechRequest

from tools import documents, generate

from .senders import AsyncHandlerSender, HandlerSender

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = documents.parse(generate.V0.spec.read_text())
EMBEDDING = [0.5, -1, 2]

# Each operation with its request and what answers it.
CALLS: dict[str, tuple[str, Callable[[Any], Any], object, object]] = {
    "status_get": ("GET /", lambda r: r.status.get(), {"ok": True, "version": "v0"}, None),
    "status_get_early": (
        "GET /status",
        lambda r: r.status.get_early(),
        {"ok": True, "version": "v0"},
        None,
    ),
    "voices_list": (
        "GET /voices?select=id%2C+name%2C+description",
        lambda r: r.voices.list(select="id, name, description"),
        [{"id": "a", "name": "Ada"}],
        None,
    ),
    "voices_get_embedding": (
        "GET /voices/embedding/a%2Fb",
        lambda r: r.voices.get_embedding("a/b"),
        {"embedding": EMBEDDING},
        None,
    ),
    "voices_get_embedding_documented": (
        "GET /voices/a/embedding",
        lambda r: r.voices.get_embedding_documented("a"),
        {"embedding": json.dumps(EMBEDDING)},
        None,
    ),
    "voices_get_embedding_early": (
        "POST /voices/a/embedding",
        lambda r: r.voices.get_embedding_early("a"),
        {"embedding": EMBEDDING},
        None,
    ),
    "voices_clone_from_clip": (
        "POST /voices/clone/clip",
        lambda r: r.voices.clone_from_clip(clip=b"RIFF"),
        {"embedding": EMBEDDING},
        b'name="clip"; filename="upload"',
    ),
    "voices_clone_from_link": (
        "POST /voices/clone/url?link=https%3A%2F%2Fa%3Fb",
        lambda r: r.voices.clone_from_link(link="https://a?b"),
        {"embedding": EMBEDDING},
        b"",
    ),
    "audio_transcribe": (
        "POST /audio/transcriptions",
        lambda r: r.audio.transcribe(clip=b"RIFF"),
        {"text": "Hello."},
        b'name="clip"; filename="upload"',
    ),
    "models_list_voices": (
        "GET /models/m/voices",
        lambda r: r.models.list_voices("m"),
        ["a", "b"],
        None,
    ),
}
STREAMS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "audio_sse": ("/audio/sse", lambda r: r.audio.sse),
    "audio_stream": ("/audio/stream", lambda r: r.audio.stream),
}


def plain(value: Any) -> object:
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def asked(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode()}"


def test_every_operation_is_called() -> None:
    ids = {data["operationId"] for item in DOCUMENT["paths"].values()
           for method, data in item.items() if method in ("get", "post")}  # fmt: skip
    assert ids == CALLS.keys() | STREAMS.keys()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("face", ["sync", "aio"])
def test_calls(name: str, face: str) -> None:
    line, call, answer, part = CALLS[name]
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        request.read()
        return httpx.Response(200, json=answer)

    async def acall() -> object:
        return await call(AsyncResources(AsyncHandlerSender(_awaiting(handle))))

    if face == "sync":
        got = call(Resources(HandlerSender(handle)))
    else:
        got = asyncio.run(acall())
    (request,) = seen
    assert asked(request) == line
    assert plain(got) == answer
    if isinstance(part, bytes):
        assert part in request.content


def _awaiting(handle: Callable[[httpx.Request], httpx.Response]) -> Any:
    async def ahandle(request: httpx.Request) -> httpx.Response:
        await request.aread()
        return handle(request)

    return ahandle


@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str) -> None:
    path, method = STREAMS[name]
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=b'data: {"done": true}\n\n')

    voice = [0.5] * 192
    speak = method(Resources(HandlerSender(handle)))
    with speak(transcript="Hi", voice=voice, chunk_time=0.2) as download:
        assert download.read() == b'data: {"done": true}\n\n'
    assert asked(sent[0]) == f"POST {path}"
    assert json.loads(sent[0].content) == {"transcript": "Hi", "voice": voice, "chunk_time": 0.2}


def test_a_null_voice_is_sent() -> None:
    assert SpeechRequest(transcript="Hi", voice=None).to_dict() == {
        "transcript": "Hi",
        "voice": None,
    }


def test_an_answer_of_another_shape_is_refused() -> None:
    sender = HandlerSender(lambda request: httpx.Response(200, json={"embedding": {}}))
    with pytest.raises(ResponseDecodeError, match="embedding"):
        Resources(sender).voices.get_embedding("a")


def test_each_package_knows_its_own_version() -> None:
    assert cartesia_api_v0.API_VERSION == "v0"
    assert cartesia_api.API_VERSION == "2026-08-14"
