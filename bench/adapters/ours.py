"""Our client, as its documentation shows it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import cartesia_stream
from bench.listen import FORMAT as AUDIO
from bench.listen import async_audio, audio
from cartesia_stream import AudioChunk, AudioFormat, ListenFormat, Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from bench.drive import AsyncAdapter, AsyncRead, Read, SyncAdapter, Take
    from bench.listen import AsyncHearing, Hearing
    from bench.plan import Load
    from cartesia_stream import (
        AsyncCartesia,
        AsyncDictation,
        AsyncListening,
        AsyncSpeechStream,
        Cartesia,
        SpeechStream,
    )

KEY: Final = "sk_car_bench"
VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
FORMAT: Final = AudioFormat("raw", "pcm_f32le", 44100)
HEARD: Final = ListenFormat(*AUDIO)
PATIENT: Final = Timeouts(first_audio=60, idle=60, pool=60)
POOL: Final = 16


def async_client(url: str, *, sockets: int = 4) -> AsyncCartesia:
    """A client of the load server; this face alone is imported, as in a program that needs one."""
    return cartesia_stream.AsyncCartesia(
        KEY, base_url=url, timeout=PATIENT, max_retries=0, max_sockets=sockets
    )


def sync_client(url: str) -> Cartesia:
    """A client of the load server."""
    return cartesia_stream.Cartesia(KEY, base_url=url, timeout=PATIENT, max_retries=0)


async def read_async(stream: AsyncSpeechStream, take: Take) -> None:
    """All audio of a stream."""
    async for event in stream:
        if type(event) is AudioChunk:
            take(event.data)


def read(stream: SpeechStream, take: Take) -> None:
    """All audio of a stream."""
    for event in stream:
        if type(event) is AudioChunk:
            take(event.data)


class AsyncSocket:
    """Contexts that share one socket."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        self._client = async_client(url)
        self._connection = await self._client.tts.websocket_connect()

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        stream = self._connection.speak(
            f"Stream {number}.", voice=VOICE, context_id=name, output_format=FORMAT
        )
        return partial(read_async, await stream)

    async def close(self) -> None:
        await self._client.aclose()


class AsyncContexts(AsyncSocket):
    """The same, with the text pushed into contexts."""

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        context = self._connection.context(name, voice=VOICE, output_format=FORMAT)
        await context.push(f"Stream {number}.")
        await context.no_more_inputs()
        return partial(read_async, context.receive())


class AsyncPool:
    """`speak` on the client's own pool of sockets."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        self._client = async_client(url, sockets=POOL)

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        stream = self._client.tts.speak(
            f"Stream {number}.", voice=VOICE, context_id=name, output_format=FORMAT
        )
        return partial(read_async, await stream)

    async def close(self) -> None:
        await self._client.aclose()


class AsyncEvents:
    """Server-sent events."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        self._client = async_client(url)

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        stream = self._client.tts.generate_sse(
            f"Stream {number}.", voice=VOICE, context_id=name, output_format=FORMAT
        )
        return partial(read_async, await stream)

    async def close(self) -> None:
        await self._client.aclose()


class AsyncBytes(AsyncEvents):
    """Plain bytes."""

    cuts = True

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        stream = self._client.tts.generate(name, voice=VOICE, output_format=FORMAT)
        return partial(read_async, await stream)


class Socket:
    """Contexts that share one socket, read one after the other by one thread."""

    verifies = True
    cuts = False
    threads = False

    def connect(self, url: str) -> None:
        self._client = sync_client(url)
        self._connection = self._client.tts.websocket_connect()

    def open(self, load: Load, name: str, number: int) -> Read:
        stream = self._connection.speak(
            f"Stream {number}.", voice=VOICE, context_id=name, output_format=FORMAT
        )
        return partial(read, stream)

    def close(self) -> None:
        self._client.close()


class Contexts(Socket):
    """The same, with the text pushed into contexts."""

    def open(self, load: Load, name: str, number: int) -> Read:
        context = self._connection.context(name, voice=VOICE, output_format=FORMAT)
        context.push(f"Stream {number}.")
        context.no_more_inputs()
        return partial(read, context.receive())


