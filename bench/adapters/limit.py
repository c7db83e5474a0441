"""The least that a client can do and still decode everything and give it to its context.

It trusts the server: no fragments, no control frames, one event in each piece of a body.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import pybase64

from bench.adapters.wire import (
    address,
    client_frame,
    dialled,
    generation,
    leave,
    post,
    some,
    upgrade,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from bench.drive import AsyncAdapter, AsyncRead, Read, SyncAdapter, Take
    from bench.plan import Load

READ_SIZE: Final = 1 << 18
HEAD_END: Final = b"\r\n\r\n"
_DATA: Final = b'"data":"'


class Rest(msgspec.Struct):
    """What stands around the audio."""

    type: str
    context_id: str


_parse: Final = msgspec.json.Decoder(Rest).decode


def decode(message: bytes | bytearray) -> tuple[str, bytes | None]:
    """The context of a message, and its audio: None at the end."""
    start = message.find(_DATA, 0, 64)
    if start < 0:
        return _parse(message).context_id, None
    start += len(_DATA)
    end = message.find(b'"', start)
    rest = _parse(message[:start] + message[end:])
    return rest.context_id, pybase64.b64decode(memoryview(message)[start:end], validate=True)


class Frames:
    """A buffer to read into, out of which messages are cut; the handshake's response goes first."""

    def __init__(self) -> None:
        self._buffer = bytearray(READ_SIZE)
        self._view = memoryview(self._buffer)
        self._size = 0
        self.is_open = False

    def space(self) -> memoryview:
        """Where to read to."""
        return self._view[self._size :]

    def received(self, count: int) -> Iterator[bytes]:
        """The messages that so many new bytes complete; use it up before the next read."""
        buffer, view = self._buffer, self._view
        place, size = 0, self._size + count
        self._size = size
        if not self.is_open:
            end = buffer.find(HEAD_END, 0, size)
            if end < 0:
                return
            self.is_open, place = True, end + len(HEAD_END)
        while place + 4 <= size:
            length, head = buffer[place + 1], 2
            if length == 126:
                length, head = buffer[place + 2] << 8 | buffer[place + 3], 4
            elif length == 127:
                if place + 10 > size:
                    break
                (length,) = struct.unpack_from("!Q", buffer, place + 2)
                head = 10
            end = place + head + length
            if end > size:
                break
            yield bytes(view[place + head : end])
            place = end
        self._size = size - place
        buffer[: self._size] = view[place:size]


