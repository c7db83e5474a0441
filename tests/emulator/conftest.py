from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from cartesia_emulator import Emulator

VERSION = "2026-08-14"
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}

Frame = dict[str, Any]
T = TypeVar("T")


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

    def enter(self, resource: AbstractContextManager[T]) -> T:
        """Open something until the end of the test."""
        return self._stack.enter_context(resource)

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

    def heard(self, audio: bytes, rate: int = 24000, encoding: str = "pcm_s16le") -> str:
        """What a transcription of raw audio says."""
        answer = self.http.post(
            "/stt",
            params={"encoding": encoding, "sample_rate": rate},
            files={"file": ("clip", audio)},
            data={"model": "ink-whisper"},
        )
        text: str = answer.json()["text"]
        return text


class V0Talk(Talk):
    """A socket of the v0."""

    def say(self, context_id: str, transcript: str = "Hello there.", **changes: Any) -> None:
        data = self._defaults | {"transcript": transcript} | changes
        self.send_bare({"data": data, "context_id": context_id})

    def acknowledge(self, context_id: str) -> None:
        self.send_bare({"context_id": context_id})

    def cancel(self, context_id: str) -> None:
        self.send_bare({"context_id": context_id, "action": "cancel"})

    def rest(self, *, acknowledging: bool = False) -> list[Frame]:
        """Frames up to and with the one that ends a generation."""
        frames = [self.receive()]
        while not frames[-1].get("done") and "error" not in frames[-1]:
            if acknowledging:
                self.acknowledge(frames[-1]["context_id"])
            frames.append(self.receive())
        return frames


class V0Bench:
    """A client of v0 with what its tests need."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._key = {"X-API-Key": bench.emulator.api_key}
        base_url = f"{bench.emulator.base_url}/v0"
        self.http = bench.enter(
            httpx.Client(base_url=base_url, headers=self._key, timeout=10, verify=False)
        )

    def embedding(self, name: str) -> list[float]:
        """The embedding of a voice by its name."""
        voices = {voice["name"]: voice for voice in self.http.get("/voices").json()}
        numbers: list[float] = voices[name]["embedding"]
        return numbers

    def body(self, transcript: str = "Hello there.", **changes: Any) -> Frame:
        """A request to speak, in the format that `Bench.heard` takes."""
        return {"transcript": transcript, "model_id": "", "output_format": "pcm_16000"} | changes

    def talk(
        self, *, interrupts: bool = False, fault: str | None = None, **settings: Any
    ) -> V0Talk:
        """An open socket; the key is in a header."""
        path = f"/v0/{'experimental/' if interrupts else ''}audio/websocket"
        headers = self._key | ({"X-Emulator-Fault": fault} if fault else {})
        settings = {"additional_headers": headers, "max_size": None} | settings
        return V0Talk(self.bench.enter(connect(self.bench.url(path), **settings)), self.body())


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


MakeV0 = Callable[..., V0Bench]


@pytest.fixture
def make_v0(make_bench: MakeBench) -> MakeV0:
    """Clients of v0 with emulators of the given settings."""
    return lambda **settings: V0Bench(make_bench(**settings))


@pytest.fixture
def v0(make_v0: MakeV0) -> V0Bench:
    """A client of v0 with an emulator that speaks in tones."""
    return make_v0()
