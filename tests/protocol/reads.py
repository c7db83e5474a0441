"""A peer without a network, and what a network does to its bytes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from websockets.http11 import Request
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cartesia_stream import SpeechEvent
    from cartesia_stream._protocol.context import Context
    from cartesia_stream._protocol.websocket import WebSocket

SILENT = logging.Logger("peer", logging.CRITICAL)  # noqa: LOG001  # outside of the tree


def joined(websocket: WebSocket) -> ServerProtocol:
    """Shake hands, as an HTTP client would for both; return the peer."""
    peer = ServerProtocol(logger=SILENT)
    fields = {"Host": "service", **websocket.handshake_headers()}
    lines = ["GET / HTTP/1.1", *(f"{name}: {fields[name]}" for name in fields), "", ""]
    peer.receive_data("\r\n".join(lines).encode())
    (request,) = peer.events_received()
    assert isinstance(request, Request)
    answer = peer.accept(request)
    peer.send_response(answer)
    peer.data_to_send()
    websocket.accept(list(answer.headers.raw_items()))
    return peer


def reads(get_buffer: Callable[[], memoryview], data: bytes) -> Iterator[int]:
    """Put bytes where their reader wants them, as much at a time as it has room for.

    Yields:
        How many were put there.
    """
    while data:
        room = get_buffer()
        piece, data = data[: len(room)], data[len(room) :]
        room[: len(piece)] = piece
        yield len(piece)


def next_event(context: Context) -> SpeechEvent | None:
    """The next event of a context, or None; raise the error that ended it."""
    return context.pop() if context.news() else None
