"""The official SDK, as its documentation shows it; run by the interpreter that has it."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from cartesia import (  # type: ignore[import-not-found]  # installed in its own environment
    AsyncCartesia,
    Cartesia,
)

from bench.listen import FORMAT as AUDIO
from bench.listen import async_audio, audio

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
    from contextlib import AbstractContextManager

    from bench.drive import AsyncAdapter, AsyncRead, Read, SyncAdapter, Take
    from bench.listen import AsyncHearing, Hearing
    from bench.plan import Load

KEY: Final = "sk_car_bench"
VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
MODEL: Final = "sonic-3.5"
CLOSE: Final = {"type": "close"}
FORMAT: Final = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 44100}


def settings(url: str) -> dict[str, Any]:
    """Arguments of a client of the load server."""
    socket = "ws" + url.removeprefix("http")
    return {"api_key": KEY, "base_url": url, "websocket_base_url": socket, "max_retries": 0}


def options(name: str, number: int) -> dict[str, Any]:
    """Arguments of one speech over HTTP."""
    return {
        "model_id": MODEL,
        "transcript": f"Stream {number}.",
        "voice": VOICE,
        "output_format": FORMAT,
        "context_id": name,
    }


async def read_async(events: AsyncIterable[Any], take: Take) -> None:
    """All audio of a stream of events."""
    async for event in events:
        if event.type == "chunk":
            take(event.audio)


def read(events: Iterable[Any], take: Take) -> None:
    """All audio of a stream of events."""
    for event in events:
        if event.type == "chunk":
            take(event.audio)


class AsyncContexts:
    """Contexts that share one socket."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        self._client = AsyncCartesia(**settings(url))
        self._connection = await self._client.tts.websocket_connect().enter()

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        context = self._connection.context(name, model_id=MODEL, voice=VOICE, output_format=FORMAT)
        await context.push(f"Stream {number}.")
        await context.no_more_inputs()
        return partial(read_async, context.receive())

    async def close(self) -> None:
        await self._connection.close()
        await self._client.close()


class AsyncEvents:
    """Server-sent events."""

    verifies = True
    cuts = False

    async def connect(self, url: str) -> None:
        self._client = AsyncCartesia(**settings(url))

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        return partial(read_async, await self._client.tts.generate_sse(**options(name, number)))

    async def close(self) -> None:
        await self._client.close()


class AsyncBytes(AsyncEvents):
    """Plain bytes."""

    cuts = True

    async def open(self, load: Load, name: str, number: int) -> AsyncRead:
        response = await self._client.tts.with_streaming_response.generate(
            model_id=MODEL, transcript=name, voice=VOICE, output_format=FORMAT
        ).__aenter__()

        async def pieces(take: Take) -> None:
            async for piece in response.iter_bytes():
                take(piece)

        return pieces


class Contexts:
    """Contexts that share one socket, read one after the other by one thread."""

    verifies = True
    cuts = False
    threads = False

    def connect(self, url: str) -> None:
        self._client = Cartesia(**settings(url))
        self._connection = self._client.tts.websocket_connect().enter()

    def open(self, load: Load, name: str, number: int) -> Read:
        context = self._connection.context(name, model_id=MODEL, voice=VOICE, output_format=FORMAT)
        context.push(f"Stream {number}.")
        context.no_more_inputs()
        return partial(read, context.receive())

    def close(self) -> None:
        self._connection.close()
        self._client.close()


class Events:
    """Server-sent events, a thread for each stream."""

    verifies = True
    cuts = False
    threads = True

    def connect(self, url: str) -> None:
        self._client = Cartesia(**settings(url))

    def open(self, load: Load, name: str, number: int) -> Read:
        return partial(read, self._client.tts.generate_sse(**options(name, number)))

    def close(self) -> None:
        self._client.close()


class Bytes(Events):
    """Plain bytes."""

    cuts = True

    def open(self, load: Load, name: str, number: int) -> Read:
        response = self._client.tts.with_streaming_response.generate(
            model_id=MODEL, transcript=name, voice=VOICE, output_format=FORMAT
        ).__enter__()

        def pieces(take: Take) -> None:
            for piece in response.iter_bytes():
                take(piece)

        return pieces


