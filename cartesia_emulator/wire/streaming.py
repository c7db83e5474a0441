"""Stream audio over HTTP: as a chunked body, or as the frames of an event stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from . import transport
from .mangle import Abort, Close, Half, Mangler, Pause, Send, plain_error
from .sse import EventWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from .call import Call
    from .mangle import Action, Translate

__all__ = ["CONTENT_TYPES", "EVENTS", "AudioStream"]

CONTENT_TYPES: Final = {
    "raw": "audio/pcm",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
}
EVENTS: Final = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}


class AudioStream:
    """A chunked response that carries actions out; the first one sends the headers.

    Args:
        call: The request.
        headers: Headers of the response.
        translate: Turns each frame of today's API into the one to send.
        writer: Writes the frames, unless they are audio; by default as an event stream.
    """

    def __init__(
        self,
        call: Call,
        headers: dict[str, str],
        *,
        translate: Translate | None = None,
        writer: EventWriter | None = None,
    ) -> None:
        self.call = call
        self.response: web.StreamResponse = web.StreamResponse(headers=headers)
        if call.plain_errors:
            # Errors first: what follows may drop the type.
            translate = _after(plain_error, translate)
        self.mangler: Mangler = Mangler(call.faults, translate=translate)
        self._writer = writer or EventWriter(call.faults)
        self._framed = writer is not None or self.response.content_type == "text/event-stream"

    async def frame(self, fields: dict[str, object], audio: bytes | None) -> None:
        """Send one frame of an event stream; ``audio`` is what the frame holds."""
        await self.carry_out(self.mangler.frame(fields, audio))

    async def body(self, pieces: AsyncIterable[bytes]) -> web.StreamResponse:
        """Send audio as the body of a response, and end it."""
        async for piece in pieces:
            if not self.mangler.silences():
                await self.carry_out(self.mangler.body(piece))
        await self.carry_out(self.mangler.body_end())
        return await self.finish()

    async def carry_out(self, actions: Iterable[Action]) -> None:
        """Carry actions out; one that ends the stream ends the request."""
        for action in actions:
            if not await self._perform(action):
                raise transport.Gone

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
                transport.hang_up(self.call.request)
                return False
            case Pause(seconds):
                await transport.pause(seconds)
            case Abort():
                await transport.abort(self.call.request)
                return False
            case Close():
                transport.hang_up(self.call.request)
                return False
            case _:
                await self.finish()
                return False
        return True

    async def _write(self, payload: bytes, event: str) -> None:
        if not self._framed:
            await self.response.write(payload)
            return
        pieces = list(self._writer.event(event, payload))
        for piece in pieces:
            await self.response.write(piece)
            if len(pieces) > 1:
                # Yield to the event loop, or the kernel would join the pieces into one packet.
                await asyncio.sleep(0)

    async def _prepare(self) -> None:
        if not self.response.prepared:
            self.call.begin(self.response)
            self.response.enable_chunked_encoding()
            await self.response.prepare(self.call.request)


def _after(first: Translate, second: Translate | None) -> Translate:
    """Translate frames by one function and then by another."""
    if second is None:
        return first

    def both(frame: dict[str, object]) -> dict[str, object] | None:
        translated = first(frame)
        return None if translated is None else second(translated)

    return both
