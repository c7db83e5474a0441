"""What only tasks can do to a listener: be cancelled, and go on while a source blocks."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cartesia_stream import (
    AsyncCartesia,
    Cancelled,
    ConfigurationError,
    Done,
    FinalTranscript,
    ListenFormat,
    LocalStateError,
    TranscriptTruncatedError,
    TurnEnded,
)

from ..http.compressed import KINDS, encode
from ..scenarios.faces import own_threads
from ..scenarios.loops import NEW_LOOP
from ..scenarios.peer import PING, Peer
from ..scenarios.recordings import FORMAT, PAUSE, said, turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from cartesia_emulator import Emulator

    from ..scenarios.peer import Conversation

pytestmark = pytest.mark.anyio

RAW: dict[str, Any] = {"format": FORMAT, "pace": None}
TEXTS = ("Hello you.", "So it is.")
RECORDING = turns(*TEXTS)


@pytest.fixture(params=NEW_LOOP)
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """One loop after the other."""
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


@pytest.fixture
async def client(emulator: Emulator) -> AsyncIterator[AsyncCartesia]:
    async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
        yield client


async def soon(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def goes_on() -> None:
    """Fail if the event loop stands still."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert loop.time() - began < 1


class Pipe:
    """A pipe that delivers only what it is given, and does not end."""

    def __init__(self, buffering: int = -1) -> None:
        reading, self._writing = os.pipe()
        self.file = os.fdopen(reading, "rb", buffering=buffering)

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._writing, data[:4096]) :]

    def close(self) -> None:
        os.close(self._writing)
        self.file.close()


@pytest.fixture(params=[-1, 0], ids=["buffered", "raw"])
def pipe(request: pytest.FixtureRequest) -> Iterator[Pipe]:
    pipe = Pipe(request.param)
    yield pipe
    pipe.close()


# --- sources that block


@pytest.mark.parametrize("given", [b"", b"RIFF", RECORDING[:100]], ids=["none", "head", "audio"])
@pytest.mark.parametrize("fmt", [None, FORMAT], ids=["wav", "format"])
async def test_a_pipe_that_delivers_nothing_blocks_nobody(
    client: AsyncCartesia, pipe: Pipe, given: bytes, fmt: ListenFormat | None
) -> None:
    """Neither the event loop, nor the end of the listener; and its thread ends."""
    pipe.write(given)
    listening = client.stt.listen(pipe.file, format=fmt, pace=None)
    reading = asyncio.create_task(anext(listening))
    await goes_on()
    await asyncio.wait_for(listening.aclose(), 2)
    with suppress(StopAsyncIteration, ConfigurationError):
        event = await reading
        assert not isinstance(event, Done)
    assert not pipe.file.closed  # it is the user's
    await soon(lambda: not own_threads())


async def test_audio_of_a_pipe_is_heard_as_it_arrives(client: AsyncCartesia, pipe: Pipe) -> None:
    writing = threading.Thread(target=pipe.write, args=(RECORDING,))
    writing.start()
    async with client.stt.listen(pipe.file, **RAW) as listening:
        texts = []
        async for turn in listening.turns():
            texts.append(turn.text.strip())
            if len(texts) == 2:
                break
    writing.join()
    assert tuple(texts) == TEXTS
    await soon(lambda: not own_threads())


