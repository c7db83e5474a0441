"""``/tts/websocket``: one socket, many contexts."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import msgspec

from ..errors import ApiError
from ..studio.timeline import done_frame
from ..wire.requests import Speech, WireMessage, decode, explain
from .contexts import Context
from .sessions import Session, serve_socket

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["speech_socket"]

_REPEATED: Final = (
    *("voice", "model_id", "output_format", "language", "locale"),
    "pronunciation_dict_id",
)


async def speech_socket(backend: Backend, call: Call) -> web.StreamResponse:
    """Upgrade the request and serve the socket until it closes."""
    return await serve_socket(backend, call, _Session)


class _Session(Session[Context]):
    """One socket of today's API, whose contexts take text while they speak."""

    async def receive(self, text: str) -> None:
        context_id: str | None = None
        try:
            head = decode(text, WireMessage)
            context_id = head.context_id
            if head.cancel:
                await self._cancel(context_id)
            else:
                context_id = context_id or str(uuid.uuid4())
                self._input(context_id, text)
        except ApiError as error:
            await self.fail(error, context_id)

    def _input(self, context_id: str, text: str) -> None:
        live = self.live.get(context_id)
        if live is not None:
            request = _continuation(text, live.subject.first)
            request.check(("raw",))
            live.subject.accept(request)
            return
        if context_id in self.ended:
            raise ApiError(400, f"context_id: context {context_id!r} has ended; use a new id.")
        request = decode(text, Speech)
        request.check(("raw",))
        self._open(context_id, request)

    def _open(self, context_id: str, request: Speech) -> None:
        self.backend.voice_for(request)
        self.backend.lexicon_for(request)
        self.backend.contexts.acquire()
        mangler = self.mangler()

        async def emit(frame: dict[str, object], audio: bytes | None) -> None:
            await self.emit(mangler, frame | {"context_id": context_id}, audio)

        context = Context(self.backend, request, context_id, emit)
        self.start(context_id, context, context.run, mangler)
        context.accept(request)

    async def _cancel(self, context_id: str | None) -> None:
        if context_id is None:
            raise ApiError(400, "context_id: this field is required to cancel.")
        live = self.live.get(context_id)
        if live is None:
            return  # It ended while the cancel was on its way.
        if self.backend.options.after_cancel == "late":
            live.subject.curtail()
            return
        await self.stop(context_id)
        if self.backend.options.after_cancel == "done":
            await self.tell(live.mangler, done_frame() | {"context_id": context_id})


def _continuation(text: str, first: Speech) -> Speech:
    """Read an input of an open context; the settings that it leaves out are those of the first."""
    fields = {"transcript": ""} | {name: getattr(first, name) for name in _REPEATED}
    fields |= decode(text, dict[str, object])
    try:
        return msgspec.convert(msgspec.to_builtins(fields), Speech)
    except msgspec.ValidationError as error:
        raise ApiError(400, explain(error)) from error
