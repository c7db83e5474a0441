"""The Wyoming server, with the protocol's own client."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.server import AsyncServer
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from cartesia_stream import AuthenticationError
from cartesia_stream.integrations.wyoming import handlers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming.event import Event, Eventable

    from cartesia_stream import AsyncCartesia

    from .conftest import Stage

SPEECH, DICTATION = "/tts/websocket", "/stt/websocket"


class Client:
    """A client of the server."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def send(self, *events: Eventable) -> None:
        for event in events:
            await self._client.write_event(event.event())

    async def receive(self) -> Event:
        event = await self._client.read_event()
        assert event is not None
        return event

    async def speech(self) -> bytes:
        """The audio up to its end."""
        start = AudioStart.from_event(await self.receive())
        assert (start.rate, start.width, start.channels) == (24000, 2, 1)
        audio = b""
        while AudioChunk.is_type((event := await self.receive()).type):
            audio += AudioChunk.from_event(event).audio
        assert AudioStop.is_type(event.type), event
        return audio

    async def closed(self) -> bool:
        return await self._client.read_event() is None


@asynccontextmanager
async def serving(client: AsyncCartesia, folder: Path) -> AsyncIterator[str]:
    uri = f"unix://{folder}/socket"
    server = AsyncServer.from_uri(uri)
    await server.start(await handlers(client))
    try:
        yield uri
    finally:
        await server.stop()


@asynccontextmanager
async def connected(uri: str) -> AsyncIterator[Client]:
    client = AsyncClient.from_uri(uri, read_timeout=30)
    await client.connect()
    try:
        yield Client(client)
    finally:
        await client.disconnect()


def test_a_listener_hears_the_whole_text_when_the_socket_drops(
    stage: Stage, tmp_path: Path
) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            stage.drop(SPEECH)
            await home.send(Synthesize(stage.text, SynthesizeVoice(name=voice)))
            assert await stage.heard(client, await home.speech()) == stage.text

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 2


