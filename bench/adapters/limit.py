"""The least that a client can do and still decode everything and give it to its context.

It trusts the server: no fragments, no control frames, one event in each piece of a body.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import pybase64

from bench.adapters.wire import address, client_frame, generation, post, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.drive import AsyncAdapter, AsyncRead, Read, SyncAdapter, Take
    from bench.plan import Load

READ_SIZE: Final = 1 << 18
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
    """Cuts frames out of what arrives, the response to the handshake first."""

    def __init__(self) -> None:
        self._rest = b""
        self._open = False

    def messages(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        if self._rest:
            data = self._rest + data
        place, size = 0, len(data)
        found: list[bytes] = []
        if not self._open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return found
            self._open, place = True, end + 4
        while place + 4 <= size:
            length, head = data[place + 1], 2
            if length == 126:
                length, head = data[place + 2] << 8 | data[place + 3], 4
            elif length == 127:
                if place + 10 > size:
                    break
                (length,) = struct.unpack_from("!Q", data, place + 2)
                head = 10
            end = place + head + length
            if end > size:
                break
            found.append(data[place + head : end])
            place = end
        self._rest = data[place:]
        return found

    @property
    def is_open(self) -> bool:
        """Whether the handshake is over."""
        return self._open


class AsyncSocket(asyncio.Protocol):
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

    def data_received(self, data: bytes) -> None:
        messages = self._frames.messages(data)
        if not self._opened.done() and self._frames.is_open:
            self._opened.set_result(None)
        if self._contexts:  # before every context is read
            self._early += map(decode, messages)
            return
        for message in messages:
            self._route(*decode(message))

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
        plain = socket.create_connection((host, port))
        self._sock = tls.wrap_socket(plain, server_hostname=host) if tls else plain
        self._frames = Frames()
        self._takes: dict[str, Take] = {}
        self._sock.sendall(upgrade(path))
        while not self._frames.is_open:
            self._frames.messages(self._sock.recv(4096))

    def open(self, load: Load, name: str, number: int) -> Read:
        self._sock.sendall(client_frame(generation(name, number)))
        return partial(self._read, name, load.contexts)

    def _read(self, name: str, contexts: int, take: Take) -> None:
        self._takes[name] = take
        if len(self._takes) < contexts:  # the last one reads for all
            return
        receive, takes, messages = self._sock.recv, self._takes, self._frames.messages
        while takes:
            for message in messages(receive(READ_SIZE)):
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

    def messages(self, data: bytes) -> list[bytes]:
        """The messages that are whole now; the end of the body is an empty one."""
        if self._rest:
            data = self._rest + data
        place = 0
        found: list[bytes] = []
        if not self._in_body:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return found
            self._in_body, place = True, end + 4
        while (end := data.find(b"\r\n", place)) >= 0:
            length = int(data[place:end], 16)
            last = end + 2 + length
            if last + 2 > len(data):
                break
            found.append(data[data.find(b"{", end) : last - 2] if length else b"")
            place = last + 2
        self._rest = data[place:]
        return found


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
        messages = self._pieces.messages(data)
        take = self._take
        if take is None:
            self._early += messages
            return
        for message in messages:
            self._hand(message, take)

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
        plain = socket.create_connection((self._host, self._port))
        sock = self._tls.wrap_socket(plain, server_hostname=self._host) if self._tls else plain
        sock.sendall(post(self._path, generation(name, number)))
        return partial(self._read, sock)

    def _read(self, sock: socket.socket, take: Take) -> None:
        pieces = Pieces()
        with sock:
            while True:
                for message in pieces.messages(sock.recv(READ_SIZE)):
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
