"""``/v0/audio``: speech as streams of JSON objects, and transcription."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Final

import msgspec

from ..errors import ApiError
from ..wire.sse import EventWriter
from ..wire.streaming import EVENTS, AudioStream
from .requests import SpeechRequest, decode, uploaded_clip
from .speech import speech_frames, to_v0

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["speech_events", "speech_objects", "transcribe"]


class _DataLines(EventWriter):
    """Events without the empty line at their end; a conforming parser never yields them."""

    def lines(self, name: str, payload: bytes) -> list[bytes]:
        return [line for line in super().lines("", payload) if line]


class _Objects(EventWriter):
    """One JSON object per line."""

    def lines(self, name: str, payload: bytes) -> list[bytes]:
        del name
        return [payload]


class _Events(EventWriter):
    """Standard events, without names."""

    def lines(self, name: str, payload: bytes) -> list[bytes]:
        del name
        return super().lines("", payload)


_WRITERS: Final = {"malformed": _DataLines, "bare": _Objects, "conforming": _Events}


async def speech_events(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /v0/audio/sse: by default malformed and without a last event, as v0 was."""
    request = decode(call.body, SpeechRequest)
    style = backend.options.v0_events
    translate = to_v0(_rate(request), ends=style == "conforming")
    writer = _WRITERS[style](call.faults)
    return await _stream(
        backend, request, AudioStream(call, EVENTS, translate=translate, writer=writer)
    )


async def speech_objects(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /v0/audio/stream: JSON objects in the one format of the first releases."""
    request = msgspec.structs.replace(decode(call.body, SpeechRequest), output_format=None)
    headers = {"Content-Type": "application/json"}
    translate = to_v0(_rate(request), ends=False)
    stream = AudioStream(call, headers, translate=translate, writer=_Objects(call.faults))
    return await _stream(backend, request, stream)


async def transcribe(backend: Backend, call: Call) -> web.Response:
    """POST /v0/audio/transcriptions."""
    samples, rate = await uploaded_clip(backend, call)
    with backend.transcriptions.held():
        heard = await backend.studio.transcribe(samples, rate, "en")
    return call.json({"text": heard.text})


def _rate(request: SpeechRequest) -> int:
    request.check()
    return request.format.sample_rate


async def _stream(
    backend: Backend, request: SpeechRequest, stream: AudioStream
) -> web.StreamResponse:
    with backend.contexts.held():
        async with aclosing(speech_frames(backend, request)) as frames:
            try:
                async for frame, audio in frames:
                    if audio is None or not stream.mangler.silences():
                        await stream.frame(frame, audio)
            except ApiError as error:
                if not stream.response.prepared:
                    raise
                await stream.frame(error.frame(stream.call.id), None)
            return await stream.finish()
