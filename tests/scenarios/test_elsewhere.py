"""What was opened in another process or event loop: a typed error at once, and it stays intact."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cartesia_api.api.tts import AsyncTts, Tts
from cartesia_api.models.raw_output import RawOutput

from cartesia_stream import (
    PCM_16K,
    AsyncCartesia,
    AsyncTransport,
    Cartesia,
    LocalStateError,
    Timeouts,
    Transport,
)
from cartesia_stream.v0 import AsyncCartesiaTTS, CartesiaTTS

from .faces import VOICE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from cartesia_emulator import Emulator
    from cartesia_stream import AsyncDictation

    from .loops import Run

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*the v0 API:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

LONG = "This sentence goes on and on while its process forks. " * 10
FORMAT = RawOutput(encoding="pcm_s16le", sample_rate=44100)
EMBEDDING = [0.1] * 192


def in_child(action: Callable[[], object]) -> Any:
    """Run an action in a forked child, and return its result, or the exception that it raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            try:
                result = action()
            except BaseException as error:
                result = error
            gc.collect()  # of the copies that the action has dropped
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(result))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(data)


def raised(action: Callable[[], object]) -> str:
    """Return the name of the exception that an action raises."""
    try:
        action()
    except BaseException as error:
        return type(error).__name__
    return ""


async def raised_by(action: Callable[[], Awaitable[object] | object]) -> str:
    """Return the name of the exception that an action raises, at once or when it is awaited."""
    try:
        result = action()
        if hasattr(result, "__await__"):
            async with asyncio.timeout(30):
                await result
    except BaseException as error:
        return type(error).__name__
    return ""


