"""Forks beside imports: a child never inherits a module that is half imported by another thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import _forks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")

PAUSE_S = 0.05  # how long an import goes on after the other thread has begun to fork

# Makes a first call in a thread and forks at each import of that thread; every child makes the same
# call. Prints how many children there were, how many of them failed or hung, and the modules whose
# import no fork would have waited for.
FIRST_CALL = """
import _frozen_importlib, asyncio, os, signal, sys, threading, time

import cartesia_stream
from cartesia_stream._forks import PACKAGES

call, key, url = sys.argv[1:]
importing, over = threading.Event(), threading.Event()
overlooked = set()


class Slowly:
    "Announces each import of the thread that calls, and draws it out."

    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is not caller:
            return
        locks = [ref() for ref in list(_frozen_importlib._module_locks.values())]
        mine = [lock.name for lock in locks if lock and lock.owner == threading.get_ident()]
        if not any(name.partition(".")[0] in PACKAGES for name in mine):
            overlooked.add(name)
        importing.set()
        if "." not in name:
            time.sleep(0.002)


def sse():
    with cartesia_stream.Cartesia(key, base_url=url) as client:
        voice = client.voices.list(limit=1).data[0].id
        client.tts.generate_sse("One.", voice=voice).collect()


def socket():
    with cartesia_stream.Cartesia(key, base_url=url) as client:
        voice = client.voices.list(limit=1).data[0].id
        assert client.tts.speak("One.", voice=voice).collect().duration


def rest():
    with cartesia_stream.Cartesia(key, base_url=url) as client:
        sample = client.tts.generate("One.", voice=client.voices.list().data[0].id).collect()
        clip = cartesia_stream.File(sample.wav(), "clip.wav")
        client.voices.clone(clip=clip, name="Mine", language="en")
        client.stt.transcribe(file=clip, model="ink-whisper")


def aio():
    async def main():
        async with cartesia_stream.AsyncCartesia(key, base_url=url) as client:
            voice = (await client.voices.list(limit=1)).data[0].id
            await client.tts.generate_sse("One.", voice=voice).collect()
            await client.tts.speak("One.", voice=voice).collect()

    asyncio.run(main())


def v0():
    from cartesia_stream.v0 import CartesiaTTS

    os.environ["CARTESIA_BASE_URL"] = url
    client = CartesiaTTS(api_key=key)
    voice = next(iter(client.get_voices().values()))
    embedding = voice.get("embedding") or client.get_voice_embedding(voice_id=voice["id"])
    assert client.generate(transcript="One.", voice=embedding)["audio"]
    client.close()


def first():
    try:
        globals()[call]()
    finally:
        over.set()
        importing.set()


caller = threading.Thread(target=first)
sys.meta_path.insert(0, Slowly())
caller.start()
children = []
while importing.wait() and not over.is_set() and len(children) < 8:
    importing.clear()
    pid = os.fork()
    if not pid:
        signal.alarm(30)
        status = 1
        try:
            globals()[call]()
            status = 0
        finally:
            os._exit(status)
    children.append(pid)
caller.join()
print(len(children), sum(os.waitpid(pid, 0)[1] != 0 for pid in children))
print(*overlooked)
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as emulator:
        yield emulator


@pytest.mark.parametrize("call", ["rest", "sse", "socket", "aio", "v0"])
def test_children_forked_within_a_first_call(emulator: Emulator, call: str) -> None:
    """They make the same call, whatever it was that the thread was importing."""
    run = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            FIRST_CALL,
            call,
            emulator.api_key,
            emulator.base_url,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    counts, overlooked = run.stdout.split("\n", 1)
    children, failed = map(int, counts.split())
    assert children > 0
    assert failed == 0
    assert overlooked.split() == []


# --- what a fork waits for


@pytest.fixture
def slow_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowModule]:
    module = SlowModule()
    (tmp_path / "slow_module_of_ours.py").write_text("import builtins\nbuiltins.in_slow_module()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("builtins.in_slow_module", module.body, raising=False)
    yield module
    module.may_end.set()
    if module.thread.ident is not None:
        module.thread.join()
    sys.modules.pop("slow_module_of_ours", None)


class SlowModule:
    """A module whose import goes on until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.load)

    def body(self) -> None:
        self.begun.set()
        assert self.may_end.wait(60)

    def load(self) -> None:
        __import__("slow_module_of_ours")

    def start(self) -> None:
        self.thread.start()
        assert self.begun.wait(60)


def fork() -> bool:
    """Fork; whether the slow module was imported as a whole when the child began."""
    pid = os.fork()
    if not pid:
        spec = getattr(sys.modules.get("slow_module_of_ours"), "__spec__", None)
        os._exit(bool(getattr(spec, "_initializing", False)))
    return os.waitpid(pid, 0)[1] == 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_waits_for_an_import(
    slow_module: SlowModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_forks, "PACKAGES", {"slow_module_of_ours"})
    slow_module.start()
    ending = threading.Timer(PAUSE_S, slow_module.may_end.set)
    ending.start()
    assert fork()
    ending.join()


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_does_not_wait_for_a_program(slow_module: SlowModule) -> None:
    """A program that runs inside of the import of its main module goes on."""
    slow_module.start()
    assert not fork()


def test_the_wait_is_bounded(slow_module: SlowModule, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import may itself wait for the thread that forks."""
    monkeypatch.setattr(_forks, "PACKAGES", {"slow_module_of_ours"})
    monkeypatch.setattr(_forks, "MAX_WAIT_S", PAUSE_S)
    slow_module.start()
    began = time.monotonic()
    _forks.wait_for_imports()
    assert time.monotonic() - began >= PAUSE_S
    assert not slow_module.may_end.is_set()


def test_an_import_of_the_thread_that_forks(
    slow_module: SlowModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that forks while it is imported does not wait for itself."""
    monkeypatch.setattr(_forks, "PACKAGES", {"slow_module_of_ours"})
    waited: list[bool] = []
    monkeypatch.setattr("builtins.in_slow_module", lambda: waited.append(_forks._others_import()))
    slow_module.load()
    assert waited == [False]
