"""What bare clients say on the wire: requests, and a client's frames."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from bench.drive import trusting

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Iterator

T = TypeVar("T", bytes, int)

SOCKET: Final = "/tts/websocket"
EVENTS: Final = "/tts/sse"
_KEY: Final = "dGhlIHNhbXBsZSBub25jZQ=="


def address(url: str) -> tuple[str, int, str, ssl.SSLContext | None]:
    """Host, port, path and TLS context of a base URL."""
    parts = urlsplit(url)
    tls = trusting() if parts.scheme == "https" else None
    return parts.hostname or "", parts.port or 80, parts.path, tls


@contextmanager
def dialled(host: str, port: int, tls: ssl.SSLContext | None) -> Iterator[socket.socket]:
    """A new connection; what fails inside of the block closes it, and otherwise it stays open."""
    sock = socket.create_connection((host, port))
    try:
        if tls:
            sock = tls.wrap_socket(sock, server_hostname=host)
        yield sock
    except BaseException:
        sock.close()
        raise


def upgrade(path: str) -> bytes:
    """The request that opens a socket."""
    return (
        f"GET {path}{SOCKET} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def generation(name: str, number: int) -> bytes:
    """The JSON that asks for a context; the server needs no more of it."""
    request = {"context_id": name, "transcript": f"Stream {number}.", "continue": False}
    return json.dumps(request).encode()


def client_frame(payload: bytes) -> bytes:
    """A text frame, masked with zeros."""
    return b"\x81\xfe" + struct.pack("!H", len(payload)) + bytes(4) + payload


def some(data: T) -> T:
    """What a read gave, bytes or their number.

    Raises:
        ConnectionError: If it is none: the server left.
    """
    if not data:
        raise ConnectionError("the server left")
    return data


def leave(*futures: asyncio.Future[None]) -> None:
    """Have those who wait learn that the server left."""
    for future in futures:
        if not future.done():
            future.set_exception(ConnectionError("the server left"))
            future.exception()  # nobody may be waiting any more


def post(path: str, body: bytes) -> bytes:
    """A request for a stream of events."""
    head = f"POST {path}{EVENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
