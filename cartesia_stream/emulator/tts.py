"""``/tts/bytes`` and ``/tts/sse``: speech as a chunked body or as an event stream."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from aiohttp import web

from . import wire
from .errors import ApiError
from .mangle import Abort, Close, Half, Mangler, Pause, Send
from .requests import Speech, decode
from .script import Audio, done_frame, frame
from .speech import Pacer
from .sse import EventWriter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from .backend import Backend
    from .call import Call
    from .mangle import Action
    from .script import Event

__all__ = ["speech_bytes", "speech_events"]

log: logging.Logger = logging.getLogger("cartesia_stream.emulator")

_CONTENT_TYPES: Final = {
    "raw": "audio/pcm",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
}


async def speech_bytes(backend: Backend, call: Call) -> web.StreamResponse:
    """Audio in the container asked for, as it is made."""
    request = _request(call, _CONTENT_TYPES)
    headers = {"Content-Type": _CONTENT_TYPES[request.output_format.container]}
    if request.save:
        headers["Cartesia-File-ID"] = f"file_{uuid.uuid4().hex[:22]}"
    response = web.StreamResponse(headers=headers)
    stream = _Stream(call, response, Mangler(call.faults))
    with backend.contexts.held():
        async with aclosing(_events(backend, request)) as events:
            async for event, _ in events:
                if isinstance(event, Audio) and not stream.mangler.silences():
                    await stream.carry_out(stream.mangler.body(event.data))
            await stream.carry_out(stream.mangler.body_end())
            return await stream.finish()


async def speech_events(backend: Backend, call: Call) -> web.StreamResponse:
    """Audio and times as server-sent events."""
    request = _request(call, ("raw",))
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
    stream = _Stream(call, web.StreamResponse(headers=headers), Mangler(call.faults))
    with backend.contexts.held():
        async with aclosing(_events(backend, request)) as events:
            try:
                async for event, step_ms in events:
                    audio = event.data if isinstance(event, Audio) else None
                    if audio is None or not stream.mangler.silences():
                        await stream.frame(request, frame(event, step_ms), audio)
                await stream.frame(request, done_frame(), None)
            except ApiError as error:
                if not stream.response.prepared:
                    raise
                await stream.frame(request, error.frame(call.id), None)
            return await stream.finish()


def _request(call: Call, containers: Iterable[str]) -> Speech:
    request = decode(call.body, Speech)
    request.check(tuple(containers))
    if not request.transcript.strip():
        raise ApiError(400, "transcript: there is nothing to say.")
    return request


async def _events(backend: Backend, request: Speech) -> AsyncGenerator[tuple[Event, float]]:
    voice = backend.voices.get(request.voice_id)
    pacer = Pacer(backend.options)
    try:
        async with aclosing(backend.studio.speak(request, voice.shape).events()) as events:
            async for event, step_ms in events:
                await pacer.before(event)
                yield event, step_ms
    except Exception as error:
        log.exception("speech failed")
        raise ApiError(500, "The emulator failed to speak this.") from error


class _Stream:
    """A chunked response that carries actions out; headers leave with the first of them."""

    def __init__(self, call: Call, response: web.StreamResponse, mangler: Mangler) -> None:
        self.call = call
        self.response = response
        self.mangler = mangler
        self._writer = EventWriter(call.faults)

    async def frame(self, request: Speech, fields: dict[str, object], audio: bytes | None) -> None:
        """Send one frame of an event stream."""
        if request.context_id is not None:
            fields |= {"context_id": request.context_id}
        await self.carry_out(self.mangler.frame(fields, audio))

    async def carry_out(self, actions: Iterable[Action]) -> None:
        """Carry actions out; one that ends the stream ends the request."""
        for action in actions:
            if not await self._perform(action):
                raise wire.Gone

    async def finish(self) -> web.StreamResponse:
        """End the body properly."""
        await self._prepare()
        await self.response.write_eof()
        return self.response

    async def _perform(self, action: Action) -> bool:
        await self._prepare()
        match action:
            case Send(payload, event):
                await self._write(payload, event)
            case Half(payload, event):
                whole = b"".join(self._writer.event(event, payload))
                await self.response.write(whole[: len(whole) // 2])
                wire.hang_up(self.call.request)
                return False
            case Pause(seconds):
                await wire.pause(seconds)
            case Abort():
                await wire.abort(self.call.request)
                return False
            case Close():
                wire.hang_up(self.call.request)
                return False
            case _:
                await self.finish()
                return False
        return True

    async def _write(self, payload: bytes, event: str) -> None:
        if self.response.content_type != "text/event-stream":
            await self.response.write(payload)
            return
        pieces = list(self._writer.event(event, payload))
        for piece in pieces:
            await self.response.write(piece)
            if len(pieces) > 1:
                # Apart in time as well, or the kernel would join them into one packet.
                await asyncio.sleep(0)

    async def _prepare(self) -> None:
        if not self.response.prepared:
            self.call.begin(self.response)
            self.response.enable_chunked_encoding()
            await self.response.prepare(self.call.request)