@pytest.fixture
def settings(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    monkeypatch.setenv("CARTESIA_API_KEY", emulator.api_key)
    yield {"timeout": Timeouts(first_audio=60, idle=60, input=120)}  # the machine may be busy
    gc.collect()  # what a loop or process left is collected here, and not in a later test


# --- after a fork


@forks
def test_a_child_does_not_touch_what_its_parent_opened(settings: dict[str, Any]) -> None:
    """Connections, contexts, streams, downloads, and those of v0."""
    with Cartesia(**settings) as client, CartesiaTTS() as old:
        connection = client.tts.websocket_connect()
        context = connection.context(voice=VOICE)
        context.push(LONG)
        received = context.receive()
        speech = client.tts.speak(LONG, voice=VOICE)
        sse = client.tts.generate_sse(LONG, voice=VOICE)
        whole = client.tts.generate(LONG, voice=VOICE)
        generations = [
            old.generate(transcript=LONG, voice=EMBEDDING, stream=True, websocket=websocket)
            for websocket in (True, False)
        ]
        streams: list[Any] = [received, speech, sse, whole, *generations]
        for stream in streams:
            next(iter(stream))
        with Tts(client._connections).generate(
            model_id="sonic-3", transcript=LONG, voice=VOICE, output_format=FORMAT
        ) as download:
            pieces = iter(download)
            next(pieces)
            actions: dict[str, Callable[[], object]] = {
                "connection.speak": lambda: connection.speak("Two.", voice=VOICE),
                "connection.context": lambda: connection.context(voice=VOICE),
                "connection.close": connection.close,
                "with connection": connection.__enter__,
                "push": lambda: context.push("Two."),
                "flush": context.flush,
                "no_more_inputs": context.no_more_inputs,
                "cancel": context.cancel,
                "receive": context.receive,
                "with context": context.__enter__,
                "with stream": sse.__enter__,
                "collect": whole.collect,
                "save": lambda: sse.save("never.wav"),
                "audio": lambda: next(iter(speech.audio())),
                "next piece": lambda: next(pieces),
                "read": download.read,
            }
            for number, stream in enumerate(streams):
                actions[f"next {number}"] = lambda stream=stream: next(iter(stream))  # type: ignore[misc]
                actions[f"close {number}"] = stream.close

            def child() -> object:
                results = {name: raised(action) for name, action in actions.items()}
                # Leaving blocks, and dropping and closing the rest, does nothing.
                for left in (connection, context, sse):
                    left.__exit__(None, None, None)
                assert connection.closed
                own = client.tts.speak("Mine.", voice=VOICE).collect().duration
                own_of_old = old.generate(transcript="Mine.", voice=EMBEDDING)["audio"]
                client.close()
                old.close()
                return results, own > 0, len(own_of_old) > 0

            results, own, own_of_old = in_child(child)
            assert results == dict.fromkeys(actions, "LocalStateError")
            assert own
            assert own_of_old
            assert len(download.read()) > 250_000
        context.no_more_inputs()
        for stream in (received, speech, sse, whole):
            assert stream.collect().duration > 15
        for generation in generations:
            assert len(list(generation)) > 10
        assert connection.speak("Three.", voice=VOICE).collect().duration
        assert client.voices.list(limit=1).data


@forks
def test_a_child_does_not_touch_a_listener_of_its_parent(settings: dict[str, Any]) -> None:
    """The child gets an error, and can listen itself; the parent hears all it has pushed."""
    with Cartesia(**settings) as client:
        speech = client.tts.speak("Hello there.", voice=VOICE, output_format=PCM_16K).collect()
        listener = client.stt.dictate(format=PCM_16K, pace=None)
        listener.push(speech.data[:8000])
        actions: dict[str, Callable[[], object]] = {
            "push": lambda: listener.push(speech.data[8000:]),
            "push_nowait": lambda: listener.push_nowait(speech.data[8000:]),
            "mute": listener.mute,
            "unmute": listener.unmute,
            "finalize": listener.finalize,
            "finish": listener.finish,
            "next": lambda: next(listener),
            "collect": listener.collect,
            "close": listener.close,
        }

        def child() -> object:
            results = {name: raised(action) for name, action in actions.items()}
            listener.__exit__(None, None, None)
            with client.stt.dictate(format=PCM_16K, pace=None) as own:
                own.push(speech.data)
                return results, own.finalize().text

        results, own = in_child(child)
        assert results == dict.fromkeys(actions, "LocalStateError")
        assert own.strip() == "Hello there."
        listener.push(speech.data[8000:])
        assert listener.finalize().text == own
        listener.close()


@forks
@pytest.mark.parametrize("own_transport", [True, False])
def test_a_child_cannot_use_the_http_client_of_its_parent(
    settings: dict[str, Any], own_transport: bool
) -> None:
    """Both processes would use its idle connections, and read each other's answers."""
    transport = Transport() if own_transport else httpx.HTTPTransport()
    with httpx.Client(transport=transport) as http_client:
        fresh = Cartesia(**settings, http_client=http_client)
        assert (
            in_child(lambda: len(fresh.voices.list(limit=1).data)) == 1
        )  # used for the first time
        assert fresh.voices.list(limit=1).data
        error = in_child(lambda: fresh.voices.list(limit=1))
        assert isinstance(error, LocalStateError)
        assert "http_client" in str(error)
        assert fresh.voices.list(limit=1).data


@forks
def test_an_async_child_does_not_touch_what_its_parent_opened(
    settings: dict[str, Any], run: Run
) -> None:
    """Not even in the loop object that it inherited from its parent."""

    async def parent() -> None:
        async with AsyncCartesia(**settings) as client, AsyncCartesiaTTS() as old:
            handles = await opened(client, old)

            def child() -> object:
                return run(attempt(handles)), run(own(client, old))

            results, spoke = in_child(child)
            assert set(results.values()) == {"LocalStateError"}, results
            assert spoke
            await handles.finish()

    run(parent())


@forks
def test_an_inherited_loop_makes_no_difference(settings: dict[str, Any]) -> None:
    """A child that goes on in the loop object of its parent owns none of its connections."""
    with asyncio.Runner() as runner:
        client, old = AsyncCartesia(**settings), AsyncCartesiaTTS()
        handles = runner.run(opened(client, old))
        results = in_child(lambda: runner.run(attempt(handles)))
        assert set(results.values()) == {"LocalStateError"}, results

        async def close() -> None:
            await client.aclose()
            await old.close()

        runner.run(close())


# --- in a second event loop


class Handles:
    """What one event loop has opened."""

    connection: Any
    context: Any
    streams: list[Any]
    download: Any
    leave_download: Callable[[], Awaitable[object]]

    async def finish(self) -> None:
        """Use all of it to its end."""
        await self.context.no_more_inputs()
        for stream in self.streams[:4]:
            assert (await stream.collect()).duration > 15
        for generation in self.streams[4:]:
            assert len([piece async for piece in generation]) > 10
        assert len(await self.download.read()) > 250_000
        await self.leave_download()
        assert (await self.connection.speak("Three.", voice=VOICE).collect()).duration


async def opened(client: AsyncCartesia, old: AsyncCartesiaTTS) -> Handles:
    """Open one of each, and read a first piece."""
    handles = Handles()
    handles.connection = await client.tts.websocket_connect()
    handles.context = handles.connection.context(voice=VOICE)
    await handles.context.push(LONG)
    handles.streams = [
        handles.context.receive(),
        client.tts.speak(LONG, voice=VOICE),
        client.tts.generate_sse(LONG, voice=VOICE),
        client.tts.generate(LONG, voice=VOICE),
        await old.generate(transcript=LONG, voice=EMBEDDING, stream=True, websocket=True),
        await old.generate(transcript=LONG, voice=EMBEDDING, stream=True, websocket=False),
    ]
    for stream in handles.streams:
        await anext(stream)
    block = AsyncTts(client._connections).generate(
        model_id="sonic-3", transcript=LONG, voice=VOICE, output_format=FORMAT
    )
    handles.download = await block.__aenter__()
    handles.leave_download = lambda: block.__aexit__(None, None, None)
    await anext(aiter(handles.download))
    return handles


async def attempt(handles: Handles) -> dict[str, str]:
    """Use what another place has opened, in every way; return the names of the errors."""
    connection, context = handles.connection, handles.context
    actions: dict[str, Callable[[], Awaitable[object] | object]] = {
        "connection.speak": lambda: connection.speak("Two.", voice=VOICE),
        "connection.context": lambda: connection.context(voice=VOICE),
        "connection.aclose": connection.aclose,
        "with connection": connection.__aenter__,
        "push": lambda: context.push("Two."),
        "flush": context.flush,
        "no_more_inputs": context.no_more_inputs,
        "cancel": context.cancel,
        "receive": context.receive,
        "with context": context.__aenter__,
        "read": handles.download.read,
        "next piece": lambda: anext(aiter(handles.download)),
    }
    for number, stream in enumerate(handles.streams):
        actions[f"next {number}"] = lambda stream=stream: anext(stream)  # type: ignore[misc]
        actions[f"aclose {number}"] = stream.aclose
    for number, stream in enumerate(handles.streams[:4]):
        actions[f"collect {number}"] = stream.collect
        actions[f"with stream {number}"] = stream.__aenter__
    results = {name: await raised_by(action) for name, action in actions.items()}
    for left in (connection, context, *handles.streams[:4]):
        await left.__aexit__(None, None, None)
    assert connection.closed
    return results


async def own(client: AsyncCartesia, old: AsyncCartesiaTTS) -> bool:
    """Speak with the same clients in this place."""
    spoken = await client.tts.speak("Mine.", voice=VOICE).collect()
    of_old = await old.generate(transcript="Mine.", voice=EMBEDDING)
    await client.aclose()
    await old.close()
    return spoken.duration > 0 and len(of_old["audio"]) > 0


def test_what_a_closed_loop_has_opened(settings: dict[str, Any], run: Run) -> None:
    """Errors of ours in place of "Event loop is closed"; the clients themselves go on."""
    client, old = AsyncCartesia(**settings), AsyncCartesiaTTS()
    handles = run(opened(client, old))
    results = run(attempt(handles))
    assert set(results.values()) == {"LocalStateError"}, results
    assert run(own(client, old))


def test_a_listener_that_a_closed_loop_has_opened(settings: dict[str, Any], run: Run) -> None:
    """Its connection is gone with the loop, and the error says where it belongs."""

    async def first() -> AsyncDictation:
        listener = client.stt.dictate(format=PCM_16K)
        await listener.push(bytes(3200))
        return listener

    async def second() -> list[str]:
        actions = (lambda: listener.push(b"12"), listener.finalize, listener.aclose)
        results = [await raised_by(action) for action in actions]
        await listener.__aexit__(None, None, None)
        await client.aclose()
        return results

    client = AsyncCartesia(**settings)
    listener = run(first())
    assert set(run(second())) == {"LocalStateError"}


def test_what_another_running_loop_has_opened(settings: dict[str, Any], run: Run) -> None:
    """That loop goes on undisturbed, and the other cannot close its clients."""

    async def first() -> None:
        async with AsyncCartesia(**settings) as client, AsyncCartesiaTTS() as old:
            handles = await opened(client, old)

            async def second() -> None:
                results = await attempt(handles)
                assert set(results.values()) == {"LocalStateError"}, results
                for close in (client.aclose, old.close):
                    assert await raised_by(close) == "LocalStateError"

            await asyncio.to_thread(run, second())
            await handles.finish()

    run(first())


@pytest.mark.parametrize("own_transport", [True, False])
def test_an_http_client_of_a_closed_loop(
    settings: dict[str, Any], run: Run, own_transport: bool, request: pytest.FixtureRequest
) -> None:
    """An error that names the `http_client`, if the loop cannot replace its idle connection."""
    transport = AsyncTransport() if own_transport else httpx.AsyncHTTPTransport()
    http_client = httpx.AsyncClient(transport=transport)
    client = AsyncCartesia(**settings, http_client=http_client)

    async def call() -> bool:
        return bool((await client.voices.list(limit=1)).data)

    assert run(call())
    if "uvloop" in request.node.name and not own_transport:
        assert run(call())  # uvloop closes the connection, and httpx opens another
    else:
        with pytest.raises(LocalStateError, match="http_client"):
            run(call())
