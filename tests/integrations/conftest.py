"""Each framework is in an environment of its own; `make test-integrations` runs the tests there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import PCM_24K, AsyncCartesia, Audio, File

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

ROOT: Final = Path(__file__).parents[2]
NEEDED: Final = {
    "test_livekit.py": "livekit",
    "test_openai_agents.py": "agents",
    "test_pipecat.py": "pipecat",
    "test_ray.py": "ray",
    "test_wyoming.py": "wyoming",
}
collect_ignore = [test for test, package in NEEDED.items() if find_spec(package) is None]

# With spaces that only a verbatim text keeps.
TEXT: Final = "The quick  brown fox jumps over the lazy dog. And\nmore."


def pytest_configure() -> None:
    """Heed Ctrl-C, as a process in the background does not; processes of tests inherit this."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Stage:
    """An emulator that speaks and hears tones, and what happened there."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.text = TEXT

    def client(self, key: str | None = None) -> AsyncCartesia:
        """A client with the right key, or another one."""
        return AsyncCartesia(key or self.emulator.api_key, base_url=self.emulator.base_url)

    def run(self, scenario: Callable[[AsyncCartesia, str], Coroutine[None, None, None]]) -> None:
        """Run a scenario with a client and the id of a voice."""

        async def main() -> None:
            async with asyncio.timeout(60), self.client() as client:
                await scenario(client, (await client.voices.list(limit=1)).data[0].id)

        asyncio.run(main())

    async def heard(self, client: AsyncCartesia, audio: bytes) -> str:
        """What a listener understands of speech at 24 kHz, to the letter."""
        recording = File(Audio(data=audio, format=PCM_24K).wav(), "heard.wav")
        return (await client.stt.transcribe(file=recording, model="ink-whisper")).text

    async def spoken(self, client: AsyncCartesia, voice: str) -> bytes:
        """Speech at 24 kHz, and a pause that ends a turn."""
        speech = await client.tts.generate(TEXT, voice=voice).collect()
        return speech.data + bytes(48000)

    def drop(self, path: str) -> None:
        """Drop the next connection in the middle of a sentence."""
        if path.startswith("/tts"):
            self.emulator.inject("drop", after=5, path=path)
        else:
            self.emulator.inject("drop-after-audio", 3, path=path)

    def show(self, framework: str) -> str:
        """Run the example of a framework; return what it prints."""
        example = ROOT / "examples" / "integrations" / f"use_{framework}.py"
        where = {
            "CARTESIA_API_KEY": self.emulator.api_key,
            "CARTESIA_BASE_URL": self.emulator.base_url,
        }
        return subprocess.run(
            [sys.executable, "-W", "ignore", str(example)],
            env=os.environ | where,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    def sockets(self, path: str) -> int:
        """How many sockets were opened."""
        return sum(request.path == path for request in self.emulator.requests)

    def cancelled(self) -> list[str]:
        """The contexts that were cancelled."""
        frames = [
            json.loads(frame)
            for request in self.emulator.requests
            if request.path == "/tts/websocket"
            for frame in request.frames
        ]
        return [str(frame["context_id"]) for frame in frames if frame.get("cancel")]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Emulator(engine="tone") as emulator:
        yield Stage(emulator)
