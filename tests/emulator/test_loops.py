"""`LoopThread`: a server that runs beside its user, and says so when it fails."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from cartesia_emulator.cassettes.relay import Cassette
from cartesia_emulator.loops import LoopThread

if TYPE_CHECKING:
    from pathlib import Path


def running(name: str) -> bool:
    return any(thread.name == name for thread in threading.enumerate())


def test_it_runs_from_start_to_stop() -> None:
    steps: list[str] = []

    async def serve() -> None:
        steps.append("open")
        await thread.ready()
        steps.append("close")

    async def work() -> str:
        return threading.current_thread().name

    thread = LoopThread("server of a test", serve)
    thread.stop()  # it does not run yet
    thread.start()
    assert steps == ["open"]
    assert thread.run(work()) == "server of a test"
    thread.stop()
    assert steps == ["open", "close"]
    assert not running("server of a test")
    thread.stop()


def test_a_failure_to_start_is_raised_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def serve() -> None:
        raise OSError("the port is taken")

    thread = LoopThread("server of a test", serve)
    with pytest.raises(OSError, match="the port is taken"):
        thread.start()
    assert not running("server of a test")
    thread.stop()
    assert caplog.records == []


def test_a_failure_later_on_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def serve() -> None:
        await thread.ready()
        raise OSError("the disk is full")

    thread = LoopThread("server of a test", serve)
    thread.start()
    thread.stop()
    (record,) = caplog.records
    assert record.name == "cartesia_emulator"
    assert record.getMessage() == "the server of a test stopped"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "the disk is full"


def test_a_cassette_that_fails_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("the sockets cannot be closed")

    with Cassette(tmp_path / "test.yaml", record=True) as cassette:
        cassette._answer.close = fail  # type: ignore[method-assign]
    assert [record.getMessage() for record in caplog.records] == ["the cassette stopped"]


def test_a_server_can_be_stopped_while_it_starts() -> None:
    """As Ctrl-C in `Emulator.start` does."""
    begun, go_on = threading.Event(), threading.Event()

    async def serve() -> None:
        begun.set()
        await asyncio.to_thread(go_on.wait)
        await thread.ready()

    thread = LoopThread("server of a test", serve)
    others = [threading.Thread(target=thread.start), threading.Thread(target=thread.stop)]
    others[0].start()
    begun.wait()
    others[1].start()
    go_on.set()
    for other in others:
        other.join()
    assert not running("server of a test")
