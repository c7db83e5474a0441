"""A gate of the user's own, shared by several clients: each slot is given back once."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_stream import (
    APITimeoutError,
    AsyncCartesia,
    AsyncSharedGate,
    Cartesia,
    ConfigurationError,
    SharedGate,
    Timeouts,
)

from .faces import VOICE, at_once, eventually, speak
from .hearing import words_heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import MakeEmulator
    from .faces import Face

TEXT: Final = "Hello there."
WORDS: Final = ["Hello", "there."]


class Slots:
    """Slots for any number of clients in this process; counts what is taken and given back."""

    def __init__(self, count: int) -> None:
        self._changed = threading.Condition()
        self.free = count
        self.least = count
        self.taken = 0
        self.priorities: list[int] = []

    def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
        with self._changed:
            self.priorities.append(priority)
            if not self._changed.wait_for(lambda: self.free, timeout):
                raise TimeoutError
            self.free -= 1
            self.taken += 1
            self.least = min(self.least, self.free)
        return self._release

    def _release(self) -> None:
        with self._changed:
            self.free += 1
            self._changed.notify()


class AsyncSlots:
    """The same slots, for a client with an event loop."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    async def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
        while True:
            try:
                return self._slots.acquire(priority=priority, timeout=0)
            except TimeoutError:
                await asyncio.sleep(0.005)


def gate_for(face: Face, slots: Slots) -> Any:
    return slots if face.name == "sync" else AsyncSlots(slots)


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_clients_share_the_slots_of_a_plan(
    face: Face, make_emulator: MakeEmulator, transport: str
) -> None:
    """Without it, two clients that know the same limit would exceed it together."""
    emulator = make_emulator(concurrency=2, latency=0.02)
    slots = Slots(2)
    clients = [face.client(emulator, gate=gate_for(face, slots)) for _ in range(3)]

    def say(client: Cartesia) -> list[str]:
        return words_heard(speak(client, transport, TEXT))

    assert at_once(*[lambda c=client: say(c) for client in clients * 3]) == [WORDS] * 9
    assert (slots.taken, slots.least) == (9, 0)
    assert eventually(lambda: slots.free == 2)
    frames = sum(len(request.frames) for request in emulator.requests)
    calls = sum(request.path != "/tts/websocket" for request in emulator.requests)
    assert frames + calls == 9  # none was rejected and sent again


def test_speech_that_is_left_gives_its_slot_back(face: Face, make_emulator: MakeEmulator) -> None:
    slots = Slots(1)
    client = face.client(make_emulator(realtime=1.0), gate=gate_for(face, slots))
    with client.tts.speak(TEXT * 20, voice=VOICE, priority=3) as speech:
        next(speech)
        assert slots.free == 0
    assert eventually(lambda: slots.free == 1)
    assert slots.priorities[0] == 3


def test_a_context_takes_a_slot_with_its_first_text(
    face: Face, make_emulator: MakeEmulator
) -> None:
    slots = Slots(1)
    client = face.client(make_emulator(), gate=gate_for(face, slots))
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        assert slots.free == 1
        context.push(TEXT)
        assert slots.taken == 1
        context.no_more_inputs()
        assert words_heard(context.receive()) == WORDS
    assert eventually(lambda: slots.free == 1)


def test_the_wait_for_a_shared_slot_has_a_deadline(face: Face, make_emulator: MakeEmulator) -> None:
    emulator = make_emulator()
    slots = Slots(0)
    client = face.client(
        emulator, gate=gate_for(face, slots), timeout=Timeouts(queue=0.1, close=0.5)
    )
    with pytest.raises(APITimeoutError, match="shared gate") as raised:
        list(client.tts.speak(TEXT, voice=VOICE))
    assert raised.value.phase == "queue"
    assert slots.free == 0
    assert sum(len(request.frames) for request in emulator.requests) == 0


def test_a_slot_is_given_back_when_the_service_has_no_room(
    face: Face, make_emulator: MakeEmulator
) -> None:
    """The speech waits for its turn without a slot that others could use."""
    emulator = make_emulator()
    emulator.inject("status", 429, path="/tts/sse", times=2)
    slots = Slots(1)
    client = face.client(emulator, gate=gate_for(face, slots), max_retries=3)
    assert words_heard(speak(client, "sse", TEXT)) == WORDS
    assert eventually(lambda: slots.free == 1)


def test_a_gate_that_fails_to_take_a_slot_back_is_logged(
    face: Face, make_emulator: MakeEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The speech is not harmed by it."""

    def fail() -> None:
        raise OSError("gone")

    class Failing:
        def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
            return fail

    class AsyncFailing:
        async def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
            return fail

    gate = Failing() if face.name == "sync" else AsyncFailing()
    client = face.client(make_emulator(), gate=gate)
    assert words_heard(client.tts.speak(TEXT, voice=VOICE)) == WORDS
    assert eventually(lambda: "failed to take a slot back" in caplog.text)


def test_a_gate_of_the_other_client_is_refused(face: Face, make_emulator: MakeEmulator) -> None:
    slots = Slots(1)
    other = AsyncSlots(slots) if face.name == "sync" else slots
    client = face.client(make_emulator(), gate=other)
    with pytest.raises(ConfigurationError, match="gate"):
        list(client.tts.speak(TEXT, voice=VOICE))


@pytest.mark.parametrize("client", [Cartesia, AsyncCartesia])
def test_a_gate_needs_its_method(client: Any) -> None:
    with pytest.raises(ConfigurationError, match="str has none") as raised:
        client("key", gate="gate")
    assert raised.value.option == "gate"


def test_the_protocols_fit() -> None:
    assert isinstance(Slots(1), SharedGate)
    assert isinstance(AsyncSlots(Slots(1)), AsyncSharedGate)
