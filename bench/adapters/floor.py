"""What reading alone costs: bytes are counted, nothing is parsed.

The frames of a load are equally long and come in turn, so that the count tells which have come.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

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
from bench.frames import chunk_size

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from bench.drive import AsyncAdapter, AsyncRead, Read, SyncAdapter, Take
    from bench.frames import Wire
    from bench.plan import Load

READ_SIZE: Final = 1 << 18
HEAD_END: Final = b"\r\n\r\n"


class Counter:
    """Counts the bytes of one connection.

    Args:
        load: What it carries.
        wire: How.
        contexts: How many contexts of the load it carries.
    """

    def __init__(self, load: Load, wire: Wire, contexts: int) -> None:
        self._size = chunk_size(load, wire)
        self._total = self._size * load.chunks * contexts
        self._paced = load.pace == "real"
        self._seen = 0
        self._chunks = 0
        self.takes: list[Take] = []

    def receive(self, count: int) -> bool:
        """Take so many bytes; whether all chunks have come."""
        self._seen += count
        if self._paced:
            whole = min(self._seen, self._total) // self._size
            for chunk in range(self._chunks, whole):
                self.takes[chunk % len(self.takes)](b"")
            self._chunks = whole
        return self._seen >= self._total


class Connection(asyncio.Protocol):
    """Counts what arrives after the head of the response."""

    def __init__(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._request = request
        self._head = b""
        self._early = 0
        self.counter: Counter | None = None
        self.opened = loop.create_future()
        self.finished = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self._head += data
            end = self._head.find(HEAD_END)
            if end < 0:
                return
            self.opened.set_result(None)
            data = self._head[end + 4 :]
        if self.counter is None:
            self._early += len(data)
        elif self.counter.receive(len(data)) and not self.finished.done():
            self.finished.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        leave(self.opened, self.finished)

    async def read(self, counter: Counter) -> None:
        """Wait until all chunks have come."""
        self.counter = counter
        if counter.receive(self._early) and not self.finished.done():
            self.finished.set_result(None)
        await self.finished


class AsyncSocket:
    """A socket on asyncio."""

    verifies = False
    cuts = False

    async def connect(self, url: str) -> None:
        host, port, path, tls = address(url)
        loop = asyncio.get_running_loop()
        _, self._connection = await loop.create_connection(
            lambda: Connection(upgrade(path)), host, port, ssl=tls
        )
        self._takes: list[Take] = []
        await self._connection.opened

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        self._connection.transport.write(client_frame(generation(name, number)))
        return partial(self._read, load)

    async def _read(self, load: Load, take: Take) -> None:
        self._takes.append(take)
        if len(self._takes) == load.contexts:  # the last one reads for all
            counter = Counter(load, "ws", load.contexts)
            counter.takes = self._takes
            await self._connection.read(counter)

    async def close(self) -> None:
        self._connection.transport.abort()


class AsyncEvents:
    """Events on asyncio, a connection for each stream."""

    verifies = False
    cuts = False

    async def connect(self, url: str) -> None:
        self._host, self._port, self._path, self._tls = address(url)
        self._connections: list[Connection] = []

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        request = post(self._path, generation(name, number))
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(request), self._host, self._port, ssl=self._tls
        )
        self._connections.append(connection)
        await connection.opened
        return partial(self._read, connection, load)

    async def _read(self, connection: Connection, load: Load, take: Take) -> None:
        counter = Counter(load, "sse", 1)
        counter.takes = [take]
        await connection.read(counter)

    async def close(self) -> None:
        for connection in self._connections:
            connection.transport.abort()


def opened(url: str, request: Callable[[str], bytes]) -> tuple[socket.socket, int]:
    """A connection that has sent a request, and how much came behind the head of the response."""
    host, port, path, tls = address(url)
    with dialled(host, port, tls) as sock:
        sock.sendall(request(path))
        head = b""
        while (end := head.find(HEAD_END)) < 0:
            head += some(sock.recv(READ_SIZE))
    return sock, len(head) - end - 4


def count_all(sock: socket.socket, counter: Counter, early: int) -> None:
    """Read until all chunks have come."""
    buffer = bytearray(READ_SIZE)
    over = counter.receive(early)
    while not over:
        over = counter.receive(some(sock.recv_into(buffer)))


class Socket:
    """A socket that blocks."""

    verifies = False
    cuts = False
    threads = False

    def connect(self, url: str) -> None:
        self._sock, _ = opened(url, upgrade)
        self._takes: list[Take] = []

    def open(self, load: Load, name: str, number: int) -> Read:
        self._sock.sendall(client_frame(generation(name, number)))
        return partial(self._read, load)

    def _read(self, load: Load, take: Take) -> None:
        self._takes.append(take)
        if len(self._takes) == load.contexts:
            counter = Counter(load, "ws", load.contexts)
            counter.takes = self._takes
            count_all(self._sock, counter, 0)

    def close(self) -> None:
        self._sock.close()


class Events:
    """Events on threads, a connection for each stream."""

    verifies = False
    cuts = False
    threads = True

    def connect(self, url: str) -> None:
        self._url = url

    def open(self, load: Load, name: str, number: int) -> Read:
        body = generation(name, number)
        sock, early = opened(self._url, lambda path: post(path, body))
        return partial(self._read, sock, early, load)

    def _read(self, sock: socket.socket, early: int, load: Load, take: Take) -> None:
        counter = Counter(load, "sse", 1)
        counter.takes = [take]
        with sock:
            count_all(sock, counter, early)

    def close(self) -> None:
        """Nothing is left."""


ASYNC: Final[dict[str, Callable[[], AsyncAdapter]]] = {
    "async-ws": AsyncSocket,
    "async-sse": AsyncEvents,
}
SYNC: Final[dict[str, Callable[[], SyncAdapter]]] = {"sync-ws": Socket, "sync-sse": Events}