async def test_a_named_pipe_is_opened_when_somebody_writes(
    client: AsyncCartesia, tmp_path: Path
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    listening = client.stt.dictate(path, **RAW)
    collecting = asyncio.create_task(listening.collect())
    await goes_on()
    await asyncio.to_thread(path.write_bytes, said("Hello you."))
    assert (await asyncio.wait_for(collecting, 10)).text == "Hello you."
    await soon(lambda: not own_threads())


async def test_a_named_pipe_that_nobody_writes_to(client: AsyncCartesia, tmp_path: Path) -> None:
    """Its thread waits on, but the listener ends; when it is opened after all, it is closed."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.stt.listen(path, **RAW).collect(), 0.1)
    os.close(os.open(path, os.O_WRONLY))
    await soon(lambda: not own_threads())


async def test_a_plain_iterable_is_read_in_a_thread(client: AsyncCartesia) -> None:
    """It may block; it is closed in the thread, once it goes on."""
    release, threads = threading.Event(), []

    def source() -> Iterator[bytes]:
        try:
            yield RECORDING
            release.wait(10)
            yield b""
        finally:
            threads.append(threading.current_thread())

    listening = client.stt.listen(source(), **RAW)
    assert (await anext(listening.turns())).text == TEXTS[0]
    await goes_on()
    await asyncio.wait_for(listening.aclose(), 2)
    assert threads == []
    release.set()
    await soon(lambda: len(threads) == 1 and not own_threads())
    assert threads[0] is not threading.main_thread()


async def test_what_a_plain_iterable_raises_is_raised(client: AsyncCartesia) -> None:
    def source() -> Iterator[bytes]:
        yield RECORDING[:3200]
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        await client.stt.listen(source(), **RAW).collect()
    await soon(lambda: not own_threads())


async def test_a_file_is_closed_however_it_ends(client: AsyncCartesia, tmp_path: Path) -> None:
    """A file that is not would be a ResourceWarning, which is an error here."""
    path = tmp_path / "long.raw"
    path.write_bytes(RECORDING * 20)
    listening = client.stt.listen(path, format=FORMAT)
    await anext(aiter(listening))
    await listening.aclose()
    await soon(lambda: not own_threads())
    await client.stt.listen(path, format=FORMAT).aclose()
    del listening
    gc.collect()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_compressed_file_is_closed_and_blocks_no_loop(
    client: AsyncCartesia, tmp_path: Path, kind: str
) -> None:
    """A thread decodes it, as long as it is wanted."""
    path = tmp_path / "long"
    path.write_bytes(encode(kind, np.frombuffer(RECORDING * 20, "<i2"), 16000))
    listening = client.stt.listen(path)
    await anext(aiter(listening))
    assert any(thread.name == "cartesia-source" for thread in own_threads())
    await goes_on()
    await listening.aclose()
    await soon(lambda: not own_threads())
    await client.stt.listen(path).aclose()
    del listening
    gc.collect()


# --- cancelling


async def test_the_callback_of_a_device_hands_its_blocks_over(client: AsyncCartesia) -> None:
    """It runs in a thread, where nothing of asyncio is safe: the error says how to do it."""
    loop = asyncio.get_running_loop()
    async with client.stt.listen(**RAW) as listening:
        told = []

        def callback() -> None:
            for call in (lambda: listening.push_nowait(RECORDING), listening.mute):
                try:
                    call()
                except LocalStateError as error:
                    told.append(str(error))
            loop.call_soon_threadsafe(listening.push_nowait, RECORDING)

        await asyncio.to_thread(callback)
        assert ["call_soon_threadsafe" in text for text in told] == [True, True]
        assert (await listening.collect()).text == "".join(f" {text}" for text in TEXTS).strip()


async def test_a_cancelled_read_loses_nothing(client: AsyncCartesia) -> None:
    """Of turns: `wait_for` gives up again and again while the audio is still to come."""
    async with client.stt.listen(**RAW) as listening:

        async def speak() -> None:
            for at in range(0, len(RECORDING), 1600):
                await listening.push(RECORDING[at : at + 1600])
                await asyncio.sleep(0.002)
            await listening.finish()

        speaking = asyncio.create_task(speak())
        events: list[Any] = []
        cancelled = 0
        async with asyncio.timeout(30):
            while not (events and isinstance(events[-1], Done)):
                try:
                    events.append(await asyncio.wait_for(anext(listening), 0.001))
                except TimeoutError:
                    cancelled += 1
        await speaking
    assert cancelled > 3
    assert "".join(e.text for e in events if isinstance(e, TurnEnded)) == " ".join(TEXTS)


async def test_a_cancelled_connect_goes_on(client: AsyncCartesia, emulator: Emulator) -> None:
    listening = client.stt.listen(RECORDING, **RAW)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(listening), 0)
    assert (await listening.collect()).text == " ".join(TEXTS)


async def test_breaking_off_frees_the_slot_and_the_socket(emulator: Emulator) -> None:
    """Of a listener that nobody keeps: the next one gets its slot."""
    async with AsyncCartesia(
        emulator.api_key, base_url=emulator.base_url, max_listeners=1
    ) as client:
        for _ in range(3):
            async with asyncio.timeout(5):
                async for _ in client.stt.listen(RECORDING, **RAW):
                    break
            gc.collect()
        assert (await client.stt.dictate(said("No."), **RAW).collect()).text == "No."


async def test_leaving_a_loop_keeps_a_listener_that_somebody_keeps(client: AsyncCartesia) -> None:
    listening = client.stt.listen(RECORDING, **RAW)
    async for _ in listening:
        break
    rest: list[Any] = [event async for event in listening]
    assert isinstance(rest[-1], Done)
    assert not any(isinstance(event, Cancelled) for event in rest)
    assert listening.text == " ".join(TEXTS)


async def test_the_text_of_a_cancelled_finalize_is_in_the_next_one(client: AsyncCartesia) -> None:
    async with client.stt.dictate(**RAW) as dictation:
        await dictation.push(said("Hello you.") + PAUSE)
        got: list[str] = []
        for waits in (0, 1):  # before its answer came, and while that is on its way to the task
            waiting = asyncio.create_task(dictation.finalize())
            await (anext(dictation) if waits else asyncio.sleep(0))
            if waiting.cancel():
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            else:  # the task was faster
                got.append(waiting.result().text)
        await dictation.push(said("So it is.") + PAUSE)
        final = await dictation.finalize()
        assert isinstance(final, FinalTranscript)
        assert " ".join([*got, final.text.strip()]) == "Hello you. So it is."
        assert (await dictation.finalize()).text == ""
        assert dictation.text.strip() == "Hello you. So it is."


async def test_a_cancelled_read_of_turns_loses_nothing(client: AsyncCartesia) -> None:
    """The iterator goes on; a generator would have ended, as if there were no more turns."""
    async with client.stt.listen(**RAW) as listening:
        turns_of = listening.turns()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(turns_of), 0.01)
        await listening.push(RECORDING)
        finishing = asyncio.create_task(listening.finish())
        texts: list[str] = []
        async with asyncio.timeout(30):
            while len(texts) < 2:
                with suppress(TimeoutError):
                    texts.append((await asyncio.wait_for(anext(turns_of), 0.001)).text.strip())
        await finishing
        assert tuple(texts) == TEXTS
        with pytest.raises(StopAsyncIteration):
            await anext(turns_of)


async def test_closing_the_iterator_of_turns_keeps_the_listener(client: AsyncCartesia) -> None:
    listening = client.stt.listen(RECORDING, **RAW)
    async with aclosing(listening.turns()) as turns_of:
        assert (await anext(turns_of)).text == TEXTS[0]
    assert [turn async for turn in turns_of] == []
    assert [turn.text.strip() async for turn in listening.turns()] == [TEXTS[1]]


async def test_a_listener_that_was_closed_before_its_use_opens_nothing(
    client: AsyncCartesia, emulator: Emulator
) -> None:
    emulator.clear_requests()
    listening = client.stt.listen(RECORDING, **RAW)
    dictation = client.stt.dictate(**RAW)
    for closed in (listening, dictation):
        await closed.aclose()
        assert [type(event) async for event in closed] == [Cancelled]
        async with closed:
            await closed.finish()
        with pytest.raises(LocalStateError):
            await closed.collect()
    for call in (dictation.push(b"ab"), dictation.finalize()):
        with pytest.raises(LocalStateError):
            await call
    assert not emulator.requests


async def test_pings_of_a_service_that_is_gone_fill_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Their answers cannot be written any more, and asyncio would complain of each one."""

    def flood(conversation: Conversation) -> None:
        conversation.accept()
        for _ in range(5000):
            conversation.send_frame(PING, bytes(100))
        conversation.reset()

    with Peer(flood) as peer:
        async with AsyncCartesia("sk_test_key", base_url=peer.base_url, max_retries=0) as client:
            for _ in range(4):
                with pytest.raises(TranscriptTruncatedError):
                    await client.stt.listen(PAUSE, **RAW).collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_cancelling_every_task_of_a_program_ends_its_listeners(
    client: AsyncCartesia,
) -> None:
    """Nobody waits in vain for what a cancelled task of the client would have sent."""
    listening = await client.stt.listen(**RAW)
    reading = asyncio.create_task(anext(listening))
    await asyncio.sleep(0)
    for task in asyncio.all_tasks():
        if task.get_name() == "cartesia-listen":
            task.cancel()
    with pytest.raises(LocalStateError, match="CancelledError"):
        await asyncio.wait_for(reading, 5)
    with pytest.raises(LocalStateError):
        await listening.push(PAUSE)
    assert listening.stats.outcome == "failed"
