"""The sockets of `speak`: warm before they are needed, fresh, and each in its own place."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_stream import APIConnectionError, AsyncCartesia, Cartesia, LocalStateError
from cartesia_stream._aio import pool as aio_pool
from cartesia_stream._sync import pool as sync_pool

from .faces import SHORT, VOICE, at_once, eventually, sockets
from .hearing import words_heard

if TYPE_CHECKING:
    from cartesia_emulator import Emulator

    from .conftest import MakeEmulator
    from .faces import Face
    from .loops import Run

TEXT: Final = "Hello there."
WORDS: Final = ["Hello", "there."]


def say(client: Cartesia, text: str = TEXT) -> list[str]:
    return words_heard(client.tts.speak(text, voice=VOICE))


def patch(monkeypatch: pytest.MonkeyPatch, name: str, value: float) -> None:
    """Set a constant of both faces."""
    monkeypatch.setattr(aio_pool, name, value)
    monkeypatch.setattr(sync_pool, name, value)


def test_first_speech_after_prewarming_makes_no_handshake(
    client: Cartesia, emulator: Emulator
) -> None:
    client.tts.prewarm()
    assert len(emulator.requests) == 1
    assert say(client) == WORDS
    assert len(emulator.requests) == 1
    client.tts.prewarm()
    assert len(emulator.requests) == 1


def test_prewarming_tells_what_is_wrong(face: Face, emulator: Emulator) -> None:
    emulator.inject("drop", path="/tts/websocket")
    client = face.client("http://127.0.0.1:9", max_retries=0)
    with pytest.raises(APIConnectionError):
        client.tts.prewarm()


def test_prewarmed_sockets_are_no_more_than_allowed(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, max_sockets=2)
    client.tts.prewarm(5)
    assert len(sockets(client)) == len(emulator.requests) == 2


def test_idle_sockets_are_replaced_before_the_service_closes_them(
    face: Face, make_emulator: MakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Speech after any pause finds an open socket, and no context starts into a closing one."""
    patch(monkeypatch, "MAX_IDLE_S", 0.3)
    patch(monkeypatch, "REFRESH_INTERVAL_S", 0.05)
    emulator = make_emulator(idle_timeout_s=1.5)
    client = face.client(emulator, max_retries=0)
    client.tts.prewarm()
    for pause in (0.2, 0.3, 0.35, 1.8):
        time.sleep(pause)
        assert say(client) == WORDS
    spoken = [request for request in emulator.requests if request.frames]
    assert len(emulator.requests) > len(spoken)  # some were replaced without having spoken


def test_stale_socket_is_not_used(
    face: Face, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without prewarming: too long idle means a new handshake rather than a risk."""
    patch(monkeypatch, "MAX_IDLE_S", 0.1)
    client = face.client(emulator)
    say(client)
    say(client)
    assert len(emulator.requests) == 1
    time.sleep(0.2)
    assert say(client) == WORDS
    assert len(emulator.requests) == 2


def test_context_that_is_about_to_start_is_not_interrupted(
    face: Face, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket that was just given out does not count as idle."""
    patch(monkeypatch, "REFRESH_INTERVAL_S", 0.001)
    patch(monkeypatch, "MAX_IDLE_S", 0.02)
    client = face.client(emulator, max_retries=0)
    client.tts.prewarm()
    for n in range(30):
        time.sleep(0.001 * (n % 5) + 0.017)
        assert say(client, "Hi.") == ["Hi."]


def test_socket_that_the_service_closed_is_replaced(
    face: Face, make_emulator: MakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once where it is prewarmed, so that the next speech does not wait for a handshake."""
    patch(monkeypatch, "REFRESH_INTERVAL_S", 0.02)
    emulator = make_emulator(idle_timeout_s=0.15)
    client = face.client(emulator)
    client.tts.prewarm()
    assert eventually(lambda: len(emulator.requests) >= 3)
    assert eventually(lambda: [driver.usable for driver in sockets(client)] == [True])
    assert say(client) == WORDS


def test_contexts_are_spread_over_sockets(
    face: Face, make_emulator: MakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more on one than `CONTEXTS_PER_SOCKET`, until every socket has as many."""
    patch(monkeypatch, "CONTEXTS_PER_SOCKET", 2)
    emulator = make_emulator(realtime=2.0)
    client = face.client(emulator, max_sockets=3)
    streams = [client.tts.speak(TEXT * 3, voice=VOICE) for _ in range(9)]
    for stream in streams:
        next(stream)
    assert sorted(driver.load for driver in sockets(client)) == [3, 3, 3]
    for stream in streams:
        stream.close()


def test_speech_from_many_at_once_opens_one_socket(client: Cartesia, emulator: Emulator) -> None:
    assert at_once(*[lambda: say(client, "Hi.")] * 8) == [["Hi."]] * 8
    assert len(emulator.requests) == 1


# --- places


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_child_process_has_connections_of_its_own(emulator: Emulator) -> None:
    """After a fork the child connects anew and leaves the parent's sockets alone."""
    with Cartesia(emulator.api_key, base_url=emulator.base_url, timeout=SHORT) as client:
        assert say(client) == WORDS
        assert client.voices.list().data
        before = len(emulator.requests)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                heard = say(client)
                listed = bool(client.voices.list().data)
                client.close()
                code = 0 if heard == WORDS and listed else 2
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        forked = emulator.requests[before:]
        assert [request.path for request in forked] == ["/tts/websocket", "/voices"]
        assert say(client) == WORDS  # on the socket from before
        assert client.voices.list().data
        assert len(emulator.requests) == before + 3


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_second_event_loop_has_connections_of_its_own(emulator: Emulator, run: Run) -> None:
    """One client in two runs of `asyncio.run`: the second connects anew."""
    client = AsyncCartesia(emulator.api_key, base_url=emulator.base_url, timeout=SHORT)

    async def speak() -> int:
        audio = await client.tts.speak(TEXT, voice=VOICE).collect()
        assert (await client.voices.list()).data
        return len(audio.data)

    async def speak_and_close() -> int:
        size = await speak()
        await client.aclose()
        return size

    first = run(speak())
    assert run(speak_and_close()) == first
    assert len([r for r in emulator.requests if r.path == "/tts/websocket"]) == 2
    gc.collect()  # what the first loop left is collected here, and not in a later test


def test_two_event_loops_at_once_are_refused(emulator: Emulator, run: Run) -> None:
    """Connections cannot be shared between loops, and the error says so."""

    async def here() -> None:
        client = AsyncCartesia(emulator.api_key, base_url=emulator.base_url, timeout=SHORT)
        await client.tts.prewarm()
        with pytest.raises(LocalStateError, match="another event loop"):
            await asyncio.to_thread(run, elsewhere(client))
        await client.aclose()

    async def elsewhere(client: AsyncCartesia) -> Any:
        return await client.tts.speak(TEXT, voice=VOICE).collect()

    run(here())
