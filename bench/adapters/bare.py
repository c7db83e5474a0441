"""The usual libraries with fast decoding and nothing else: `websockets` and `httpx`."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

import httpx
import msgspec
import pybase64
from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect

from bench.adapters.wire import EVENTS, SOCKET, generation
from bench.drive import trusting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from bench.drive import AsyncAdapter, AsyncRead, Read, SyncAdapter, Take
    from bench.plan import Load


class Message(msgspec.Struct):
    """What a client needs of a message."""

    type: str
    context_id: str
    data: str = ""


parse: Final = msgspec.json.Decoder(Message).decode


def audio(message: Message) -> bytes:
    """The audio of a chunk."""
    return pybase64.b64decode(message.data, validate=True)


class AsyncSocket:
    """`websockets` on asyncio: whoever reads first reads for all."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        tls = trusting() if url.startswith("https") else None
        address = "ws" + url.removeprefix("http") + SOCKET
        self._connection = await connect_async(address, compression=None, ssl=tls)
        self._takes: dict[str, Take] = {}

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        await self._connection.send(generation(name, number).decode())
        return partial(self._read, name, load.contexts)

    async def _read(self, name: str, contexts: int, take: Take) -> None:
        self._takes[name] = take
        if len(self._takes) < contexts:  # the last one reads for all
            return
        receive, takes = partial(self._connection.recv, decode=False), self._takes
        while takes:
            message = parse(await receive())
            if message.type == "chunk":
                takes[message.context_id](audio(message))
            else:
                del takes[message.context_id]

    async def close(self) -> None:
        await self._connection.close()


class Socket:
    """`websockets` on threads, read by one thread."""

    verifies = True
    cuts = False
    threads = False

    def connect(self, url: str) -> None:
        tls = trusting() if url.startswith("https") else None
        address = "ws" + url.removeprefix("http") + SOCKET
        self._stack = ExitStack()
        self._connection = self._stack.enter_context(connect(address, compression=None, ssl=tls))
        self._takes: dict[str, Take] = {}

    def open(self, load: Load, name: str, number: int) -> Read:
        self._connection.send(generation(name, number).decode())
        return partial(self._read, name, load.contexts)

    def _read(self, name: str, contexts: int, take: Take) -> None:
        self._takes[name] = take
        if len(self._takes) < contexts:
            return
        receive, takes = partial(self._connection.recv, decode=False), self._takes
        while takes:
            message = parse(receive())
            if message.type == "chunk":
                takes[message.context_id](audio(message))
            else:
                del takes[message.context_id]

    def close(self) -> None:
        self._stack.close()


class Lines:
    """Splits an event stream whose lines end with a line feed."""

    def __init__(self) -> None:
        self._rest = b""

    def messages(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                yield parse(memoryview(line)[6:])


class AsyncEvents:
    """`httpx` on asyncio."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        tls = trusting() if url.startswith("https") else False
        self._client = httpx.AsyncClient(verify=tls, timeout=60, trust_env=False)
        self._url = url + EVENTS

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        request = self._client.build_request("POST", self._url, content=generation(name, number))
        response = await self._client.send(request, stream=True)
        return partial(self._read, response.aiter_raw())

    async def _read(self, pieces: AsyncIterator[bytes], take: Take) -> None:
        lines = Lines()
        async for piece in pieces:
            for message in lines.messages(piece):
                if message.type == "chunk":
                    take(audio(message))

    async def close(self) -> None:
        await self._client.aclose()


class Events:
    """`httpx` on threads."""

    verifies = True
    cuts = False
    threads = True

    def connect(self, url: str) -> None:
        tls = trusting() if url.startswith("https") else False
        self._client = httpx.Client(verify=tls, timeout=60, trust_env=False)
        self._url = url + EVENTS

    def open(self, load: Load, name: str, number: int) -> Read:
        request = self._client.build_request("POST", self._url, content=generation(name, number))
        response = self._client.send(request, stream=True)
        return partial(self._read, response.iter_raw())

    def _read(self, pieces: Iterator[bytes], take: Take) -> None:
        lines = Lines()
        for piece in pieces:
            for message in lines.messages(piece):
                if message.type == "chunk":
                    take(audio(message))

    def close(self) -> None:
        self._client.close()


ASYNC: Final[dict[str, Callable[[], AsyncAdapter]]] = {
    "async-ws": AsyncSocket,
    "async-sse": AsyncEvents,
}
SYNC: Final[dict[str, Callable[[], SyncAdapter]]] = {"sync-ws": Socket, "sync-sse": Events}
