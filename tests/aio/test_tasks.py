"""What only the asyncio face has: tasks, their cancellation, and lazy streams."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import textwrap
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import (
    APITimeoutError,
    AsyncCartesia,
    AsyncSpeechStream,
    Cancelled,
    CartesiaError,
    Done,
    LocalStateError,
    ObservedStream,
    Observer,
    StreamTruncatedError,
    Timeouts,
)

from ..scenarios.faces import SHORT, VOICE
from ..scenarios.loops import NEW_LOOP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cartesia_emulator import Emulator

    from ..scenarios.conftest import MakeEmulator, MakePeer
    from ..scenarios.peer import Conversation

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
TEXT = "One two three four five six seven eight nine ten."
LONG = "This sentence is to be interrupted. " * 40
TRANSPORTS = ("websocket", "sse", "bytes")


@pytest.fixture(params=NEW_LOOP)
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """One loop after the other."""
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


def make(emulator: Emulator, **settings: Any) -> AsyncCartesia:
    return AsyncCartesia(
        emulator.api_key, base_url=emulator.base_url, **({"timeout": SHORT} | settings)
    )


def speak(client: AsyncCartesia, transport: str, text: str) -> AsyncSpeechStream:
    ways: dict[str, Callable[..., AsyncSpeechStream]] = {
        "websocket": client.tts.speak,
        "sse": client.tts.generate_sse,
        "bytes": client.tts.generate,
    }
    return ways[transport](text, voice=VOICE)


def others() -> set[asyncio.Task[Any]]:
    """Tasks besides the test's own and the one that the plugin runs it in."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return {task for task in tasks if "TestRunner" not in repr(task.get_coro())}


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No test leaves a task behind."""
    yield
    assert others() == set()


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_nothing_is_sent_before_the_stream_is_used(
    emulator: Emulator, transport: str
) -> None:
    """A stream that is made and dropped costs nothing; its first use sends the request."""
    async with make(emulator) as client:
        speak(client, transport, "Never.")
        await asyncio.sleep(0.05)
        assert emulator.requests == ()
        assert (await speak(client, transport, "Now.").collect()).data
        assert len(emulator.requests) == 1


@pytest.mark.parametrize("use", ["await", "async with", "iterate"])
async def test_ways_to_start_a_stream(emulator: Emulator, use: str) -> None:
    """`await`, `async with` and iteration all start it, once."""
    async with make(emulator) as client:
        stream = client.tts.speak("Hello.", voice=VOICE)
        assert stream.context_id is None
        if use == "await":
            assert await stream is stream
        elif use == "async with":
            await stream.__aenter__()
        else:
            await anext(stream)
        assert stream.context_id
        assert isinstance([event async for event in stream][-1], Done)
    assert len(emulator.requests[0].frames) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_cancelled_task_stops_its_speech(make_emulator: MakeEmulator, transport: str) -> None:
    """Cancelling the task that reads stops the speech there, and leaves no task and no slot."""
    emulator = make_emulator(realtime=1.0, concurrency=1)
    async with make(emulator, max_retries=0) as client:
        task = asyncio.create_task(speak(client, transport, LONG).collect())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert others() == set()
        for _ in range(50):  # the service's only slot is free again, soon
            with contextlib.suppress(CartesiaError):
                async with speak(client, transport, "Next.") as stream:
                    await anext(stream)
                    break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("the speech went on")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_cancelled_task_is_no_failure_to_observers(
    make_emulator: MakeEmulator, transport: str
) -> None:
    """They are told of one end, a cancelled one, and of no error."""
    ends: list[tuple[str | None, Exception | None]] = []
    heard = asyncio.Event()

    class Ends(Observer):
        def first_audio(self, stream: ObservedStream, seconds: float) -> None:
            heard.set()

        def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
            ends.append((stream.stats.outcome, error))

    async with make(make_emulator(realtime=1.0), observers=[Ends()]) as client:
        task = asyncio.create_task(speak(client, transport, LONG).collect())
        await heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ends == [("cancelled", None)]
    assert ends == [("cancelled", None)]


@pytest.mark.parametrize("what", ["events", "audio"])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_task_that_was_cancelled_keeps_no_stream(
    make_emulator: MakeEmulator, transport: str, what: str
) -> None:
    """The speech of a loop ends with its task, though the task and its error are kept."""
    emulator = make_emulator(realtime=1.0)
    begun = asyncio.Event()

    async def listen() -> None:
        stream = partial(speak, client, transport, LONG)
        async for _ in stream() if what == "events" else stream().audio():
            begun.set()

    async with make(emulator, max_concurrency=1, timeout=Timeouts(queue=5)) as client:
        task = asyncio.create_task(listen())
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])
        async with speak(client, transport, "Next.") as stream:
            await anext(stream)
        assert task.cancelled()


# --- a read that is cancelled


async def patiently(pieces: AsyncIterator[Any], seconds: float) -> tuple[list[Any], int]:
    """All pieces, asked for again and again, and how often the wait was cancelled."""
    found: list[Any] = []
    late = 0
    while True:
        try:
            found.append(await asyncio.wait_for(anext(pieces), seconds))
        except TimeoutError:
            late += 1
        except StopAsyncIteration:
            return found, late


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_cancelled_read_of_blocks_loses_nothing(
    make_emulator: MakeEmulator, transport: str
) -> None:
    """Also while the resampler holds audio."""
    emulator = make_emulator(latency=0.1, realtime=16.0)
    async with make(emulator) as client:
        whole = await client.tts.speak(TEXT, voice=VOICE).collect()
        stream = speak(client, transport, TEXT)
        found, late = await patiently(stream.audio(frame_ms=20, sample_rate=16000), 0.01)
        assert late > 5
        assert found == list(whole.blocks(frame_ms=20, sample_rate=16000))


@pytest.mark.parametrize("client_of", ["ours", "theirs"])
@pytest.mark.parametrize("what", ["events", "audio"])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_cancelled_read_loses_nothing(
    make_emulator: MakeEmulator, transport: str, what: str, client_of: str
) -> None:
    """Not before the first audio, while the request is sent, and not in the middle of it."""
    emulator = make_emulator(latency=0.2, realtime=8.0)
    async with AsyncExitStack() as stack:
        http_client = None
        if client_of == "theirs":
            http_client = await stack.enter_async_context(httpx.AsyncClient())
        client = await stack.enter_async_context(make(emulator, http_client=http_client))
        whole = await client.tts.speak(TEXT, voice=VOICE).collect()
        stream = speak(client, transport, TEXT)
        found, late = await patiently(stream if what == "events" else stream.audio(), 0.01)
        assert late > 5
        if what == "events":
            assert type(found[-1]) is Done
            found = [event.data for event in found[:-1]]
        assert b"".join(found) == whole.data
        assert sum(request.path != "/tts/websocket" for request in emulator.requests) == (
            transport != "websocket"
        )


async def test_cancelled_read_of_a_context_loses_nothing(make_emulator: MakeEmulator) -> None:
    """Nor does one that is left, where `receive` is called again."""
    async with make(make_emulator(latency=0.2, realtime=8.0)) as client:
        whole = await client.tts.speak(TEXT, voice=VOICE).collect()
        connection = await client.tts.websocket_connect()
        context = connection.context(voice=VOICE)
        await context.push(TEXT)
        await context.no_more_inputs()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(context.receive()), 0.01)
        found, late = await patiently(context.receive().audio(), 0.01)
        assert late > 5
        assert b"".join(found) == whole.data
        driver: Any = connection._driver
        assert driver._session.contexts == {}


async def test_cancelled_read_does_not_disturb_a_recovery(make_emulator: MakeEmulator) -> None:
    """The speech begins again on another socket however impatiently it is read."""
    emulator = make_emulator(latency=0.05)
    async with make(emulator) as client:
        whole = await client.tts.speak(TEXT, voice=VOICE).collect()
        emulator.inject("drop", after=0)
        stream = client.tts.speak(TEXT, voice=VOICE)
        found, late = await patiently(stream.audio(), 0.001)
        assert late > 5
        assert b"".join(found) == whole.data
        assert stream.stats.restarts == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_cancelled_collect_is_no_quiet_end(
    make_emulator: MakeEmulator, transport: str
) -> None:
    """What it had is lost, so that every further read raises; the speech is cancelled."""
    async with make(make_emulator(realtime=1.0), max_concurrency=1) as client:
        stream = speak(client, transport, LONG)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.collect(), 0.3)
        for _ in range(2):
            with pytest.raises(StreamTruncatedError):
                await anext(stream)
        with pytest.raises(StreamTruncatedError):
            await stream.collect()
        async with speak(client, transport, "Next.") as following:
            await anext(following)


async def test_waits_that_were_cancelled_do_not_pile_up(make_emulator: MakeEmulator) -> None:
    """A reader that looks in now and then leaves nothing on the context."""
    async with make(make_emulator(latency=1.0)) as client:
        stream = await client.tts.speak(TEXT, voice=VOICE)
        for _ in range(20):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.001)
        source: Any = stream._source
        assert source._reader.waiters == []
        await stream.aclose()


# --- a stream that is dropped


async def test_stream_dropped_while_it_is_being_started(make_emulator: MakeEmulator) -> None:
    """One whose first read was cancelled while it waited for a slot leaves the queue."""
    async with make(make_emulator(realtime=1.0), max_concurrency=1) as client:
        async with client.tts.speak(LONG, voice=VOICE) as first:
            await anext(first)
            gate: Any = client._connections.pool.gate
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(client.tts.speak("Late.", voice=VOICE)), 0.05)
            await asyncio.sleep(0.05)
            assert gate._gate.waiting == 0
        assert (await client.tts.speak("Next.", voice=VOICE).collect()).data


async def test_closing_a_stream_that_waits_for_a_slot(make_emulator: MakeEmulator) -> None:
    """Its place in the queue is given up, and whoever reads it gets a `Cancelled`."""
    async with make(make_emulator(realtime=1.0), max_concurrency=1) as client:
        first = await client.tts.speak(LONG, voice=VOICE)
        gate: Any = client._connections.pool.gate
        second = client.tts.speak("Later.", voice=VOICE)
        reader = asyncio.create_task(_types(second))
        while not gate._gate.waiting:
            await asyncio.sleep(0.01)
        await second.aclose()
        assert await reader == [Cancelled]
        assert gate._gate.waiting == 0
        await first.aclose()


async def test_stream_dropped_in_another_thread(make_emulator: MakeEmulator) -> None:
    """As the garbage collector may do: it is closed in the loop that it belongs to."""
    async with make(make_emulator(realtime=1.0), max_concurrency=1) as client:
        for transport in TRANSPORTS:
            streams = [speak(client, transport, LONG)]
            await anext(streams[0])
            await asyncio.to_thread(streams.clear)
            async with speak(client, transport, "Next.") as stream:
                await anext(stream)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # the program has a loop of its own
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_stream_dropped_after_its_loop_was_closed(emulator: Emulator, transport: str) -> None:
    """It says nothing of its own: the loop took the connection with it."""
    program = f"""
        import asyncio, gc, warnings
        from cartesia_stream import AsyncCartesia
        warnings.simplefilter("ignore", ResourceWarning)  # of asyncio, for the client left open
        async def main():
            client = AsyncCartesia({emulator.api_key!r}, base_url={emulator.base_url!r})
            say = dict(websocket=client.tts.speak, sse=client.tts.generate_sse,
                       bytes=client.tts.generate)[{transport!r}]
            for keep in range(2):
                stream = say("Some text to speak. " * 50, voice={VOICE!r})
                await anext(stream)
            return stream
        stream = asyncio.run(main())
        kept = [asyncio.run(main())]
        del stream
        gc.collect()
        print("end of program")
    """
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("end of program\n", "", 0)


async def test_cancelled_task_leaves_its_neighbours(make_emulator: MakeEmulator) -> None:
    """The socket and its other contexts do not notice."""
    emulator = make_emulator(realtime=4.0)
    async with make(emulator) as client:
        neighbour = asyncio.create_task(client.tts.speak("I go on.", voice=VOICE).collect())
        task = asyncio.create_task(client.tts.speak(LONG, voice=VOICE).collect())
        await asyncio.sleep(0.1)
        task.cancel()
        alone = await client.tts.generate("I go on.", voice=VOICE).collect()
        assert (await neighbour).data == alone.data
        assert sum(request.path == "/tts/websocket" for request in emulator.requests) == 1


async def test_outer_timeout_is_a_timeout(make_emulator: MakeEmulator) -> None:
    """`asyncio.timeout` around a stream works as everywhere: TimeoutError, and all is released."""
    async with make(make_emulator(realtime=1.0)) as client:

        async def tokens() -> AsyncIterator[str]:
            while True:
                yield "word "
                await asyncio.sleep(0.01)

        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.3):
                await client.tts.speak(tokens(), voice=VOICE, max_buffer_delay_ms=0).collect()
        assert not isinstance(caught.value, APITimeoutError)
        assert others() == set()


async def test_closing_cannot_swallow_a_cancellation(emulator: Emulator) -> None:
    """A task cancelled while it closes a stream of tokens is cancelled, not finished."""
    async with make(emulator) as client:

        async def stubborn() -> AsyncIterator[str]:
            try:
                yield "word "
                await asyncio.sleep(5)
            finally:
                await asyncio.sleep(0.2)

        async def close_early() -> str:
            stream = await client.tts.speak(stubborn(), voice=VOICE)
            await asyncio.sleep(0.05)
            await stream.aclose()
            return "not cancelled"

        task = asyncio.create_task(close_early())
        await asyncio.sleep(0.15)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.3)


async def test_tokens_do_not_block_the_loop(emulator: Emulator) -> None:
    """Text that never waits, sync or async, leaves turns of the loop to others."""
    async with make(emulator) as client:

        async def tokens() -> AsyncIterator[str]:
            while True:
                yield "word "

        turns = 0
        async with client.tts.speak(tokens(), voice=VOICE, max_buffer_delay_ms=0) as stream:
            async with asyncio.timeout(2):
                while turns < 50:
                    await asyncio.sleep(0)
                    turns += 1
            with contextlib.suppress(CartesiaError):
                await anext(stream)


async def test_text_iterator_is_closed_when_the_stream_is_left(emulator: Emulator) -> None:
    """Leaving the stream ends the text: its `finally` runs before the block is over."""
    ended = asyncio.Event()
    async with make(emulator) as client:

        async def tokens() -> AsyncIterator[str]:
            try:
                while True:
                    yield "Some words. "
                    await asyncio.sleep(0.01)
            finally:
                ended.set()

        async with client.tts.speak(tokens(), voice=VOICE, max_buffer_delay_ms=0) as stream:
            await anext(stream)
        assert ended.is_set()


async def test_stream_closed_while_it_is_being_started(make_peer: MakePeer) -> None:
    """Closing a stream whose socket is still being opened ends that, and nothing is spoken."""
    left = asyncio.Event()
    loop = asyncio.get_running_loop()

    def late(peer: Conversation) -> None:
        peer.read_request()
        with contextlib.suppress(ConnectionError):
            peer.frame()
        loop.call_soon_threadsafe(left.set)

    peer = make_peer(late)
    async with AsyncCartesia("key", base_url=peer.base_url, timeout=SHORT) as client:
        stream = client.tts.speak("Hello.", voice=VOICE)
        reader = asyncio.create_task(_types(stream))
        await asyncio.sleep(0.1)
        await stream.aclose()
        assert await reader == [Cancelled]
        await asyncio.wait_for(left.wait(), 5)


async def _types(stream: AsyncSpeechStream) -> list[type]:
    return [type(event) async for event in stream]


async def test_cancelled_close_frees_the_socket(make_peer: MakePeer) -> None:
    """A task that is cancelled while it closes a hanging connection drops it at once."""

    def hang(peer: Conversation) -> None:
        peer.accept()
        peer.hold()

    client = AsyncCartesia("key", base_url=make_peer(hang).base_url, timeout=Timeouts(close=30))
    connection = await client.tts.websocket_connect()
    before = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await connection.aclose()
    await connection.aclose()
    assert time.monotonic() - before < 10
    await client.aclose()


async def test_tasks_share_the_first_connection(emulator: Emulator) -> None:
    """Tasks that speak for the first time share sockets, sixteen to one, and hear their own."""
    async with make(emulator) as client:
        texts = [f"This is number {n}." for n in range(32)]
        audio = await asyncio.gather(
            *(client.tts.speak(text, voice=VOICE).collect() for text in texts)
        )
        assert [request.path for request in emulator.requests] == ["/tts/websocket"] * 2
        for text, spoken in zip(texts[::8], audio[::8], strict=True):
            assert spoken.data == (await client.tts.generate(text, voice=VOICE).collect()).data


async def test_connection_can_be_awaited_or_entered(emulator: Emulator) -> None:
    """`websocket_connect` serves as ``await`` and as ``async with``, which closes it."""
    async with make(emulator) as client:
        async with client.tts.websocket_connect() as entered:
            assert not entered.closed
        assert entered.closed
        awaited = await client.tts.websocket_connect()
        assert (await awaited.speak("Hello.", voice=VOICE).collect()).data
        await awaited.aclose()
        assert awaited.closed


async def test_client_closed_in_the_middle_of_a_block(emulator: Emulator) -> None:
    """A stream that is started after `aclose` is refused when it is first used."""
    client = make(emulator)
    stream = client.tts.speak("Hello.", voice=VOICE)
    await client.aclose()
    with pytest.raises(LocalStateError):
        await stream