class SocketThreads(Contexts):
    """The same, with a thread for each context."""

    threads = True


class Events:
    """Server-sent events, a thread for each stream."""

    verifies = True
    cuts = False
    threads = True

    def connect(self, url: str) -> None:
        self._client = sync_client(url)

    def open(self, load: Load, name: str, number: int) -> Read:
        stream = self._client.tts.generate_sse(
            f"Stream {number}.", voice=VOICE, context_id=name, output_format=FORMAT
        )
        return partial(read, stream)

    def close(self) -> None:
        self._client.close()


class Bytes(Events):
    """Plain bytes."""

    cuts = True

    def open(self, load: Load, name: str, number: int) -> Read:
        stream = self._client.tts.generate(name, voice=VOICE, output_format=FORMAT)
        return partial(read, stream)


def voices(url: str) -> tuple[Callable[[], None], AbstractContextManager[object]]:
    """A call that reads a page of voices, and what to close after it."""
    client = sync_client(url)

    def page() -> None:
        found = client.voices.list(limit=100).data
        assert len(found) == 100
        assert found[99].name == "Voice 99"

    return page, client


class _Ear:
    """A listener whose source is the audio of the load."""

    def __init__(self, stream: AsyncListening | AsyncDictation) -> None:
        self._stream = stream

    async def hear(self) -> str:
        return (await self._stream.collect()).text

    async def idle(self) -> None:
        async for _ in self._stream:
            return

    async def close(self) -> None:
        await self._stream.aclose()


class AsyncTurns:
    """`stt.listen`."""

    async def connect(self, url: str) -> None:
        self._client = async_client(url)

    async def open(self, load: Load, number: int) -> _Ear:
        if load.pace == "hold":
            pushed = await self._client.stt.listen(format=HEARD)
            await pushed.push(next(audio(load, number)))
            return _Ear(pushed)
        source = async_audio(load, number)
        return _Ear(await self._client.stt.listen(source, format=HEARD, pace=None))

    async def close(self) -> None:
        await self._client.aclose()


class AsyncDictations(AsyncTurns):
    """`stt.dictate`."""

    async def open(self, load: Load, number: int) -> _Ear:
        if load.pace == "hold":
            pushed = await self._client.stt.dictate(format=HEARD)
            await pushed.push(next(audio(load, number)))
            return _Ear(pushed)
        source = async_audio(load, number)
        return _Ear(await self._client.stt.dictate(source, format=HEARD, pace=None))


class Turns:
    """`stt.listen`."""

    def connect(self, url: str) -> None:
        self._client = sync_client(url)

    def open(self, load: Load, number: int) -> Callable[[], str]:
        stream = self._client.stt.listen(audio(load, number), format=HEARD, pace=None)
        return lambda: stream.collect().text

    def close(self) -> None:
        self._client.close()


class Dictations(Turns):
    """`stt.dictate`."""

    def open(self, load: Load, number: int) -> Callable[[], str]:
        stream = self._client.stt.dictate(audio(load, number), format=HEARD, pace=None)
        return lambda: stream.collect().text


ASYNC_EARS: Final[dict[str, Callable[[], AsyncHearing]]] = {
    "async-listen": AsyncTurns,
    "async-dictate": AsyncDictations,
}
EARS: Final[dict[str, Callable[[], Hearing]]] = {
    "sync-listen": Turns,
    "sync-dictate": Dictations,
}
ASYNC: Final[dict[str, Callable[[], AsyncAdapter]]] = {
    "async-ws": AsyncContexts,
    "async-speak": AsyncSocket,
    "async-pool": AsyncPool,
    "async-sse": AsyncEvents,
    "async-bytes": AsyncBytes,
}
SYNC: Final[dict[str, Callable[[], SyncAdapter]]] = {
    "sync-ws": Contexts,
    "sync-speak": Socket,
    "sync-threads": SocketThreads,
    "sync-sse": Events,
    "sync-bytes": Bytes,
}
