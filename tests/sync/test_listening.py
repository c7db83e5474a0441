"""What only threads can do to a listener."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from cartesia_emulator import Emulator
from cartesia_emulator.audio import pcm
from cartesia_stream import Cartesia, Timeouts

from ..scenarios.faces import AT_ONCE_S, Background, eventually, own_threads
from ..scenarios.peer import CLOSE, Peer
from ..scenarios.recordings import FORMAT, PAUSE, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..scenarios.peer import Conversation


def test_a_blocked_source_does_not_delay_the_end() -> None:
    """Its thread ends when the source goes on."""
    release = threading.Event()

    def source() -> Iterator[bytes]:
        yield said("Hello.")
        release.wait(10)

    with (
        Emulator(engine="tone") as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
    ):
        listening = client.stt.listen(source(), format=FORMAT, pace=None)
        next(iter(listening))
        began = time.monotonic()
        listening.close()
        assert time.monotonic() - began < AT_ONCE_S
        release.set()
    assert eventually(lambda: not own_threads())


def test_a_silent_pipe_of_a_known_format_delays_nobody() -> None:
    """The listener is there before the first audio, and can be closed without any."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb") as pipe,
        Emulator(engine="tone") as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
    ):
        began = time.monotonic()
        client.stt.listen(pipe, format=FORMAT).close()
        assert time.monotonic() - began < AT_ONCE_S
        assert eventually(
            lambda: "cartesia-source" not in {thread.name for thread in own_threads()}
        )
    os.close(writing)


@pytest.mark.parametrize("buffering", [0, -1])
@pytest.mark.parametrize("header", [True, False])
def test_audio_of_a_pipe_is_heard_as_it_arrives(buffering: int, header: bool) -> None:
    """However few bytes a read gives, and without waiting until a buffer is full."""
    reading, writing = os.pipe()
    audio = said("Hello there.") + PAUSE[:22000]
    audio = bytes((16000 - len(audio)) % 16384) + audio  # the end of the turn fills no buffer
    data = pcm.wav_bytes(pcm.decode(audio, "pcm_s16le"), 16000, "pcm_s16le") if header else audio
    os.write(writing, data[:5])
    rest = threading.Thread(target=os.write, args=(writing, data[5:]))
    rest.start()
    with (
        Emulator(engine="tone") as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
        os.fdopen(reading, "rb", buffering=buffering) as pipe,
    ):
        try:
            fmt = None if header else FORMAT
            with client.stt.listen(pipe, format=fmt, pace=None, end_threshold=0.3) as listening:
                assert next(listening.turns()).text == "Hello there."
        finally:
            rest.join()
            os.close(writing)


def test_a_listener_that_is_closed_in_the_queue_opens_no_other_socket() -> None:
    """It has lost its connection, and its slot to another one; nobody can interrupt its thread."""
    waits = threading.Event()

    def lost(conversation: Conversation) -> None:
        conversation.accept()
        waits.wait(10)
        conversation.reset()

    def kept(conversation: Conversation) -> None:
        conversation.accept()
        while conversation.frame()[0] != CLOSE:
            pass

    timeouts = Timeouts(queue=None, close=0.3)
    with (
        Peer(lost, kept) as peer,
        Cartesia(
            "sk_test_key", base_url=peer.base_url, max_listeners=1, timeout=timeouts
        ) as client,
    ):
        first = client.stt.listen(format=FORMAT)
        second = Background(lambda: client.stt.listen(format=FORMAT))
        time.sleep(0.1)
        waits.set()
        other = second.result()
        first.close()
        other.close()
        assert eventually(lambda: not own_threads())
        assert peer.connections == 2


SYNC = """
with Cartesia(key, base_url=url) as client:
    listening = client.stt.listen(sys.stdin.buffer, format=ListenFormat())
    if close:
        listening.close()
"""
ASYNC = """
async def main():
    async with AsyncCartesia(key, base_url=url) as client:
        listening = await client.stt.listen(sys.stdin.buffer)
        if close:
            await listening.aclose()
try:
    asyncio.run(asyncio.wait_for(main(), 0.5))
except TimeoutError:
    pass
"""


@pytest.mark.parametrize(
    ("script", "close"), [(SYNC, False), (ASYNC, True)], ids=["sync", "async, closed"]
)
def test_a_program_ends_while_its_standard_input_is_silent(script: str, close: bool) -> None:
    """A thread that waits in a read of stdin would abort the interpreter."""
    head = "import asyncio, sys\nfrom cartesia_stream import *\nkey, url, close = {!r}\n"
    with Emulator(engine="tone") as emulator:
        code = head.format((emulator.api_key, emulator.base_url, close)) + script
        program = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with program:
            assert program.stdout is not None
            try:
                if script == SYNC:
                    assert program.stdin is not None
                    program.stdin.write(PAUSE)  # of a listener that connects at once
                    program.stdin.flush()
                assert program.wait(20) == 0
                assert program.stdout.read() == b""
            finally:
                program.kill()
