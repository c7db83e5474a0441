"""Websockets that speak: messages in, several contexts at once, frames out."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from aiohttp import WSMsgType, web

from ..errors import ApiError
from ..faults import FaultBox
from ..wire import transport
from ..wire.mangle import Mangler, plain_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..backend import Backend
    from ..wire.call import Call
    from ..wire.mangle import Translate

__all__ = ["Live", "Session", "serve_socket"]

log: logging.Logger = logging.getLogger("cartesia_emulator")

_REMEMBERED: Final = 4096

T = TypeVar("T")


class Live(NamedTuple, Generic[T]):
    """A context that is open: the subclass's own object for it, its task, and its faults."""

    subject: T
    task: asyncio.Task[None]
    mangler: Mangler


class Session(ABC, Generic[T]):
    """The contexts of one socket, and the messages that drive them.

    Args:
        backend: Options, faults and limits of the emulator.
        call: The handshake.
        socket: The socket, open.
    """

    def __init__(self, backend: Backend, call: Call, socket: web.WebSocketResponse) -> None:
        self.backend = backend
        self.live: dict[str, Live[T]] = {}
        self.ended: dict[str, None] = {}
        """Ids of contexts that have ended, oldest first."""
        self._call = call
        self._socket = socket
        self._idle_timeout = backend.options.idle_timeout_s
        self._idle_since = asyncio.get_running_loop().time()
        self._faults = FaultBox(f for f in call.faults if f.applies("context", call.request.path))

    @abstractmethod
    async def receive(self, text: str) -> None:
        """Handle one message; report what is wrong with it by `fail`."""

    async def run(self) -> None:
        """Read messages until the socket closes or has been idle for too long."""
        while True:
            try:
                # Not receive's own timeout: that one starts anew with every ping.
                async with asyncio.timeout_at(self._idle_since + self._idle_timeout):
                    message = await self._socket.receive()
            except TimeoutError:
                if self.live:
                    self._touch()
                    continue
                await self._socket.close(code=1000, message=b"idle timeout")
                return
            if message.type is WSMsgType.TEXT:
                self._touch()
                self.backend.recorder.add_frame(self._call.record, message.data)
                await self.receive(message.data)
                # Messages that wait in the buffer must not keep the loop from its other sockets.
                await asyncio.sleep(0)
            elif message.type is WSMsgType.BINARY:
                self._touch()
                await self.fail(ApiError(400, "Messages are JSON text, not binary."), None)
            elif message.type not in (WSMsgType.PING, WSMsgType.PONG):
                return

    async def close(self) -> None:
        """Cancel every context that is still open."""
        tasks = [live.task for live in self.live.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def mangler(self, translate: Translate | None = None) -> Mangler:
        """Return the writer of a new context's frames, with the faults that are due."""
        path = self._call.request.path
        asked = self._faults.take("context", path)
        due = [*asked, *self.backend.faults.take("context", path)]
        return Mangler(due, translate=translate or self._older)

    def start(
        self, context_id: str, subject: T, job: Callable[[], Awaitable[None]], mangler: Mangler
    ) -> None:
        """Run a context beside the others; it holds a slot until its job ends."""
        task = asyncio.create_task(self._host(context_id, job), name=f"context {context_id}")
        # A callback, not a finally: a task cancelled before its first step runs no finally.
        task.add_done_callback(lambda _: self._forget(context_id))
        self.live[context_id] = Live(subject, task, mangler)

    async def stop(self, context_id: str) -> None:
        """Cancel a context; do nothing if it has ended."""
        live = self.live.get(context_id)
        if live is not None:
            live.task.cancel()
            await asyncio.gather(live.task, return_exceptions=True)

    async def emit(self, mangler: Mangler, frame: dict[str, object], audio: bytes | None) -> None:
        """Send a frame of a context; ``audio`` is what the frame holds.

        Raises:
            Gone: The socket is closed.
            Silenced: A fault ends the context as if it were complete.
        """
        if audio is not None and mangler.silences():
            return
        for action in mangler.frame(frame, audio):
            await transport.perform(action, self._call.request, self._socket)

    async def tell(self, mangler: Mangler, frame: dict[str, object]) -> None:
        """Send a frame without audio; do nothing if the connection is closed."""
        try:
            await self.emit(mangler, frame, None)
        except (transport.Gone, transport.Silenced):
            return

    async def fail(self, error: ApiError, context_id: str | None) -> None:
        """Send an error frame, which ends its context."""
        log.debug("error frame %d", error.status, extra={"context_id": context_id})
        live = self.live.get(context_id) if context_id is not None else None
        if context_id is not None and live and live.task is not asyncio.current_task():
            await self.stop(context_id)
        await self.tell(self._plain(), error.frame(self._call.id, context_id))

    def _plain(self) -> Mangler:
        """Return the writer of frames that belong to no open context."""
        return Mangler(translate=self._older)

    @property
    def _older(self) -> Translate | None:
        return plain_error if self._call.plain_errors else None

    async def _host(self, context_id: str, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except transport.Gone:
            log.debug("socket gone", extra={"context_id": context_id})
        except transport.Silenced:
            log.debug("context silenced by a fault", extra={"context_id": context_id})
        except ApiError as error:
            await self.fail(error, context_id)
        except Exception:
            log.exception("context failed", extra={"context_id": context_id})
            await self.fail(ApiError(500, "The emulator failed to speak this."), context_id)

    def _forget(self, context_id: str) -> None:
        if self.live.pop(context_id, None) is not None:
            self.ended[context_id] = None
            if len(self.ended) > _REMEMBERED:
                del self.ended[next(iter(self.ended))]
            self.backend.contexts.release()
            self._touch()

    def _touch(self) -> None:
        self._idle_since = asyncio.get_running_loop().time()


async def serve_socket(
    backend: Backend,
    call: Call,
    session_of: Callable[[Backend, Call, web.WebSocketResponse], Session[T]],
) -> web.StreamResponse:
    """Upgrade a request and serve the socket until it closes."""
    if call.request.headers.get("Upgrade", "").lower() != "websocket":
        raise ApiError(426, "This path speaks websocket only.", headers={"Upgrade": "websocket"})
    with backend.sockets.held():
        deaf = any(fault.name == "ignore-pings" for fault in call.faults)
        socket = web.WebSocketResponse(autoping=not deaf, compress=False)
        if not socket.can_prepare(call.request).ok:
            raise ApiError(400, "The websocket handshake is malformed.")
        call.begin(socket)
        await socket.prepare(call.request)
        session = session_of(backend, call, socket)
        try:
            await session.run()
        finally:
            await session.close()
    return socket
