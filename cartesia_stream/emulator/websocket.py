"""``/tts/websocket``: one socket, many contexts."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import WSMsgType, web

from . import wire
from .contexts import Context
from .errors import ApiError
from .faults import FaultBox
from .mangle import Mangler
from .requests import Speech, WireMessage, decode, explain
from .script import done_frame

if TYPE_CHECKING:
    from .backend import Backend
    from .call import Call

__all__ = ["speech_socket"]

log: logging.Logger = logging.getLogger("cartesia_stream.emulator")

_REMEMBERED: Final = 4096
_REPEATED: Final = (
    *("voice", "model_id", "output_format", "language", "locale"),
    "pronunciation_dict_id",
)


async def speech_socket(backend: Backend, call: Call) -> web.StreamResponse:
    """Upgrade the request and serve the socket until it closes."""
    if call.request.headers.get("Upgrade", "").lower() != "websocket":
        raise ApiError(426, "This path speaks websocket only.", headers={"Upgrade": "websocket"})
    with backend.sockets.held():
        deaf = any(fault.name == "ignore-pings" for fault in call.faults)
        socket = web.WebSocketResponse(autoping=not deaf, compress=False)
        if not socket.can_prepare(call.request).ok:
            raise ApiError(400, "The websocket handshake is malformed.")
        call.begin(socket)
        await socket.prepare(call.request)
        session = _Session(backend, call, socket)
        try:
            await session.run()
        finally:
            await session.close()
    return socket


class _Session:
    """The contexts of one socket, and the messages that drive them."""

    def __init__(self, backend: Backend, call: Call, socket: web.WebSocketResponse) -> None:
        self._backend = backend
        self._call = call
        self._socket = socket
        self._live: dict[str, tuple[Context, asyncio.Task[None], Mangler]] = {}
        self._ended: deque[str] = deque(maxlen=_REMEMBERED)
        self._idle_timeout = backend.options.idle_timeout_s
        self._idle_since = asyncio.get_running_loop().time()
        self._faults = FaultBox(f for f in call.faults if f.strikes("context", call.request.path))

    async def run(self) -> None:
        """Read messages until the socket closes or has been idle for too long."""
        while True:
            try:
                # Not receive's own timeout: that one starts anew with every ping.
                async with asyncio.timeout_at(self._idle_since + self._idle_timeout):
                    message = await self._socket.receive()
            except TimeoutError:
                if self._live:
                    self._touch()
                    continue
                await self._socket.close(code=1000, message=b"idle timeout")
                return
            if message.type is WSMsgType.TEXT:
                self._touch()
                await self._text(message.data)
            elif message.type is WSMsgType.BINARY:
                self._touch()
                await self._error(ApiError(400, "Messages are JSON text, not binary."), None)
            elif message.type not in (WSMsgType.PING, WSMsgType.PONG):
                return

    def _touch(self) -> None:
        self._idle_since = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Stop all that is still being said."""
        tasks = [task for _, task, _ in self._live.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _text(self, text: str) -> None:
        if self._backend.recorder.keeps:
            self._call.record.frames.append(text)
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
            await self._error(error, context_id)

    def _input(self, context_id: str, text: str) -> None:
        live = self._live.get(context_id)
        if live is not None:
            context = live[0]
            request = _continuation(text, context.first)
            request.check(("raw",))
            context.accept(request)
            return
        request = decode(text, Speech)
        request.check(("raw",))
        if context_id in self._ended:
            raise ApiError(400, f"context_id: context {context_id!r} has ended; use a new id.")
        self._open(context_id, request)

    def _open(self, context_id: str, request: Speech) -> None:
        self._backend.voice_for(request)
        self._backend.lexicon_for(request)
        self._backend.contexts.take()
        path = self._call.request.path
        asked = self._faults.strike("context", path)
        mangler = Mangler([*asked, *self._backend.faults.strike("context", path)])

        async def emit(frame: dict[str, object], audio: bytes | None) -> None:
            await self._emit(mangler, frame | {"context_id": context_id}, audio)

        context = Context(self._backend, request, context_id, emit)
        task = asyncio.create_task(self._host(context), name=f"context {context_id}")
        # A callback, not a finally: a task cancelled before its first step runs no finally.
        task.add_done_callback(lambda _: self._forget(context_id))
        self._live[context_id] = (context, task, mangler)
        context.accept(request)

    async def _host(self, context: Context) -> None:
        try:
            await context.run()
        except wire.Gone:
            log.debug("socket gone", extra={"context_id": context.id})
        except wire.Silenced:
            log.debug("context silenced by a fault", extra={"context_id": context.id})
        except ApiError as error:
            await self._error(error, context.id)
        except Exception:
            log.exception("context failed", extra={"context_id": context.id})
            await self._error(ApiError(500, "The emulator failed to speak this."), context.id)

    def _forget(self, context_id: str) -> None:
        if self._live.pop(context_id, None) is not None:
            self._ended.append(context_id)
            self._backend.contexts.give()
            self._touch()

    async def _cancel(self, context_id: str | None) -> None:
        if context_id is None:
            raise ApiError(400, "context_id: this field is required to cancel.")
        live = self._live.get(context_id)
        if live is None:
            return  # It ended while the cancel was on its way.
        context, task, mangler = live
        if self._backend.options.after_cancel == "late":
            context.curtail()
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if self._backend.options.after_cancel == "done":
            await self._tell(mangler, done_frame() | {"context_id": context_id})

    async def _emit(self, mangler: Mangler, frame: dict[str, object], audio: bytes | None) -> None:
        if audio is not None and mangler.silences():
            return
        for action in mangler.frame(frame, audio):
            await wire.perform(action, self._call.request, self._socket)

    async def _tell(self, mangler: Mangler, frame: dict[str, object]) -> None:
        try:
            await self._emit(mangler, frame, None)
        except (wire.Gone, wire.Silenced):
            return

    async def _error(self, error: ApiError, context_id: str | None) -> None:
        """Send an error frame; it ends its context."""
        log.debug("error frame %d", error.status, extra={"context_id": context_id})
        live = self._live.get(context_id) if context_id is not None else None
        if live is not None and live[1] is not asyncio.current_task():
            live[1].cancel()
            await asyncio.gather(live[1], return_exceptions=True)
        await self._tell(Mangler(), error.frame(self._call.id, context_id))


def _continuation(text: str, first: Speech) -> Speech:
    """An input of an open context; it may leave out what the first one said."""
    fields = {"transcript": ""} | {name: getattr(first, name) for name in _REPEATED}
    fields |= decode(text, dict[str, object])
    try:
        return msgspec.convert(msgspec.to_builtins(fields), Speech)
    except msgspec.ValidationError as error:
        raise ApiError(400, explain(error)) from error
