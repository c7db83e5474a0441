"""Generations that are abandoned, one after the other on one socket, as 0.0.5rc1 tested them."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import APIError, StreamTruncatedError, v0
from cartesia_stream.v0 import AsyncCartesiaTTS, CartesiaTTS

from .faces import KEY
from .talk import DONE, SPEECH, Frame, chunk, speaking, tell

if TYPE_CHECKING:
    from cartesia_emulator import Emulator

    from ..scenarios.conftest import MakeEmulator, MakePeer
    from ..scenarios.peer import Conversation
    from .faces import V0Face

LONG = "One, two, three, four, five, six, seven, eight, nine, ten, eleven and twelve."


@pytest.mark.parametrize("interrupts", [True, False])
@pytest.mark.parametrize(
    "actions", [[5], [None], [1], [5, None], [1, 1, 1, None], [None, 2, None, 3, 1]], ids=str
)
def test_generate_stream_interrupt(
    face: V0Face, emulator: Emulator, actions: list[int | None], interrupts: bool
) -> None:
    """Each output belongs to its own generation, whatever became of those before.

    An action is the number of chunks after which a generation is abandoned; None hears it out.
    """
    client = face.client(emulator, experimental_ws_handle_interrupts=interrupts)
    whole = client.generate(transcript=LONG, voice=None)["audio"]
    for action in actions:
        context_id = uuid.uuid4().hex
        pieces: Any = client._generate_ws({"transcript": LONG}, context_id=context_id)
        audio = b""
        for count, output in enumerate(pieces, 1):
            assert output.keys() == {"audio", "sampling_rate", "context_id"}
            assert output["context_id"] == context_id
            audio += output["audio"]
            if count == action:
                break
        pieces.close()
        assert whole.startswith(audio)
        assert (audio == whole) == (action is None)
    sockets = [request for request in emulator.requests if "websocket" in request.path]
    assert len(sockets) == 1


def test_every_chunk_is_acknowledged_when_it_was_taken(face: V0Face, make_peer: MakePeer) -> None:
    """Also those that are taken when the end has long arrived."""
    heard: list[Frame] = []

    def burst(peer: Conversation, message: Frame) -> None:
        named = {"context_id": message["context_id"]}
        for _ in range(3):
            tell(peer, named | chunk(b"12"))
        tell(peer, named | DONE)
        heard.extend(peer.message() for _ in range(3))

    client = face.client(
        make_peer(speaking(burst, [chunk(b"34"), DONE])).base_url,
        experimental_ws_handle_interrupts=True,
    )
    outputs = list(client._generate_ws(SPEECH, context_id="c1"))
    assert [output["audio"] for output in outputs] == [b"12"] * 3
    assert client.generate(**SPEECH)["audio"] == b"34"
    assert heard == [{"context_id": "c1"}] * 3


def test_no_acknowledgement_without_interrupts(face: V0Face, make_peer: MakePeer) -> None:
    messages: list[Frame] = []

    def note(peer: Conversation, message: Frame) -> None:
        messages.append(message)
        tell(peer, {"context_id": message["context_id"], **chunk(b"12"), "done": True})

    client = face.client(make_peer(speaking(note, note)).base_url)
    for _ in range(2):
        client.generate(**SPEECH)
    body = {**SPEECH, "output_format": "fp32"}
    assert [message["data"] for message in messages] == [body, body]
    assert all(message.keys() == {"data", "context_id"} for message in messages)
    assert all(len(bytes.fromhex(message["context_id"])) == 16 for message in messages)


def test_the_next_generation_ends_the_one_before(face: V0Face, emulator: Emulator) -> None:
    """What was not closed does not hang, and does not look complete."""
    client = face.client(emulator, experimental_ws_handle_interrupts=True)
    first = client.generate(transcript=LONG, voice=None, stream=True)
    assert next(first)["audio"]
    assert client.generate(transcript=LONG, voice=None)["audio"]
    with pytest.raises(StreamTruncatedError, match="by the next one") as caught:
        list(first)
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.chunks == 1


def test_a_slow_listener_is_waited_for(
    face: V0Face, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock for a chunk begins when the one before it is acknowledged."""
    monkeypatch.setattr(v0, "DEFAULT_TIMEOUT", 1.5)

    def patient(peer: Conversation, message: Frame) -> None:
        named = {"context_id": message["context_id"]}
        for _ in range(3):
            tell(peer, named | chunk(b"12"))
            assert peer.message() == named
        tell(peer, named | DONE)

    client = face.client(
        make_peer(speaking(patient)).base_url, experimental_ws_handle_interrupts=True
    )
    pieces = client.generate(**SPEECH, stream=True)
    assert next(pieces)["audio"] == b"12"
    time.sleep(2.0)
    assert [output["audio"] for output in pieces] == [b"12"] * 2


def test_a_generator_may_end_in_a_thread_that_holds_the_lock(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does where the garbage collector finds it: the cancel goes out all the same."""
    cancels: list[Frame] = []
    heard = threading.Event()

    def listen(peer: Conversation, message: Frame) -> None:
        tell(peer, {"context_id": message["context_id"], **chunk(b"12")})
        cancels.append(peer.message())
        heard.set()

    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(speaking(listen)).base_url)
    with CartesiaTTS(api_key=KEY, experimental_ws_handle_interrupts=True) as client:
        pieces = client._generate_ws(SPEECH, context_id="c1")
        next(pieces)
        driver: Any = client._v0_client.driver
        with driver._lock:
            del pieces
            assert not heard.is_set()
        assert heard.wait(10)
    assert cancels == [{"context_id": "c1", "action": "cancel"}]


@pytest.mark.parametrize("websocket", [True, False])
def test_a_cancelled_wait_does_not_end_a_generation(
    make_emulator: MakeEmulator, monkeypatch: pytest.MonkeyPatch, websocket: bool
) -> None:
    """The next wait goes on, and nothing is lost: half a generation never looks whole."""
    emulator = make_emulator(realtime=2.0)
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    said: Any = {"transcript": "One two three.", "voice": None, "websocket": websocket}

    async def main() -> None:
        async with AsyncCartesiaTTS(api_key=emulator.api_key) as client:
            whole = (await client.generate(**said))["audio"]
            pieces: Any = await client.generate(**said, stream=True)
            audio, late = b"", 0
            while True:
                try:
                    audio += (await asyncio.wait_for(anext(pieces), 0.01))["audio"]
                except TimeoutError:
                    late += 1
                except StopAsyncIteration:
                    break
            assert late > 5
            assert audio == whole

    asyncio.run(main())


def test_a_generation_that_is_dropped_is_cancelled(face: V0Face, make_peer: MakePeer) -> None:
    """Without being closed, as by a loop that is left."""
    heard = threading.Event()

    def listen(peer: Conversation, message: Frame) -> None:
        tell(peer, {"context_id": message["context_id"], **chunk(b"12")})
        assert peer.message() == {"context_id": message["context_id"], "action": "cancel"}
        heard.set()

    base_url = make_peer(speaking(listen)).base_url
    client = face.client(base_url, experimental_ws_handle_interrupts=True)
    for _ in client._generate_ws(SPEECH, context_id="c1"):
        break
    assert heard.wait(10)


def test_closing_the_client_ends_generations(face: V0Face, emulator: Emulator) -> None:
    client = face.client(emulator, experimental_ws_handle_interrupts=True)
    pieces = client.generate(transcript=LONG, voice=None, stream=True)
    assert next(pieces)["audio"]
    client.close()
    with pytest.raises(APIError):
        list(pieces)
    assert client.generate(transcript=LONG, voice=None)["audio"]  # it opens again
