"""The web app of the examples in a real server, on the loop that uvicorn picks and on asyncio's."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Final

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect

from cartesia_emulator import Emulator
from cartesia_stream import Cartesia

from ..scenarios.faces import eventually
from .apps import PATIENCE_S, App

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTENERS: Final = 20
SHORT: Final = "Hello there."
LONG: Final = "This goes on for longer than anybody listens. " * 40


class Relay(App):
    """The app of the example and its listeners."""

    async def over_http(self, text: str, blocks: int | None = None) -> bytes:
        """Listen over HTTP, to so many blocks at most."""
        heard: list[bytes] = []
        async with (
            httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as tab,
            tab.stream("GET", f"http://{self.address}/speech", params={"text": text}) as response,
        ):
            assert response.status_code == 200
            async for block in response.aiter_bytes():
                heard.append(block)
                if len(heard) == blocks:
                    break
        return b"".join(heard)

    async def over_websocket(self, text: str, blocks: int | None = None) -> bytes:
        """Listen over a WebSocket, to so many blocks at most; then it is dropped, not closed."""
        heard: list[bytes] = []
        async with connect(f"ws://{self.address}/conversation", proxy=None) as tab:
            await tab.send(text)
            async for message in tab:
                if isinstance(message, str):
                    assert json.loads(message)["seconds"] > 0
                    break
                heard.append(message)
                if len(heard) == blocks:
                    tab.transport.abort()
                    break
        return b"".join(heard)

    async def listen(self, text: str, blocks: int | None = None) -> list[bytes]:
        """What twenty listeners hear at the same time, half of them over each."""
        half = LISTENERS // 2
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.gather(
                *(self.over_http(text, blocks) for _ in range(half)),
                *(self.over_websocket(text, blocks) for _ in range(half)),
            )


@pytest.fixture(scope="module", params=["auto", "asyncio"])
def app(request: pytest.FixtureRequest) -> Iterator[Relay]:
    """The app, with a service that speaks ten times as fast as anybody and to twenty at once.

    In the end it shuts down while tabs are closing, and leaves nothing.
    """
    with (
        Emulator(engine="tone", realtime=10.0, concurrency=LISTENERS) as emulator,
        Relay(emulator, "relay", request.param) as running,
    ):
        yield running
        asyncio.run(running.listen(LONG, blocks=1))
        running.stop()


def whole(emulator: Emulator, text: str) -> bytes:
    """All audio of a text."""
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        voice = client.voices.list(limit=1).data[0]
        return client.tts.speak(text, voice=voice.id).collect().data


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop has no wheel for it")
def test_uvicorn_picks_uvloop() -> None:
    """So that the tests below run on it."""
    factory = uvicorn.Config("relay:app").get_loop_factory()
    assert factory is not None
    loop = factory()
    loop.close()
    assert type(loop).__module__ == "uvloop"


def test_twenty_listeners_hear_the_whole_speech(app: Relay) -> None:
    """Over HTTP and WebSockets at the same time."""
    expected, cancels = whole(app.emulator, SHORT), app.cancels()
    assert asyncio.run(app.listen(SHORT)) == [expected] * LISTENERS
    assert app.cancels() == cancels


def test_tabs_that_close_cancel_their_speech(app: Relay) -> None:
    """The service stops, its slots are free for as many others, and no socket is left."""
    expected = whole(app.emulator, SHORT)
    asyncio.run(app.listen(SHORT))
    before, cancels = app.open_files(), app.cancels()
    for _ in range(2):
        assert all(asyncio.run(app.listen(LONG, blocks=2)))
        cancels += LISTENERS
        assert eventually(lambda: app.cancels() >= cancels, 5), app.cancels()  # noqa: B023
        assert app.cancels() == cancels
    assert asyncio.run(app.listen(SHORT)) == [expected] * LISTENERS
    assert eventually(lambda: app.open_files() <= before), (app.open_files(), before)


def test_new_text_interrupts_the_last(app: Relay) -> None:
    """What follows it is the new speech alone."""
    expected, cancels = whole(app.emulator, SHORT), app.cancels()

    async def interrupt() -> bytes:
        heard: list[bytes] = []
        async with (
            asyncio.timeout(PATIENCE_S),
            connect(f"ws://{app.address}/conversation", proxy=None) as tab,
        ):
            await tab.send(LONG)
            assert isinstance(await tab.recv(), bytes)
            await tab.send(SHORT)
            async for message in tab:
                if isinstance(message, str):
                    break
                heard.append(message)
        return b"".join(heard)

    assert asyncio.run(interrupt()).endswith(expected)
    assert app.cancels() == cancels + 1


def test_speech_that_fails_ends_with_the_error(app: Relay) -> None:
    """The conversation goes on."""

    async def ask() -> list[dict[str, object]]:
        async with (
            asyncio.timeout(PATIENCE_S),
            connect(f"ws://{app.address}/conversation", proxy=None) as tab,
        ):
            answers = []
            for _ in range(2):
                await tab.send(SHORT)
                while isinstance(message := await tab.recv(), bytes):
                    pass
                answers.append(json.loads(message))
            return answers

    app.emulator.inject("error", 400)
    first, second = asyncio.run(ask())
    assert "error" in first
    assert "seconds" in second
