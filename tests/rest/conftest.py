"""Both faces of the client over a mocked network, driven alike."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pytest
import respx

from cartesia_emulator import Emulator
from cartesia_stream import AsyncCartesia, Cartesia

from .loopback import Loopback, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

KEY = "sk_car_planted"


class Face:
    """One face of the client: each call makes a client, uses it and closes it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.settings: dict[str, Any] = {}
        self.delays: list[float] = []

    def call(self, path: str, *args: Any, then: str | None = None, **kwargs: Any) -> Any:
        """The result of ``client.<path>(…)``, or of ``.<then>()`` on it; a list for iterators."""
        if self.name == "asyncio":
            return asyncio.run(self._acall(path, args, kwargs, then))
        with Cartesia(KEY, **self.settings) as client:
            result = attrgetter(path)(client)(*args, **kwargs)
            if then is not None:
                result = getattr(result, then)()
            return list(result) if hasattr(result, "__next__") else result

    async def _acall(self, path: str, args: Any, kwargs: Any, then: str | None) -> Any:
        async with AsyncCartesia(KEY, **self.settings) as client:
            result = attrgetter(path)(client)(*args, **kwargs)
            if then is not None:
                result = getattr(result, then)()
            if hasattr(result, "__anext__"):
                return [item async for item in result]
            return await result

    def client(self, *args: Any, **settings: Any) -> Any:
        """A client of this face, which the caller closes."""
        return (AsyncCartesia if self.name == "asyncio" else Cartesia)(*args, **settings)

    def drive(self, story: Callable[[Any], Awaitable[Any]], *args: Any, **settings: Any) -> Any:
        """Tell a story of a client with `settle`, `within` and `each`, which fit both faces."""

        async def tell() -> Any:
            key = () if "token" in settings else (args or (KEY,))
            async with within(self.client(*key, **settings)) as client:
                return await story(client)

        return asyncio.run(tell())


async def settle(value: Any) -> Any:
    """What a call of either face gives in the end."""
    return await value if inspect.isawaitable(value) else value


@asynccontextmanager
async def within(manager: Any) -> AsyncIterator[Any]:
    """``with`` or ``async with``."""
    if isinstance(manager, AbstractAsyncContextManager) or hasattr(manager, "__aenter__"):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value


async def each(items: Any) -> AsyncIterator[Any]:
    """``for`` or ``async for``."""
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


@pytest.fixture(params=["blocking", "asyncio"])
def face(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Face:
    """Each test runs with both faces; waits between tries are noted, not slept."""
    face = Face(request.param)

    async def sleep(seconds: float) -> None:
        face.delays.append(seconds)

    monkeypatch.setattr("cartesia_stream._sync.http.sleep", face.delays.append)
    monkeypatch.setattr("cartesia_stream._aio.http.sleep", sleep)
    for name in ("CARTESIA_BASE_URL", "CARTESIA_API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return face


@pytest.fixture
def service() -> Iterator[respx.Router]:
    """The mocked service; every route must be called."""
    with respx.mock(base_url="https://api.cartesia.ai") as router:
        yield router


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A server for bodies of any size."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The service on this machine."""
    with Emulator(engine="tone") as emulator:
        yield emulator
