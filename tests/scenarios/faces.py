"""One way to drive both faces: scenarios are written once, in blocking style.

`SyncFace` hands out the blocking client itself. `AsyncFace` runs an event loop in a thread and
hands out the asyncio client behind `Blocking`, which runs every call on that loop; so a thread of
a scenario is a task there, and both faces are held to the very same expectations. The loop is
asyncio's or uvloop's.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar, cast

from cartesia_stream import AsyncCartesia, Cartesia, SpeechStream, Timeouts

from .loops import NEW_LOOP

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator

    from cartesia_emulator import Emulator

T = TypeVar("T")

VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
SHORT: Final = Timeouts(connect=15, first_audio=15, idle=15, close=0.5)
"""Deadlines of a client that is not about deadlines: ample, so that none strikes by accident."""

AT_ONCE_S: Final = 4.0
"""Less than any deadline of `SHORT` that could end a wait, and ample for a busy machine."""

_OWN_THREADS: Final = (
    "cartesia-stream",
    "cartesia-speak",
    "cartesia-repeat",
    "cartesia-text",
    "cartesia-close",
    "cartesia-listen",
    "cartesia-source",
)
_DONE: Final = object()


class Face(Protocol):
    """A way to use the client."""

    name: str

    def client(self, server: Emulator | str, **settings: Any) -> Cartesia:
        """A client of an emulator or a base URL; it is closed after the test."""

    def tokens(
        self,
        pieces: Iterable[str],
        *,
        gap: float = 0.0,
        error: BaseException | None = None,
    ) -> Iterable[str]:
        """Text that comes piece by piece with a pause before each; then it may raise."""

    def close(self) -> None:
        """Close what is open, and prove that nothing is left."""


class SyncFace:
    """The blocking client."""

    name = "sync"

    def __init__(self) -> None:
        self._clients: list[Cartesia] = []

    def client(self, server: Emulator | str, **settings: Any) -> Cartesia:
        client = Cartesia(**_settings(server, settings))
        self._clients.append(client)
        return client

    def tokens(
        self, pieces: Iterable[str], *, gap: float = 0.0, error: BaseException | None = None
    ) -> Iterable[str]:
        for piece in pieces:
            time.sleep(gap)
            yield piece
        if error is not None:
            raise error

    def close(self) -> None:
        for client in self._clients:
            client.close()
        assert eventually(lambda: not own_threads()), own_threads()


class AsyncFace:
    """The asyncio client, on a loop of its own.

    Args:
        name: Which loop, see `NEW_LOOP`.
    """

    def __init__(self, name: str = "aio") -> None:
        self.name = name
        self.loop = NEW_LOOP[name]()
        self.loop.set_exception_handler(self._complain)
        self.complaints: list[dict[str, Any]] = []
        self._clients: list[Cartesia] = []
        self._sockets: list[socket.socket] = []
        self._sock_connect = self.loop.sock_connect
        self.loop.sock_connect = self._connect  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self.loop.run_forever, name="loop")
        self._thread.start()

    def _complain(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.complaints.append(context)

    async def _connect(self, sock: socket.socket, address: Any) -> None:
        self._sockets.append(sock)
        await self._sock_connect(sock, address)

    def client(self, server: Emulator | str, **settings: Any) -> Cartesia:
        client = Blocking(AsyncCartesia(**_settings(server, settings)), self)
        self._clients.append(cast("Cartesia", client))
        return self._clients[-1]

    def tokens(
        self, pieces: Iterable[str], *, gap: float = 0.0, error: BaseException | None = None
    ) -> Iterable[str]:
        async def generate() -> AsyncIterator[str]:
            for piece in pieces:
                await asyncio.sleep(gap)
                yield piece
            if error is not None:
                raise error

        return cast("Iterable[str]", generate())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        try:
            assert eventually(lambda: self.remains() == []), self.remains()
            assert self.complaints == []
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    def remains(self) -> list[object]:
        """Tasks on the loop, and sockets that were connected on it and are open."""
        tasks = asyncio.all_tasks(self.loop)
        return [*tasks, *(sock for sock in self._sockets if sock.fileno() != -1)]


class Blocking:
    """An object of the asyncio face whose calls block; `close` stands for `aclose`."""

    def __init__(self, target: object, face: AsyncFace) -> None:
        self._target = target
        self._face = face

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, "aclose" if name == "close" else name)
        if inspect.isasyncgenfunction(value):
            return lambda *args, **named: Blocking(value(*args, **named), self._face)
        if callable(value):
            return lambda *args, **named: self._call(value, *args, **named)
        return self._wrap(value)

    def _call(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        async def call() -> Any:
            result = function(*args, **named)
            return await result if inspect.isawaitable(result) else result

        return self._wrap(self._face.run(call()))

    def _wrap(self, value: Any) -> Any:
        ours = type(value).__module__.startswith(("cartesia_stream._aio", "cartesia_api.api"))
        return Blocking(value, self._face) if ours else value

    def __enter__(self) -> Self:
        target = cast("Any", self._target)
        entered = self._call(target.__aenter__)
        return self if entered._target is self._target else cast("Self", entered)

    def __exit__(self, *error: object) -> None:
        self._call(cast("Any", self._target).__aexit__, *error)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        async def following() -> Any:
            return await anext(cast("AsyncIterator[object]", self._target), _DONE)

        event = self._face.run(following())
        if event is _DONE:
            raise StopIteration
        return event

    def __repr__(self) -> str:
        return repr(self._target)


def speak(client: Cartesia, transport: str, text: str, **options: Any) -> SpeechStream:
    """Speech over a transport, by its name."""
    ways: dict[str, Callable[..., SpeechStream]] = {
        "websocket": client.tts.speak,
        "sse": client.tts.generate_sse,
        "bytes": client.tts.generate,
    }
    return ways[transport](text, **{"voice": VOICE} | options)


def _settings(server: Emulator | str, settings: dict[str, Any]) -> dict[str, Any]:
    if isinstance(server, str):
        return {"api_key": "sk_test_key", "base_url": server, "timeout": SHORT} | settings
    return {"api_key": server.api_key, "base_url": server.base_url, "timeout": SHORT} | settings


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def sockets(client: Any) -> list[Any]:
    """The sockets that `client.tts.speak` uses."""
    return [driver for pool in client._connections._pools.values() for driver in pool._drivers]


def own_threads() -> list[threading.Thread]:
    """The client's threads that are alive."""
    return [thread for thread in threading.enumerate() if thread.name in _OWN_THREADS]


def at_once(*actions: Callable[[], T]) -> list[T]:
    """Run actions in threads of their own at the same time; their results, in order."""
    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(30) for future in [pool.submit(action) for action in actions]]


class Background:
    """An action in a thread, and what it came to."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(action)
        self._pool.shutdown(wait=False)

    def error(self, seconds: float = 10.0) -> BaseException | None:
        """What it raised; fails if it does not end in time."""
        return self._future.exception(seconds)

    def result(self, seconds: float = 10.0) -> Any:
        """What it returned; fails if it does not end in time."""
        return self._future.result(seconds)
