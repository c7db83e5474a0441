"""The sockets of v0: one that speaks each message, and one that can be interrupted."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from ..api.sessions import Session, serve_socket
from ..errors import ApiError
from ..wire.mangle import Mangler
from ..wire.requests import check_context_id
from .errors import InvalidError
from .requests import SpeechRequest, decode
from .speech import speech_frames, to_v0

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["interrupt_socket", "plain_socket"]


async def plain_socket(backend: Backend, call: Call) -> web.StreamResponse:
    """GET /v0/audio/websocket."""
    return await serve_socket(backend, call, _Session)


async def interrupt_socket(backend: Backend, call: Call) -> web.StreamResponse:
    """GET /v0/experimental/audio/websocket."""
    return await serve_socket(backend, call, _InterruptSession)


class _Head(msgspec.Struct, frozen=True):
    context_id: str | None = None


class _Message(msgspec.Struct, frozen=True):
    data: SpeechRequest | None = None
    action: str | None = None


class _Generation:
    """One message being spoken.

    Args:
        context_id: Its id.
        request: What to speak.
        acknowledged: Whether each frame waits for the acknowledgement of the one before.
    """

    def __init__(self, context_id: str, request: SpeechRequest, *, acknowledged: bool) -> None:
        self.id: str = context_id
        self.request: SpeechRequest = request
        self._turn = asyncio.Semaphore(1) if acknowledged else None

    def acknowledge(self) -> None:
        """Note that the client has taken a chunk."""
        if self._turn is not None and self._turn.locked():
            self._turn.release()

    async def turn(self, deadline_s: float) -> None:
        """Wait until the next frame may be sent.

        Raises:
            ApiError: 408, if the client acknowledges nothing before the deadline.
        """
        if self._turn is None:
            return
        try:
            async with asyncio.timeout(deadline_s):
                await self._turn.acquire()
        except TimeoutError as error:
            raise ApiError(408, f"No chunk was acknowledged for {deadline_s:g} s.") from error


class _Session(Session[_Generation]):
    """Several generations at once, distinguished by their ids."""

    acknowledged = False

    async def receive(self, text: str) -> None:
        context_id: str | None = None
        try:
            # The id first, so that errors in the rest name their context.
            context_id = decode(text, _Head).context_id
            message = decode(text, _Message)
            if context_id is None:
                raise InvalidError(("body", "context_id"), "field required", "value_error.missing")
            await self._take(context_id, message)
        except ApiError as error:
            await self.fail(error, context_id)

    async def _take(self, context_id: str, message: _Message) -> None:
        if message.data is None:
            raise InvalidError(("body", "data"), "field required", "value_error.missing")
        await self._open(context_id, message.data)

    async def _open(self, context_id: str, request: SpeechRequest) -> None:
        check_context_id(context_id)
        request.check()
        if context_id in self.live or context_id in self.ended:
            raise ApiError(400, f"context_id: {context_id!r} was used before; use a new id.")
        self.backend.contexts.acquire()
        mangler = self.mangler(to_v0(request.format.sample_rate))
        generation = _Generation(context_id, request, acknowledged=self.acknowledged)
        self.start(context_id, generation, partial(self._speak, generation, mangler), mangler)

    async def _speak(self, generation: _Generation, mangler: Mangler) -> None:
        async with aclosing(speech_frames(self.backend, generation.request)) as frames:
            async for frame, audio in frames:
                if audio is not None and mangler.silences():
                    continue
                await generation.turn(self.backend.options.idle_timeout_s)
                await self.emit(mangler, frame | {"context_id": generation.id}, audio)
                # Yield to the event loop, so that generations share the socket fairly.
                await asyncio.sleep(0)

    def _plain(self) -> Mangler:
        return Mangler(translate=to_v0(0))


class _InterruptSession(_Session):
    """One generation at a time, acknowledged chunk by chunk; a cancel or a new one stops it.

    Each chunk waits for the acknowledgement of the one before it, so nothing of a stopped
    generation is still on its way when the next one begins. A cancel gets no answer.
    """

    acknowledged = True

    async def _take(self, context_id: str, message: _Message) -> None:
        if message.data is not None:
            for running in list(self.live):
                await self.stop(running)
            await self._open(context_id, message.data)
        elif message.action == "cancel":
            await self.stop(context_id)
        elif message.action is not None:
            raise InvalidError(("body", "action"), f"{message.action!r} is not 'cancel'")
        elif live := self.live.get(context_id):
            live.subject.acknowledge()
