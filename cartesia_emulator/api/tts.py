"""``/tts/bytes`` and ``/tts/sse``: speech as a chunked body or as an event stream."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from ..audio.pcm import closed_wav
from ..errors import ApiError
from ..state.files import new_file_id
from ..studio.timeline import Audio, done_frame, frame
from ..wire.requests import Speech
from ..wire.streaming import CONTENT_TYPES, EVENTS, AudioStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from aiohttp import web

    from ..backend import Backend
    from ..studio.studio import Utterance
    from ..wire.call import Call
    from ..wire.requests import OutputFormat

__all__ = ["speech_bytes", "speech_events"]


async def speech_bytes(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /tts/bytes: audio in the requested container, sent as it is made."""
    request = _request(call, CONTENT_TYPES)
    utterance = _utterance(backend, request)
    container = request.output_format.container
    headers = {"Content-Type": CONTENT_TYPES[container]}
    file_id = new_file_id() if request.save else None
    if file_id:
        headers["Cartesia-File-ID"] = file_id
    sent: list[bytes] = []

    async def audio() -> AsyncGenerator[bytes]:
        async with aclosing(backend.studio.deliver(utterance)) as events:
            async for event, _ in events:
                if isinstance(event, Audio):
                    if file_id:
                        sent.append(event.data)
                    yield event.data
        if file_id:
            # Before the response ends: the client may ask for the file right after.
            name, saved = f"speech.{container}", _file_of(request.output_format, sent)
            backend.state.files.keep(name, saved, "tts_generation", file_id)

    with backend.contexts.held():
        async with aclosing(audio()) as pieces:
            return await AudioStream(call, headers).body(pieces)


async def speech_events(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /tts/sse: audio and timestamps as server-sent events."""
    request = _request(call, ("raw",))
    utterance = _utterance(backend, request)
    known = {} if request.context_id is None else {"context_id": request.context_id}
    stream = AudioStream(call, EVENTS)
    with backend.contexts.held():
        async with aclosing(backend.studio.deliver(utterance)) as events:
            try:
                async for event, step_ms in events:
                    audio = event.data if isinstance(event, Audio) else None
                    if audio is None or not stream.mangler.silences():
                        await stream.frame(frame(event, step_ms) | known, audio)
                await stream.frame(done_frame() | known, None)
            except ApiError as error:
                if not stream.response.prepared:
                    raise
                await stream.frame(error.frame(call.id) | known, None)
            return await stream.finish()


def _file_of(fmt: OutputFormat, sent: list[bytes]) -> bytes:
    """Return the file of what was sent: a file that is kept states its length."""
    data = b"".join(sent)
    if fmt.container != "wav":
        return data
    return closed_wav(data, fmt.sample_rate, fmt.encoding or "pcm_s16le")


def _request(call: Call, containers: Iterable[str]) -> Speech:
    request = call.read(Speech)
    request.check(tuple(containers))
    if not request.transcript.strip():
        raise ApiError(400, "transcript: there is nothing to say.")
    return request


def _utterance(backend: Backend, request: Speech) -> Utterance:
    voice, lexicon = backend.voice_for(request), backend.lexicon_for(request)
    return backend.studio.speak(request, voice.shape, lexicon=lexicon)