class AsyncSocket(asyncio.BufferedProtocol):
    """A socket on asyncio: audio is handed out where it is read."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        loop = asyncio.get_running_loop()
        host, port, path, tls = address(url)
        self._frames = Frames()
        self._early: list[tuple[str, bytes | None]] = []
        self._takes: dict[str, Take] = {}
        self._opened = loop.create_future()
        self._finished = loop.create_future()
        self._contexts = 0
        self._transport, _ = await loop.create_connection(lambda: self, host, port, ssl=tls)
        self._transport.write(upgrade(path))
        await self._opened

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._frames.space()

    def buffer_updated(self, nbytes: int) -> None:
        messages = self._frames.received(nbytes)
        if self._contexts:  # before every context is read
            self._early += map(decode, messages)
            return
        for message in messages:
            self._route(*decode(message))
        if not self._opened.done() and self._frames.is_open:
            self._opened.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        leave(self._opened, self._finished)

    def _route(self, name: str, data: bytes | None) -> None:
        if data is not None:
            self._takes[name](data)
            return
        del self._takes[name]
        if not self._takes:
            self._finished.set_result(None)

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        self._contexts += 1
        self._finished = asyncio.get_running_loop().create_future()
        self._transport.write(client_frame(generation(name, number)))
        return partial(self._read, name)

    async def _read(self, name: str, take: Take) -> None:
        self._takes[name] = take
        self._contexts -= 1
        if not self._contexts:
            early, self._early = self._early, []
            for event in early:
                self._route(*event)
        await self._finished

    async def close(self) -> None:
        self._transport.abort()


class Socket:
    """A socket on threads: the caller reads."""

    verifies = True
    cuts = False
    threads = False

    def connect(self, url: str) -> None:
        host, port, path, tls = address(url)
        self._frames = Frames()
        self._takes: dict[str, Take] = {}
        with dialled(host, port, tls) as self._sock:
            self._sock.sendall(upgrade(path))
            while not self._frames.is_open:
                deque(self._frames.received(some(self._sock.recv_into(self._frames.space()))))

    def open(self, load: Load, name: str, number: int) -> Read:
        self._sock.sendall(client_frame(generation(name, number)))
        return partial(self._read, name, load.contexts)

    def _read(self, name: str, contexts: int, take: Take) -> None:
        self._takes[name] = take
        if len(self._takes) < contexts:  # the last one reads for all
            return
        receive, takes, frames = self._sock.recv_into, self._takes, self._frames
        while takes:
            for message in frames.received(some(receive(frames.space()))):
                context, data = decode(message)
                if data is None:
                    del takes[context]
                else:
                    takes[context](data)

    def close(self) -> None:
        self._sock.close()


class Pieces:
    """Cuts the pieces of a chunked body out of what arrives, the head first."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_body = False

    def received(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now; the end of the body is an empty one."""
        if self._rest:
            data = self._rest + data
        self._rest = data
        place = 0
        if not self._in_body:
            end = data.find(HEAD_END)
            if end < 0:
                return
            self._in_body, place = True, end + len(HEAD_END)
        while (end := data.find(b"\r\n", place, place + 16)) >= 0:
            length = int(data[place:end], 16)
            last = end + 2 + length
            if last + 2 > len(data):
                break
            place = last + 2
            yield data[data.find(b"{", end) : last - 2] if length else b""
        self._rest = data[place:]


class Stream(asyncio.Protocol):
    """One response with events; the connection serves no other."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._pieces = Pieces()
        self._early: list[bytes] = []
        self._take: Take | None = None
        self._finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        messages = self._pieces.received(data)
        take = self._take
        if take is None:
            self._early += messages
            return
        for message in messages:
            self._hand(message, take)

    def connection_lost(self, exc: Exception | None) -> None:
        leave(self._finished)

    def _hand(self, message: bytes, take: Take) -> None:
        if not message:
            self._finished.set_result(None)
            return
        _, data = decode(message)
        if data is not None:
            take(data)

    async def read(self, take: Take) -> None:
        """Hand everything out."""
        self._take = take
        for message in self._early:
            self._hand(message, take)
        await self._finished
        self._transport.abort()


class AsyncEvents:
    """Events on asyncio, a connection for each stream."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        self._host, self._port, self._path, self._tls = address(url)

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        loop = asyncio.get_running_loop()
        request = post(self._path, generation(name, number))
        _, stream = await loop.create_connection(
            lambda: Stream(request), self._host, self._port, ssl=self._tls
        )
        return stream.read

    async def close(self) -> None:
        """Nothing is left."""


class Events:
    """Events on threads, a connection for each stream."""

    verifies = True
    cuts = False
    threads = True

    def connect(self, url: str) -> None:
        self._host, self._port, self._path, self._tls = address(url)

    def open(self, load: Load, name: str, number: int) -> Read:
        with dialled(self._host, self._port, self._tls) as sock:
            sock.sendall(post(self._path, generation(name, number)))
        return partial(self._read, sock)

    def _read(self, sock: socket.socket, take: Take) -> None:
        pieces = Pieces()
        with sock:
            while True:
                for message in pieces.received(some(sock.recv(READ_SIZE))):
                    if not message:
                        return
                    _, data = decode(message)
                    if data is not None:
                        take(data)

    def close(self) -> None:
        """Nothing is left."""


ASYNC: Final[dict[str, Callable[[], AsyncAdapter]]] = {
    "async-ws": AsyncSocket,
    "async-sse": AsyncEvents,
}
SYNC: Final[dict[str, Callable[[], SyncAdapter]]] = {"sync-ws": Socket, "sync-sse": Events}
