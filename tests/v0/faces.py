"""Both clients of v0 behind one blocking surface, as in `tests/scenarios/faces.py`."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, cast

from cartesia_stream.v0 import AsyncCartesiaTTS, CartesiaTTS

from ..scenarios.faces import AsyncFace, Blocking, eventually, own_threads

if TYPE_CHECKING:
    import pytest

    from cartesia_emulator import Emulator

KEY = "sk_test_key"


class V0Face:
    """Clients whose surroundings are an emulator or the address of a server.

    They are closed after the test, and leave nothing behind.
    """

    name = "sync"

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._environ = monkeypatch
        self._made: list[Any] = []

    def client(self, server: Emulator | str, *, key: str = KEY, **settings: Any) -> CartesiaTTS:
        """A client; the server goes in the environment, as package 0.0.6 wants it."""
        url = server if isinstance(server, str) else server.base_url
        self._environ.setenv("CARTESIA_BASE_URL", url)
        self._environ.setenv("CARTESIA_API_KEY", key if isinstance(server, str) else server.api_key)
        self._made.append(self.make(**settings))
        return cast("CartesiaTTS", self._made[-1])

    def make(self, **settings: Any) -> Any:
        return CartesiaTTS(**settings)

    def voices(self, client: CartesiaTTS, **arguments: Any) -> dict[str, Any]:
        """The voices by name, in the way that does not block an event loop."""
        return cast("dict[str, Any]", client.get_voices(**arguments))

    def embedding(self, client: CartesiaTTS, **arguments: Any) -> list[float]:
        """An embedding, in the way that does not block an event loop."""
        return client.get_voice_embedding(**arguments)

    def close(self) -> None:
        for client in self._made:
            client.close()
        assert eventually(lambda: not own_threads()), own_threads()


class AsyncV0Face(V0Face):
    """The same for asyncio, on a loop of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        super().__init__(monkeypatch)
        self.name = name
        self.loop = AsyncFace(name)

    def make(self, **settings: Any) -> Any:
        return BlockingAlpha(AsyncCartesiaTTS(**settings), self.loop)

    def voices(self, client: CartesiaTTS, **arguments: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", cast("Any", client).aget_voices(**arguments))

    def embedding(self, client: CartesiaTTS, **arguments: Any) -> list[float]:
        return cast("list[float]", cast("Any", client).aget_voice_embedding(**arguments))

    def close(self) -> None:
        try:
            for client in self._made:
                client.close()
            assert eventually(lambda: not own_threads()), own_threads()
        finally:
            self.loop.close()


class BlockingAlpha(Blocking):
    """An asyncio client, or one of its generators, whose calls block."""

    def __getattr__(self, name: str) -> Any:
        name = "aclose" if name == "close" and hasattr(self._target, "aclose") else name
        value = getattr(self._target, name)
        return (
            (lambda *args, **named: self._call(value, *args, **named))
            if inspect.isroutine(value)
            else value
        )

    def _wrap(self, value: Any) -> Any:
        ours = isinstance(value, AsyncCartesiaTTS | AsyncGenerator)
        return BlockingAlpha(value, self._face) if ours else value
