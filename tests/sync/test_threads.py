"""What only the blocking face has: threads, and what becomes of them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cartesia_stream import AudioChunk, Cartesia, Done

from ..scenarios.faces import SHORT, VOICE, eventually, own_threads, speak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartesia_stream.emulator import Emulator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Cartesia]:
    with Cartesia(emulator.api_key, base_url=emulator.base_url, timeout=SHORT) as client:
        yield client


def test_threads_start_with_the_socket_and_end_with_it(client: Cartesia) -> None:
    """A client has no thread before its first socket, one per socket, and none after `close`."""
    client.tts.generate("Hello.", voice=VOICE).collect()
    assert own_threads() == []
    client.tts.speak("Hello.", voice=VOICE).collect()
    other = client.tts.websocket_connect()
    assert len(own_threads()) == 2
    other.close()
    assert len(own_threads()) == 1
    client.close()
    assert own_threads() == []


def test_threads_do_not_keep_the_interpreter_alive(client: Cartesia) -> None:
    """The reader is a daemon, and so is the thread that reads text."""
    held = threading.Event()

    def tokens() -> Iterator[str]:
        yield "Hello. "
        held.wait()

    with client.tts.speak(tokens(), voice=VOICE) as stream:
        assert len(own_threads()) == 2
        assert all(thread.daemon for thread in own_threads())
        stream.close()
    held.set()
    assert eventually(lambda: len(own_threads()) == 1)


@pytest.mark.parametrize("state", ["idle", "speaking", "feeding"])
def test_interpreter_exits_though_nothing_was_closed(emulator: Emulator, state: str) -> None:
    """A program may end with a client open: it neither hangs nor complains."""
    program = f"""
        import itertools, time
        from cartesia_stream import Cartesia
        client = Cartesia({emulator.api_key!r}, base_url={emulator.base_url!r})
        def tokens():
            while True:
                time.sleep(0.01)
                yield "word "
        text = tokens() if {state!r} == "feeding" else "Some text to speak. " * 50
        stream = client.tts.speak(text, voice={VOICE!r}, max_buffer_delay_ms=0)
        next(stream)
        if {state!r} == "idle":
            stream.collect()
        print("end of program")
    """
    before = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("end of program\n", "", 0)
    assert time.monotonic() - before < 10


def test_stream_may_be_read_in_another_thread_than_it_was_made_in(client: Cartesia) -> None:
    """Nothing is bound to a thread: not streams, not contexts, not the client."""
    stream = client.tts.speak("Hello.", voice=VOICE)
    events: list[object] = []
    thread = threading.Thread(target=lambda: events.extend(stream))
    thread.start()
    thread.join(5)
    assert isinstance(events[0], AudioChunk)
    assert isinstance(events[-1], Done)


def test_many_threads_share_the_first_connection(client: Cartesia, emulator: Emulator) -> None:
    """Threads that speak at the same time for the first time open one socket, not one each."""
    barrier = threading.Barrier(8)

    def speak() -> None:
        barrier.wait()
        client.tts.speak("Hello.", voice=VOICE).collect()

    threads = [threading.Thread(target=speak) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [request.path for request in emulator.requests] == ["/tts/websocket"]


@pytest.mark.parametrize("transport", ["websocket", "context", "sse"])
def test_asking_what_was_heard_waits_for_who_reads(emulator: Emulator, transport: str) -> None:
    """A player's thread may ask at any time: the account is locked while the reader enters."""
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        if transport == "context":
            context = client.tts.websocket_connect().context(voice=VOICE)
            context.push("Hello there.")
            context.no_more_inputs()
            stream = context.receive()
        else:
            stream = speak(client, transport, "Hello there.")
        stream.collect()
        source = stream._source
        assert source is not None
        asking = threading.Thread(target=stream.heard, args=(1.0,))
        with source.ledger._guard:
            asking.start()
            asking.join(0.2)
            assert asking.is_alive()
        asking.join(10)
        assert not asking.is_alive()
