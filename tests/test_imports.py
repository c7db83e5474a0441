"""What is loaded when: each step brings in what it needs, and nothing for what may never come."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cartesia_emulator import Emulator

NETWORK = {"httpx", "httpcore", "h11", "websockets", "certifi"}
EMULATOR = {"cartesia_emulator", "numpy", "aiohttp", "argparse"}
RARE = {
    "cartesia_stream._text.align",
    "cartesia_stream._text.chunker",
    "cartesia_stream._text.markup",
    "cartesia_stream.otel",
    "cartesia_stream.play",
    "cartesia_stream.subtitles",
    "cartesia_stream.transcripts",
    "cartesia_stream._protocol.listener",
    "cartesia_stream.v0",
    "cartesia_api.models",
}
FACES = {"cartesia_stream._aio", "cartesia_stream._sync"}
ASYNCIO = {"asyncio", "ssl"}
FLOOR = "logging, msgspec, socket"  # what any client needs, and what these load
# Ours to avoid until a socket is opened, for which `websockets` loads most of them.
SLOW = {"concurrent.futures", "email", "http", "importlib.metadata", "pathlib", "queue", "random"}
# Where the system has no settings of proxies, those of the environment are read when it names one.
PROXIES = {"urllib.request"} if sys.platform not in ("darwin", "win32") else set[str]()

VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"

ALL = "print(*sys.modules)"
SPEAK = """
import asyncio, os, sys
from cartesia_stream import AsyncCartesia, AudioChunk

async def contexts(connection):
    context = connection.context(voice=os.environ["VOICE"])
    await context.push("Hello there.")
    await context.no_more_inputs()
    return context.receive()

async def speak(connection):
    return connection.speak("Hello there.", voice=os.environ["VOICE"])

async def main():
    async with AsyncCartesia(os.environ["KEY"], base_url=os.environ["URL"]) as client:
        async with client.tts.websocket_connect() as connection:
            async for event in await {way}(connection):
                if type(event) is AudioChunk:
                    print(*sys.modules)
                    return

asyncio.run(main())
"""


def loaded(code: str, **environ: str) -> set[str]:
    """The modules of a new process that has run some code, and the packages that they are in."""
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**plain, **environ},
    )
    return set(run.stdout.split())


def test_the_package_loads_nothing_by_itself() -> None:
    """So that the command line runs its own code soon, and Ctrl-C can be quiet."""
    found = loaded(f"import sys, cartesia_stream; {ALL}") - loaded(f"import sys; {ALL}")
    assert found == {"cartesia_stream", "cartesia_stream._version"}


def test_values_load_no_face() -> None:
    """Nor a library of the network."""
    code = f"import sys, cartesia_stream; cartesia_stream.CartesiaError; {ALL}"
    found = loaded(code) - loaded(f"import sys, {FLOOR}; {ALL}")
    assert "cartesia_stream.errors" in found
    assert found & (NETWORK | EMULATOR | RARE | FACES | SLOW | ASYNCIO | {"cartesia_api"}) == set()


@pytest.mark.parametrize(
    ("client", "face", "floor"),
    [("Cartesia", "_sync", FLOOR), ("AsyncCartesia", "_aio", f"{FLOOR}, asyncio")],
)
def test_a_client_loads_its_own_face(client: str, face: str, floor: str) -> None:
    """And neither models nor what words, sentences, names and failures need."""
    found = loaded(f"import sys, cartesia_stream; cartesia_stream.{client}('k'); {ALL}")
    found -= loaded(f"import sys, {floor}; {ALL}")
    assert f"cartesia_stream.{face}.client" in found
    others = FACES - {f"cartesia_stream.{face}"}
    assert found & (NETWORK | EMULATOR | RARE | PROXIES | SLOW | ASYNCIO | others) == set()


@pytest.mark.parametrize("way", ["contexts", "speak"])
def test_the_first_audio_comes_without_what_it_does_not_need(way: str) -> None:
    """Over a socket: no models of calls, no alignment of words, and not the other face."""
    with Emulator(engine="tone") as emulator:
        found = loaded(
            SPEAK.format(way=way),
            URL=emulator.base_url,
            KEY=emulator.api_key,
            VOICE=VOICE,
            NO_PROXY="127.0.0.1",  # names none
        )
    assert "websockets.client" in found
    unused = EMULATOR | RARE | {"cartesia_stream._sync"}
    assert found & unused == set()


BLOCKS = """
import os, sys
from cartesia_stream import Cartesia

with Cartesia(os.environ["KEY"], base_url=os.environ["URL"]) as client:
    for block in client.tts.speak("Hello.", voice=os.environ["VOICE"]).audio({form}):
        pass
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("form", "loads"),
    [
        ("frame_ms=20", set()),
        ("encoding='pcm_alaw'", {"numpy"}),
        ("sample_rate=8000", {"numpy", "soxr"}),
    ],
)
def test_blocks_need_no_numpy(form: str, loads: set[str]) -> None:
    """Only a conversion loads it, and only a change of the sample rate loads a resampler."""
    with Emulator(engine="tone") as emulator:
        found = loaded(
            BLOCKS.format(form=form),
            URL=emulator.base_url,
            KEY=emulator.api_key,
            VOICE=VOICE,
            NO_PROXY="127.0.0.1",
        )
    assert found & {"numpy", "soxr", "soundfile"} == loads
