"""The primitives of the blocking face: who is woken, and what an interrupted read leaves."""

from __future__ import annotations

import os
import socket
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import ConfigurationError, LocalStateError
from cartesia_stream._sync import flow

from ..scenarios.faces import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_what_another_process_opened_is_not_touched() -> None:
    here = flow.owner()
    assert not flow.is_elsewhere(here)
    flow.check_owner(here)
    assert flow.is_elsewhere(-1)
    with pytest.raises(LocalStateError, match="process"):
        flow.check_owner(-1)
    held = {here: 1, -1: 2}
    flow.drop_foreign(held)
    assert held == {here: 1}


def test_a_stream_is_started_now() -> None:
    class Stream:
        entered = 0

        def __enter__(self) -> None:
            self.entered += 1

        def __exit__(self, *error: object) -> None: ...

    stream = Stream()
    assert flow.start_now(stream) is stream
    assert stream.entered == 1


@pytest.mark.parametrize("resumable", [True, False])
def test_a_read_after_an_interrupted_one_is_no_quiet_end(resumable: bool) -> None:
    class Body:
        def __init__(self) -> None:
            self.left: list[bytes | BaseException] = [b"two", KeyboardInterrupt(), b"one"]

        def __iter__(self) -> Iterator[bytes]:
            return self

        def __next__(self) -> bytes:
            if not self.left:
                raise StopIteration
            piece = self.left.pop()
            if isinstance(piece, BaseException):
                raise piece
            return piece

    reader = flow.BodyReader(Body(), resumable=resumable)
    assert reader.next() == b"one"
    with pytest.raises(KeyboardInterrupt):
        reader.next()
    if resumable:
        assert [reader.next(), reader.next_by(0.0)] == [b"two", None]
    else:
        for _ in range(2):
            with pytest.raises(httpx.ReadError, match="was interrupted"):
                reader.next()


def test_a_bell_wakes_all_who_wait_and_nobody_misses_it() -> None:
    bell = flow.Bell()
    threads = [threading.Thread(target=bell.wait, args=(bell.rings, 60.0)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: bell._waiting == 3)
    since = bell.rings
    bell.ring()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    bell.wait(since, None)  # it has rung since
    bell.wait(bell.rings, 0.0)  # or the time is over
    assert bell._waiting == 0


def test_a_periodic_task_ends_when_it_is_stopped() -> None:
    ran = threading.Event()
    task = flow.PeriodicTask(0.001, ran.set)
    assert ran.wait(5)
    task.stop()
    names = [thread for thread in threading.enumerate() if thread.name == "cartesia-repeat"]
    for thread in names:
        thread.join(5)
        assert not thread.is_alive()


def test_a_function_of_the_user_must_be_no_coroutine_function() -> None:
    async def work() -> int:
        return 3

    assert flow.result_of(3, "token") == 3
    with pytest.raises(ConfigurationError, match=r"cannot await gate\.acquire") as caught:
        _ = flow.result_of(work(), "gate.acquire")
    assert caught.value.option == "gate"


def test_what_is_dropped_is_closed_in_another_thread_of_its_process() -> None:
    closed: list[str] = []

    def close() -> None:
        closed.append(threading.current_thread().name)
        raise KeyError("nobody hears of it")

    flow.close_dropped(-1, close)
    flow.close_dropped(os.getpid(), close)
    assert eventually(lambda: closed == ["cartesia-close"])


def test_breaking_off_wakes_who_reads() -> None:
    ours, theirs = socket.socketpair()
    stream = SimpleNamespace(get_extra_info={"socket": ours}.get)
    response: Any = SimpleNamespace(extensions={"network_stream": stream}, is_closed=False)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(ours.recv(1)))
    reader.start()
    flow.break_off(response)
    reader.join(5)
    assert got == [b""]
    flow.break_off(response)
    for socket_ in (ours, theirs):
        socket_.close()
    flow.break_off(response)  # of a socket that is closed
    flow.break_off(SimpleNamespace(extensions={}, is_closed=True))  # type: ignore[arg-type]