def test_text_that_streams_is_spoken_once(stage: Stage, tmp_path: Path) -> None:
    """Home Assistant repeats it in one piece, for servers that do not know how to stream."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            stage.drop(SPEECH)
            pieces = [SynthesizeChunk(piece) for piece in stage.text.partition("brown ")]
            whole = Synthesize(stage.text)
            await home.send(SynthesizeStart(), *pieces, whole, SynthesizeStop())
            assert await stage.heard(client, await home.speech()) == stage.text
            assert SynthesizeStopped.is_type((await home.receive()).type)
            await home.send(Synthesize("Once more."))
            assert await stage.heard(client, await home.speech()) == "Once more."

    stage.run(scenario)


def test_speech_that_was_asked_for_twice_comes_in_order(stage: Stage, tmp_path: Path) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            await home.send(Synthesize("First."), Synthesize(" "), Synthesize("Third."))
            assert await stage.heard(client, await home.speech()) == "First."
            assert await home.speech() == b""
            assert await stage.heard(client, await home.speech()) == "Third."

    stage.run(scenario)


def test_a_client_that_leaves_cancels_its_speech(stage: Stage, tmp_path: Path) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri:
            stage.emulator.inject("stall", after=3, path=SPEECH)
            async with connected(uri) as home:
                await home.send(Synthesize(stage.text))
                await home.receive()
                await home.receive()
            while not stage.cancelled():
                await asyncio.sleep(0.01)
            async with connected(uri) as home:
                await home.send(Synthesize("Again."))
                assert await stage.heard(client, await home.speech()) == "Again."

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 1


@pytest.mark.parametrize("width", [2, 4])
def test_dictation_survives_a_drop(stage: Stage, tmp_path: Path, width: int) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        if width == 4:
            audio = b"".join(b"\0\0" + audio[at : at + 2] for at in range(0, len(audio), 2))
        size = 2400 * width
        chunks = [
            AudioChunk(24000, width, 1, audio[at : at + size]) for at in range(0, len(audio), size)
        ]
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            for _ in range(2):
                stage.drop(DICTATION)
                await home.send(Transcribe(language="en"), AudioStart(24000, width, 1))
                await home.send(*chunks, AudioStop())
                assert Transcript.from_event(await home.receive()).text == stage.text
            await home.send(Transcribe(), AudioStart(16000, 2, 1), AudioStop())
            assert Transcript.from_event(await home.receive()).text == ""

    stage.run(scenario)
    assert stage.sockets(DICTATION) == 4


def test_it_says_what_it_offers(stage: Stage, tmp_path: Path) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            await home.send(Describe())
            info = Info.from_event(await home.receive())
        known = {found.id: found async for found in client.voices.iter_all()}
        (speech,), (hearing,) = info.tts, info.asr
        assert speech.supports_synthesize_streaming
        assert {found.name: found.description for found in speech.voices} == {
            found.id: found.name for found in known.values()
        }
        assert all(found.languages == [known[found.name].language] for found in speech.voices)
        assert hearing.models[0].languages == ["en"]
        assert "de" in hearing.models[1].languages

    stage.run(scenario)


def test_an_unknown_voice_is_an_error_that_ends_the_connection(
    stage: Stage, tmp_path: Path
) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            await home.send(Synthesize("Hello.", SynthesizeVoice(name="nobody")))
            assert AudioStart.is_type((await home.receive()).type)
            error = Error.from_event(await home.receive())
            assert error.code == "NotFoundError"
            assert "voice" in error.text
            assert await home.closed()

    stage.run(scenario)


def test_an_unknown_model_is_an_error_that_ends_the_connection(
    stage: Stage, tmp_path: Path
) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with serving(client, tmp_path) as uri, connected(uri) as home:
            chunk = AudioChunk(16000, 2, 1, bytes(3200))
            await home.send(Transcribe(name="nothing"), chunk, AudioStop())
            assert Error.from_event(await home.receive()).text
            assert await home.closed()

    stage.run(scenario)


def test_a_refused_key_is_an_error_at_the_start(stage: Stage) -> None:
    async def main() -> None:
        async with stage.client("sk_car_wrong") as client:
            with pytest.raises(AuthenticationError):
                await handlers(client)

    asyncio.run(main())


def command(*arguments: str, key: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "cartesia_stream.integrations.wyoming", *arguments],
        env=os.environ | {"CARTESIA_API_KEY": key, "CARTESIA_BASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_command_serves_until_a_signal(
    stage: Stage, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    uri = f"unix://{tmp_path}/socket"

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        while not (tmp_path / "socket").exists():
            assert process.poll() is None
            await asyncio.sleep(0.02)
        async with connected(uri) as home:
            await home.send(Synthesize("Hello."))
            assert await stage.heard(client, await home.speech()) == "Hello."

    emulator = stage.emulator
    with command("--uri", uri, key=emulator.api_key, url=emulator.base_url) as process:
        try:
            stage.run(scenario)
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert errors == f"Serving on {uri}. Press Ctrl-C to stop.\n"
    assert process.returncode == status


@pytest.mark.parametrize(
    ("uri", "key", "status", "says"),
    [
        ("tcp://127.0.0.1", "", 2, "port"),
        ("http://127.0.0.1:1", "", 2, "give tcp://HOST:PORT or unix://PATH"),
        ("unix:///nowhere/socket", "", 1, "socket"),
        ("unix:///tmp/unused", "sk_car_wrong", 1, "401"),
    ],
)
def test_the_command_says_in_one_line_why_it_cannot_serve(
    stage: Stage, uri: str, key: str, status: int, says: str
) -> None:
    emulator = stage.emulator
    with command("--uri", uri, key=key or emulator.api_key, url=emulator.base_url) as process:
        try:
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == status
    assert says in errors.splitlines()[-1]
    assert "Traceback" not in errors


def test_the_example_runs(stage: Stage) -> None:
    assert "heard: The light is on." in stage.show("wyoming")