def voices(url: str) -> tuple[Callable[[], None], AbstractContextManager[object]]:
    """A call that reads a page of voices, and what to close after it."""
    client = Cartesia(**settings(url))

    def page() -> None:
        found = client.voices.list(limit=100).data
        assert len(found) == 100
        assert found[99].name == "Voice 99"

    return page, client


class _Event(Protocol):
    """What the SDK hands out; which fields there are depends on the type."""

    type: str
    transcript: str
    text: str
    is_final: bool


class _Socket(Protocol):
    """A socket of the SDK, of either kind."""

    def __aiter__(self) -> AsyncIterator[_Event]: ...
    async def recv(self) -> _Event: ...
    async def send_raw(self, data: bytes) -> None: ...
    async def send(self, event: object) -> None: ...
    async def close(self) -> None: ...


class _AsyncEar:
    """A listener: a task sends, and this one reads."""

    def __init__(self, socket: _Socket, load: Load, number: int, close: object) -> None:
        self._socket = socket
        self._load = load
        self._number = number
        self._close = close

    async def hear(self) -> str:
        sending = asyncio.create_task(self._send())
        text = ""
        async for event in self._socket:
            text += final_of(event)
        await sending
        return text

    async def _send(self) -> None:
        async for block in async_audio(self._load, self._number):
            await self._socket.send_raw(block)
        await self._socket.send(self._close)

    async def idle(self) -> None:
        await self._socket.send_raw(next(audio(self._load, self._number)))
        while (await self._socket.recv()).type not in ("transcript", "turn.update"):
            pass

    async def close(self) -> None:
        await self._socket.close()


class AsyncDictation:
    """`stt.manual_finalize`."""

    kind = "manual_finalize"
    last: object = "close"

    async def connect(self, url: str) -> None:
        self._client = AsyncCartesia(**settings(url))

    async def open(self, load: Load, number: int) -> _AsyncEar:
        encoding, rate = AUDIO
        socket = getattr(self._client.stt, self.kind).websocket(
            model="ink-2", encoding=encoding, sample_rate=rate
        )
        return _AsyncEar(await socket.enter(), load, number, self.last)

    async def close(self) -> None:
        await self._client.close()


class AsyncTurns(AsyncDictation):
    """`stt.auto_finalize`."""

    kind = "auto_finalize"
    last = CLOSE


class Dictation:
    """`stt.manual_finalize`: a thread sends, and this one reads."""

    kind = "manual_finalize"
    last: object = "close"

    def connect(self, url: str) -> None:
        self._client = Cartesia(**settings(url))

    def open(self, load: Load, number: int) -> Callable[[], str]:
        encoding, rate = AUDIO
        socket = (
            getattr(self._client.stt, self.kind)
            .websocket(model="ink-2", encoding=encoding, sample_rate=rate)
            .enter()
        )

        def send() -> None:
            for block in audio(load, number):
                socket.send_raw(block)
            socket.send(self.last)

        def hear() -> str:
            sending = threading.Thread(target=send)
            sending.start()
            text = "".join(final_of(event) for event in socket)
            sending.join()
            socket.close()
            return text

        return hear

    def close(self) -> None:
        self._client.close()


class Turns(Dictation):
    """`stt.auto_finalize`."""

    kind = "auto_finalize"
    last = CLOSE


def final_of(event: _Event) -> str:
    """The text of an event that will not change."""
    if event.type == "turn.end":
        return str(event.transcript)
    return str(event.text) if event.type == "transcript" and event.is_final else ""


ASYNC_EARS: Final[dict[str, Callable[[], AsyncHearing]]] = {
    "async-dictate": AsyncDictation,
    "async-listen": AsyncTurns,
}
EARS: Final[dict[str, Callable[[], Hearing]]] = {"sync-dictate": Dictation, "sync-listen": Turns}
ASYNC: Final[dict[str, Callable[[], AsyncAdapter]]] = {
    "async-ws": AsyncContexts,
    "async-sse": AsyncEvents,
    "async-bytes": AsyncBytes,
}
SYNC: Final[dict[str, Callable[[], SyncAdapter]]] = {
    "sync-ws": Contexts,
    "sync-sse": Events,
    "sync-bytes": Bytes,
}
