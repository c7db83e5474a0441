from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from cartesia_stream.emulator import Emulator

VERSION = "2026-08-14"
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}

Frame = dict[str, Any]


class Talk:
    """A raw websocket with the few verbs that the tests need."""

    def __init__(self, connection: ClientConnection, defaults: Frame) -> None:
        self.connection = connection
        self._defaults = defaults

    def send(self, context_id: str, transcript: str = "", **changes: Any) -> None:
        """One input with everything it needs; `continue_` stands for `continue`."""
        if "continue_" in changes:
            changes["continue"] = changes.pop("continue_")
        self.send_bare(
            self._defaults | {"context_id": context_id, "transcript": transcript} | changes
        )

    def send_bare(self, message: object) -> None:
        self.connection.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self, timeout: float = 5) -> Frame:
        frame: Frame = json.loads(self.connection.recv(timeout=timeout))
        return frame

    def until(self, *kinds: str, timeout: float = 5) -> list[Frame]:
        """Frames up to and with the first one of these types (by default the last of a context)."""
        frames = [self.receive(timeout)]
        while frames[-1]["type"] not in (kinds or ("done", "error")):
            frames.append(self.receive(timeout))
        return frames

    def silent(self, seconds: float = 0.2) -> bool:
        try:
            self.connection.recv(timeout=seconds)
        except TimeoutError:
            return True
        return False


class Bench:
    """One emulator with a client or socket at hand."""

    def __init__(self, emulator: Emulator, stack: ExitStack) -> None:
        self.emulator = emulator
        self._stack = stack
        self.headers = {
            "Authorization": f"Bearer {emulator.api_key}",
            "Cartesia-Version": VERSION,
        }
        # Loading the system's certificates takes longer than any of these tests.
        self.http = stack.enter_context(
            httpx.Client(base_url=emulator.base_url, headers=self.headers, timeout=10, verify=False)
        )

    def speech(self, transcript: str = "Hello there.", **changes: Any) -> Frame:
        """The body of a request to speak."""
        return {
            "model_id": "sonic-3.5",
            "transcript": transcript,
            "voice": VOICE,
            "output_format": RAW,
        } | changes

    def url(self, path: str = "/tts/websocket") -> str:
        return self.emulator.base_url.replace("http", "ws") + path

    def talk(self, fault: str | None = None, **settings: Any) -> Talk:
        """An open socket."""
        headers = self.headers | ({"X-Emulator-Fault": fault} if fault else {})
        connection = self._stack.enter_context(
            connect(self.url(), additional_headers=headers, max_size=None, **settings)
        )
        return Talk(connection, {**self.speech(), "max_buffer_delay_ms": 0})

    def heard(self, audio: bytes) -> str:
        """What a transcription of raw 24 kHz audio says."""
        answer = self.http.post(
            "/stt",
            params={"encoding": "pcm_s16le", "sample_rate": 24000},
            files={"file": ("clip", audio)},
            data={"model": "ink-whisper"},
        )
        text: str = answer.json()["text"]
        return text


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench() -> Iterator[MakeBench]:
    """Benches with emulators of the given settings; all closed at the end."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Bench:
            settings = {"engine": "tone"} | settings
            return Bench(stack.enter_context(Emulator(**settings)), stack)

        yield make


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    """A bench with an emulator that speaks in tones."""
    return make_bench()
