"""The telephone bridge of the examples, with a fake Twilio, on uvicorn's own loop and asyncio's."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from xml.etree import ElementTree as ET

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from cartesia_emulator import Emulator
from cartesia_stream import TELEPHONY, Cartesia

from ..scenarios.faces import eventually
from .apps import EXAMPLES, PATIENCE_S, App

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websockets.asyncio.client import ClientConnection

SPEED: Final = 2.0  # of the calls: a listener takes audio twice as fast as anybody speaks
FRAME: Final = 160  # bytes of 20 ms
SILENCE: Final = b"\xff" * FRAME
SID: Final = "MZ00000000000000000000000000000001"
CALLS: Final = 5

GREETING: Final = "Hello. What would you like to know? "
QUESTION: Final = "Tell me about rain."
ANSWER: Final = "You want to know about rain. It is wet, it is cold, and it falls on everybody. "
STOP: Final = "Stop, please."
GOODBYE: Final = "Goodbye. "


class Twilio:
    """The other end of a call, as Twilio's documentation describes it; a context manager.

    With each 20 ms of the caller, it plays 20 ms of what it was sent, and sends the marks behind
    that audio back. `clear` empties its queue, and it sends back the marks that were in there.

    Attributes:
        heard: Frames that the caller has heard.
        cleared: For each `clear`, the frames that the caller had heard since the call began.
    """

    def __init__(self, address: str) -> None:
        self._connecting = connect(f"ws://{address}/media", proxy=None)
        self._queue: deque[bytes | str] = deque()
        self._number = 0
        self._due = time.monotonic()
        self.heard: list[bytes] = []
        self.cleared: list[int] = []

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await self._connecting
        self._receiving = asyncio.create_task(self._receive())
        await self.socket.send('{"event": "connected", "protocol": "Call", "version": "1.0.0"}')
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        await self._send(
            "start", start={"streamSid": SID, "tracks": ["inbound"], "mediaFormat": form}
        )
        return self

    async def __aexit__(self, kind: object, *error: object) -> None:
        """Hang up; the line is dropped, not closed, after an error."""
        if kind is None:
            await self._send("stop", stop={"callSid": "CA1"})
            await self.socket.close()
        else:
            self.socket.transport.abort()
        with suppress(ConnectionClosedError):
            await self._receiving

    async def _send(self, event: str, **content: object) -> None:
        self._number += 1
        head = {"event": event, "sequenceNumber": str(self._number), "streamSid": SID}
        await self.socket.send(json.dumps(head | content))

    async def _receive(self) -> None:
        async for text in self.socket:
            message: dict[str, Any] = json.loads(text)
            assert message.pop("streamSid") == SID
            match message:
                case {"event": "media", "media": {"payload": payload, **rest}, **others}:
                    frame = base64.b64decode(payload, validate=True)
                    assert (len(frame), rest, others) == (FRAME, {}, {})
                    self._queue.append(frame)
                case {"event": "mark", "mark": {"name": name}}:
                    self._queue.append(name)
                case {"event": "clear"}:
                    dropped, self._queue = self._queue, deque()
                    for one in dropped:
                        if isinstance(one, str):
                            await self._send("mark", mark={"name": one})
                    self.cleared.append(len(self.heard))
                case _:
                    pytest.fail(f"Twilio does not know {message}")

    async def _mark_back(self) -> None:
        while self._queue and isinstance(name := self._queue[0], str):
            self._queue.popleft()
            await self._send("mark", mark={"name": name})

    async def tick(self, frame: bytes = SILENCE, *, plays: bool = True) -> None:
        """Send 20 ms of the caller, and play as much to them, unless the line stalls."""
        payload = base64.b64encode(frame.ljust(FRAME, SILENCE[:1])).decode()
        await self._send("media", media={"track": "inbound", "payload": payload})
        await self._mark_back()
        if plays and self._queue:
            played = self._queue.popleft()
            assert isinstance(played, bytes)
            self.heard.append(played)
            await self._mark_back()
        self._due = max(self._due + 0.02 / SPEED, time.monotonic())
        await asyncio.sleep(self._due - time.monotonic())

    async def say(self, audio: bytes, *, plays: bool = True) -> None:
        """Let the caller speak."""
        for at in range(0, len(audio), FRAME):
            await self.tick(audio[at : at + FRAME], plays=plays)

    @property
    def waiting(self) -> int:
        """Frames that wait to be played."""
        return sum(isinstance(one, bytes) for one in self._queue)

    async def press(self, key: str) -> None:
        """Let the caller press a key."""
        await self._send("dtmf", dtmf={"track": "inbound_track", "digit": key})

    async def until(self, condition: Callable[[], object], *, plays: bool = True) -> None:
        """Let the caller listen until something has happened."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await self.tick(plays=plays)

    async def take(self, frames: int) -> bytes:
        """Let the caller listen to so many more frames, and return the audio."""
        start = len(self.heard)
        await self.until(lambda: len(self.heard) >= start + frames)
        return b"".join(self.heard[start:])


class Phrase(NamedTuple):
    """A text as the service speaks it on the telephone."""

    audio: bytes
    heard: list[str]

    @property
    def frames(self) -> int:
        return len(self.audio) // FRAME


