"""What only the blocking face has: threads, and what becomes of them."""

from __future__ import annotations

import base64
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from cartesia_stream import AudioChunk, Cartesia, Done, StreamTruncatedError, Timeouts
from cartesia_stream._sync.link import SocketLink

from ..scenarios.faces import SHORT, VOICE, eventually, own_threads, sockets, speak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartesia_emulator import Emulator

    from ..scenarios.conftest import MakeEmulator, MakePeer
    from ..scenarios.peer import Conversation

HALF = b"\0\1" * 100
TEXT = "One two three four five six seven eight nine ten."
LONG = "This sentence is to be interrupted. " * 40

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


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_stream_dropped_in_a_thread_that_holds_locks(
    make_emulator: MakeEmulator, transport: str
) -> None:
    """As where the garbage collector strikes: it waits for none, and the speech ends after it."""
    emulator = make_emulator(realtime=1.0)
    with Cartesia(
        emulator.api_key, base_url=emulator.base_url, max_concurrency=1, timeout=Timeouts(queue=5)
    ) as client:
        stream = speak(client, transport, LONG)
        next(stream)
        gate: Any = client._connections.pool.gate
        locks: list[Any] = [gate._guard]
        if transport == "websocket":
            locks.append(sockets(client)[0]._lock)
        with ExitStack() as held:
            for lock in locks:
                held.enter_context(lock)
            before = time.monotonic()
            del stream
            assert time.monotonic() - before < 1
            assert gate._gate.active == 1
        with speak(client, transport, "Next.") as following:
            assert isinstance(next(following), AudioChunk)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_stream_dropped_in_a_forked_child(make_emulator: MakeEmulator, transport: str) -> None:
    """It is its parent's, which goes on reading it."""
    emulator = make_emulator(realtime=8.0)
    with Cartesia(emulator.api_key, base_url=emulator.base_url, timeout=SHORT) as client:
        whole = client.tts.speak(TEXT, voice=VOICE).collect().data
        streams = [speak(client, transport, TEXT)]
        blocks = streams[0].audio()
        heard = next(blocks)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                del blocks
                streams.clear()
                gc.collect()
                code = 0 if threading.active_count() == 1 else 2
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert heard + b"".join(blocks) == whole


class Interrupted(BaseException):
    """What a signal raises in the middle of a read."""


def test_signal_while_the_reader_thread_starts(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread ends, and quietly."""
    start, pause = threading.Thread.start, SocketLink._pause
    interrupted = threading.Event()

    def pause_until_then(link: SocketLink) -> float:
        interrupted.wait(10)
        return pause(link)

    def start_and_interrupt(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "cartesia-stream":
            raise Interrupted

    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    monkeypatch.setattr(threading.Thread, "start", start_and_interrupt)
    monkeypatch.setattr(SocketLink, "_pause", pause_until_then)
    with Cartesia(emulator.api_key, base_url=emulator.base_url, timeout=SHORT) as client:
        with pytest.raises(Interrupted):
            client.tts.websocket_connect()
        interrupted.set()
        assert eventually(lambda: not own_threads())
    assert failures == []


def slow_socket(peer: Conversation) -> None:
    """Two chunks with a pause between them."""
    peer.accept()
    context_id = peer.message()["context_id"]
    peer.chunk(context_id, HALF)
    peer.pause(0.6)
    peer.chunk(context_id, HALF)
    peer.tell("done", context_id)
    peer.hold()


def slow_events(peer: Conversation) -> None:
    """The same over server-sent events."""
    peer.read_call()
    peer.stream("text/event-stream")
    data = base64.b64encode(HALF).decode()
    chunk = b'data: {"type": "chunk", "data": "%b"}\n\n' % data.encode()
    peer.piece(chunk)
    peer.pause(0.6)
    peer.piece(chunk + b'data: {"type": "done"}\n\n')
    peer.piece(b"")


def slow_bytes(peer: Conversation) -> None:
    """The same as plain audio."""
    peer.read_call()
    peer.stream("audio/pcm")
    peer.piece(HALF)
    peer.pause(0.6)
    peer.piece(HALF)
    peer.piece(b"")


SLOW: Final = {"websocket": slow_socket, "sse": slow_events, "bytes": slow_bytes}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no such signals here")
@pytest.mark.parametrize("client_of", ["ours", "theirs"])
@pytest.mark.parametrize("transport", SLOW)
def test_interrupted_read_is_no_quiet_end(
    make_peer: MakePeer, transport: str, client_of: str
) -> None:
    """After Ctrl-C the next read goes on, or raises: a client of httpx ends its body there."""

    def interrupt(signum: int, frame: object) -> None:
        raise Interrupted

    url = make_peer(SLOW[transport]).base_url
    http_client = httpx.Client() if client_of == "theirs" else None
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Cartesia("key", base_url=url, http_client=http_client, timeout=SHORT) as client:
            stream = speak(client, transport, TEXT)
            assert isinstance(next(stream), AudioChunk)
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(Interrupted):
                next(stream)
            if client_of == "ours" or transport == "websocket":
                assert [type(event) for event in stream] == [AudioChunk, Done]
            else:
                for _ in range(2):
                    with pytest.raises(StreamTruncatedError):
                        next(stream)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if http_client is not None:
            http_client.close()


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
