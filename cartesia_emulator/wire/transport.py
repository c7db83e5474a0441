"""Carry actions out on sockets, including what a well-behaved server never does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING

from .mangle import Abort, Close, Fragments, Half, Pause, Send, Stop

if TYPE_CHECKING:
    from aiohttp import web

    from .mangle import Action

__all__ = ["Gone", "Silenced", "abort", "hang_up", "perform", "websocket_frame"]

_TEXT, _CONTINUATION, _PING = 0x1, 0x0, 0x9
_FIN = 0x80


class Gone(Exception):  # noqa: N818 - an outcome, not an error
    """The connection is closed; nothing more can be sent."""


class Silenced(Exception):  # noqa: N818 - an outcome, not an error
    """A fault ends the stream here, without a word to the client."""


def websocket_frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """Encode a server's websocket frame: unmasked (RFC 6455, section 5.2)."""
    head = bytes([(_FIN if final else 0) | opcode])
    size = len(payload)
    if size < 126:
        return head + bytes([size]) + payload
    if size < 1 << 16:
        return head + struct.pack("!BH", 126, size) + payload
    return head + struct.pack("!BQ", 127, size) + payload


async def perform(action: Action, request: web.Request, ws: web.WebSocketResponse) -> None:
    """Carry one action out on a websocket.

    Raises:
        Gone: The connection is closed, by the peer or by the action itself.
        Silenced: A fault ends the context as if it were complete.
    """
    match action:
        case Send(payload):
            await _send(ws, request, payload)
        case Fragments(payload):
            _write(ws, request, _fragmented(payload))
        case Half(payload):
            whole = websocket_frame(_TEXT, payload)
            _write(ws, request, whole[: len(whole) // 2])
            hang_up(request)
            raise Gone
        case Pause(seconds):
            await pause(seconds)
        case Abort():
            await abort(request)
            raise Gone
        case Close(int(code)):
            await _close(ws, code)
            raise Gone
        case Close():
            hang_up(request)
            raise Gone
        case Stop():
            raise Silenced


async def pause(seconds: float | None) -> None:
    """Sleep; with None until cancelled."""
    if seconds is None:
        await asyncio.Event().wait()
    else:
        await asyncio.sleep(seconds)


async def abort(request: web.BaseRequest) -> None:
    """Reset the connection (RST, not FIN)."""
    transport = request.transport
    if transport is None:
        return
    # A reset may overtake data in flight; give the client time to read it.
    await asyncio.sleep(0.02)
    raw = transport.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def hang_up(request: web.BaseRequest) -> None:
    """Close the connection without a close frame (FIN)."""
    if request.transport is not None:
        request.transport.close()


async def _send(ws: web.WebSocketResponse, request: web.Request, payload: bytes) -> None:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        _write(ws, request, websocket_frame(_TEXT, payload))
        return
    try:
        await ws.send_str(text)
    except ConnectionError as error:
        raise Gone from error


def _write(ws: web.WebSocketResponse, request: web.Request, data: bytes) -> None:
    """Write raw bytes, because faults need bytes that no library would send."""
    transport = request.transport
    if ws.closed or transport is None or transport.is_closing():
        raise Gone
    transport.write(data)


async def _close(ws: web.WebSocketResponse, code: int) -> None:
    with contextlib.suppress(ConnectionError, TimeoutError):
        await asyncio.wait_for(ws.close(code=code, message=b"asked for"), 1.0)


def _fragmented(payload: bytes) -> bytes:
    third = max(1, len(payload) // 3)
    return (
        websocket_frame(_TEXT, payload[:third], final=False)
        + websocket_frame(_PING, b"between")
        + websocket_frame(_CONTINUATION, payload[third : 2 * third], final=False)
        + websocket_frame(_CONTINUATION, payload[2 * third :])
    )
