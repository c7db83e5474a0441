"""The primitives of the async face: what a cancelled wait loses, and who is woken."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import ConfigurationError, LocalStateError
from cartesia_stream._aio import flow

from ..scenarios.loops import NEW_LOOP, run_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(params=NEW_LOOP)
def run(request: pytest.FixtureRequest) -> Any:
    """Runs a coroutine in a loop of each kind."""
    return run_on(request.param)


async def turns(count: int = 4) -> None:
    """Let the others run until nothing is left to do."""
    for _ in range(count):
        await asyncio.sleep(0)


async def cancelled(work: asyncio.Future[Any]) -> None:
    await turns()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


def test_a_client_needs_a_running_loop() -> None:
    with pytest.raises(LocalStateError, match=r"running asyncio event loop; under trio"):
        flow.owner()


def test_what_another_loop_opened_is_not_touched(run: Any) -> None:
    async def here() -> flow.Owner:
        assert not flow.is_elsewhere(flow.owner())
        flow.check_owner(flow.owner())
        return flow.owner()

    async def there(where: flow.Owner) -> None:
        assert flow.is_elsewhere(where)
        with pytest.raises(LocalStateError, match="event loop"):
            flow.check_owner(where)
        with pytest.raises(LocalStateError, match="process"):
            flow.check_owner(where._replace(pid=-1))

    run(there(run(here())))


def test_what_closed_loops_and_other_processes_held_is_dropped(run: Any) -> None:
    async def here() -> flow.Owner:
        return flow.owner()

    closed = run(here())
    other = closed._replace(pid=-1)
    held = {closed: 1, other: 2}
    flow.drop_foreign(held)
    assert held == {}

    async def within() -> None:
        with pytest.raises(LocalStateError, match="in use in another event loop"):
            flow.drop_foreign({flow.owner(): 1})

    run(within())


def test_a_cancelled_wait_leaves_the_work_going_on(run: Any) -> None:
    async def main() -> str | None:
        gate = asyncio.Event()

        async def work() -> str:
            await gate.wait()
            return "done"

        ongoing = flow.Ongoing(work)
        await cancelled(asyncio.ensure_future(ongoing.result()))
        gate.set()
        return await ongoing.result()

    assert run(main()) == "done"


def test_work_that_was_stopped_has_no_result(run: Any) -> None:
    async def main() -> list[object]:
        async def forever() -> str:
            await asyncio.Event().wait()
            return "never"

        async def at_once() -> str:
            return "done"

        async def fail() -> str:
            raise KeyError("lost")

        waiting, finished, failed = (flow.Ongoing(work) for work in (forever, at_once, fail))
        await turns()
        found = [await waiting.stop(), await waiting.result(), await finished.stop()]
        with pytest.raises(KeyError):
            await failed.result()
        return [*found, await failed.stop()]

    assert run(main()) == [None, None, "done", None]


@pytest.mark.parametrize("kind", ["generator", "iterator"])
def test_a_cancelled_read_loses_no_piece(run: Any, kind: str) -> None:
    async def main() -> list[bytes | None]:
        gate = asyncio.Event()

        async def generator() -> AsyncIterator[bytes]:
            await gate.wait()
            yield b"one"
            yield b"two"

        class Iterator:
            def __init__(self) -> None:
                self.left = [b"two", b"one"]

            def __aiter__(self) -> AsyncIterator[bytes]:
                return self

            async def __anext__(self) -> bytes:
                await gate.wait()
                if not self.left:
                    raise StopAsyncIteration
                return self.left.pop()

        made: AsyncIterator[bytes] = generator() if kind == "generator" else Iterator()
        reader = flow.BodyReader(made, resumable=kind == "iterator")
        await cancelled(asyncio.ensure_future(reader.next()))
        with pytest.raises(TimeoutError):
            await reader.next_by(0.0)  # a deadline long ago
        gate.set()
        found = [await reader.next() for _ in range(3)]
        await reader.stop()
        return found

    assert run(main()) == [b"one", b"two", None]


def test_a_read_that_nobody_waits_for_can_be_stopped(run: Any) -> None:
    async def main() -> bool:
        ended = False

        async def generator() -> AsyncIterator[bytes]:
            nonlocal ended
            try:
                await asyncio.Event().wait()
                yield b""
            finally:
                ended = True

        reader = flow.BodyReader(generator(), resumable=False)
        await cancelled(asyncio.ensure_future(reader.next()))
        assert not ended
        await reader.stop()
        return ended

    assert run(main())


def test_a_bell_wakes_all_who_wait_and_nobody_misses_it(run: Any) -> None:
    async def main() -> None:
        bell = flow.Bell()
        waits = [asyncio.ensure_future(bell.wait(bell.rings, None)) for _ in range(3)]
        await cancelled(waits.pop())
        assert not any(wait.done() for wait in waits)
        since = bell.rings
        bell.ring()
        await asyncio.gather(*waits)
        await bell.wait(since, None)  # it has rung since
        await bell.wait(bell.rings, 0.0)  # or the time is over
        assert bell._waiters == []

    run(main())


def test_waits_until_a_moment_do_not_spin_before_it(run: Any) -> None:
    """Uvloop rounds timers to milliseconds, so that a shorter one would be none."""

    async def main() -> int:
        bell = flow.Bell()
        until = time.monotonic() + 0.0004
        count = 0
        while (rest := until - time.monotonic()) > 0:
            await bell.wait(bell.rings, rest)
            count += 1
        return count

    assert run(main()) <= 3


def test_a_resource_is_closed_by_its_block_only(run: Any) -> None:
    class Held:
        closed = 0

        async def aclose(self) -> None:
            self.closed += 1

    async def main() -> None:
        async def make() -> Held:
            return Held()

        assert (await flow.Opening(make)).closed == 0
        with pytest.raises(KeyError):
            async with flow.Opening(make) as held:
                raise KeyError
        assert held.closed == 1

    run(main())


def test_a_function_of_the_user_must_be_a_coroutine_function(run: Any) -> None:
    async def main() -> None:
        async def work() -> int:
            return 3

        async def forever() -> None:
            await asyncio.Event().wait()

        assert await flow.result_of(work(), "token") == 3
        with pytest.raises(TimeoutError):
            await flow.result_of(forever(), "gate.acquire", 0.0)
        with pytest.raises(ConfigurationError, match=r"able to await gate\.acquire") as caught:
            await flow.result_of(3, "gate.acquire")  # type: ignore[arg-type]  # to see it fail
        assert caught.value.option == "gate"

    run(main())


@pytest.mark.parametrize("fails", [False, True])
def test_what_a_thread_opened_for_a_cancelled_wait_is_dropped(run: Any, fails: bool) -> None:
    async def main() -> list[str]:
        begun, gate = threading.Event(), threading.Event()
        dropped: list[str] = []

        def work() -> str:
            begun.set()
            gate.wait(5)
            if fails:
                raise OSError("gone")
            return "opened"

        before = set(threading.enumerate())
        waiting = asyncio.ensure_future(flow.in_thread(work, dropped.append))
        await turns()
        begun.wait(5)
        await cancelled(waiting)
        gate.set()
        for thread in set(threading.enumerate()) - before:
            thread.join(5)
        await turns()
        assert await flow.in_thread(lambda: "here", dropped.append) == "here"
        with pytest.raises(IndexError):
            await flow.in_thread(lambda: "xyz"[9], dropped.append)
        return dropped

    assert run(main()) == ([] if fails else ["opened"])


def test_what_is_dropped_is_closed_in_its_own_loop(run: Any) -> None:
    async def main() -> list[asyncio.AbstractEventLoop]:
        closed: list[asyncio.AbstractEventLoop] = []

        async def close() -> None:
            closed.append(asyncio.get_running_loop())
            raise KeyError("nobody hears of it")

        where = flow.owner()
        thread = threading.Thread(target=flow.close_dropped, args=(where, close))
        thread.start()
        thread.join(5)
        flow.close_dropped(where._replace(pid=-1), close)  # it belongs to another process
        await turns(8)
        assert closed == [where.loop]
        assert flow._closing == set()
        return closed

    (loop,) = run(main())
    assert loop.is_closed()
    flow.close_dropped(flow.Owner(os.getpid(), loop), lambda: pytest.fail("closed twice"))