@pytest.fixture(scope="module", params=["auto", "asyncio"])
def app(request: pytest.FixtureRequest) -> Iterator[App]:
    """The bridge, with a service that speaks five times as fast as the calls.

    In the end it shuts down by itself and leaves nothing.
    """
    with (
        Emulator(engine="tone", realtime=10.0, concurrency=CALLS) as emulator,
        App(emulator, "twilio_bridge", request.param) as running,
    ):
        yield running
        running.stop()


def spoken(app: App, text: str) -> Phrase:
    """What the agent says, in whole frames, and what was heard of it at the end of each."""
    with Cartesia(app.emulator.api_key, base_url=app.emulator.base_url) as client:
        voice = client.voices.list(limit=1).data[0].id
        tokens = re.findall(r"\S+\s*", text)
        speech = client.tts.speak(tokens, voice=voice, output_format=TELEPHONY, resume=True)
        audio = speech.collect().data
        frames = -(-len(audio) // FRAME)
        heard = [speech.heard(min(0.02 * frame, speech.duration)) for frame in range(frames + 1)]
        return Phrase(audio.ljust(frames * FRAME, SILENCE[:1]), heard)


def test_a_call_that_comes_in_is_connected_to_the_socket(app: App) -> None:
    """Under the name by which Twilio knows the app."""
    answer = httpx.post(
        f"http://{app.address}/call", headers={"Host": "bridge.example"}, trust_env=False
    )
    assert answer.headers["content-type"].startswith("application/xml")
    (connected,) = ET.fromstring(answer.text)
    (stream,) = connected
    assert (connected.tag, stream.tag) == ("Connect", "Stream")
    assert stream.attrib == {"url": "wss://bridge.example/media"}


def test_a_call_with_an_interruption(app: App) -> None:
    """The caller hears each answer to the byte; the history has what they heard, to the letter."""
    greeting, answer, goodbye = (spoken(app, text) for text in (GREETING, ANSWER, GOODBYE))
    question, stop = (spoken(app, text).audio for text in (QUESTION, STOP))
    listened = 70

    async def call() -> None:
        async with Twilio(app.address) as twilio:
            assert await twilio.take(greeting.frames) == greeting.audio
            await twilio.say(question)
            assert await twilio.take(listened) == answer.audio[: listened * FRAME]
            # The line stalls here, so that the moment of the interruption is known to the frame.
            await twilio.say(stop, plays=False)
            await twilio.until(lambda: twilio.cleared, plays=False)
            assert twilio.cleared == [greeting.frames + listened]
            assert await twilio.take(goodbye.frames) == goodbye.audio
            await twilio.tick()

    app.printed.clear()
    asyncio.run(call())
    history = [
        f"agent: {GREETING}",
        f"caller: {QUESTION}",
        f"agent: {answer.heard[listened]}",
        f"caller:  {STOP}",
        f"agent: {GOODBYE}",
    ]
    assert eventually(lambda: app.printed[-len(history) :] == history), app.printed
    assert 3 < len(answer.heard[listened].split()) < len(ANSWER.split())


def test_a_key_interrupts_and_is_answered(app: App) -> None:
    """While the line goes on: what was heard is what an ear has heard there, word for word.

    The marks that `clear` drops count for no answer: the next one, interrupted before its first
    sound, was not heard.
    """
    answer = spoken(app, ANSWER)
    ear = bytearray()

    async def call() -> None:
        async with Twilio(app.address) as twilio:
            await twilio.take(30)
            await twilio.press("5")
            await twilio.until(lambda: twilio.cleared)
            ear.extend(b"".join(twilio.heard))
            await twilio.until(lambda: twilio.waiting > 50, plays=False)
            await twilio.press("6")
            await twilio.until(lambda: len(twilio.cleared) == 2, plays=False)
            assert await twilio.take(40) == answer.audio[: 40 * FRAME]

    app.printed.clear()
    asyncio.run(call())
    assert eventually(lambda: len(app.printed) == 5), app.printed
    greeted, *others = app.printed
    assert others == [
        "caller: (key 5)",
        "agent: ",
        "caller: (key 6)",
        f"agent: {answer.heard[40]}",
    ]
    words = app.emulator.heard(bytes(ear), sample_rate=8000, encoding="pcm_mulaw").split()
    noted = greeted.removeprefix("agent: ").split()
    assert noted == words[: len(noted)]
    assert len(words) - len(noted) <= 1  # a word that was cut


@pytest.mark.parametrize("drops", [False, True])
def test_callers_who_hang_up_leave_nothing(app: App, drops: bool) -> None:
    """In the middle of the greeting: speech and listener end, and no socket is left."""

    async def call() -> None:
        async with Twilio(app.address) as twilio:
            await twilio.take(5)
            if drops:
                raise KeyError

    async def calls() -> None:
        done = await asyncio.gather(*(call() for _ in range(CALLS)), return_exceptions=True)
        assert [type(one) for one in done] == [KeyError if drops else type(None)] * CALLS

    def ended(count: int) -> bool:
        return eventually(lambda: len(app.printed) == count)

    app.printed.clear()
    asyncio.run(calls())
    assert ended(CALLS), app.printed
    before = app.open_files()
    asyncio.run(calls())  # in as many slots as the service has: none was kept
    assert ended(2 * CALLS), app.printed
    assert all(GREETING.startswith(line.removeprefix("agent: ")) for line in app.printed)
    assert eventually(lambda: app.open_files() <= before), (app.open_files(), before)


def test_it_fits_on_two_pages() -> None:
    assert len((EXAMPLES / "twilio_bridge.py").read_text(encoding="utf-8").splitlines()) < 150
