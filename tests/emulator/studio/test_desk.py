"""The desk where clips wait for the one recogniser."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.studio.desk import Desk


async def order(ranks: list[int], leaving: set[int]) -> list[int]:
    """The numbers of the jobs in the order in which they ran; some leave while they wait."""
    ran: list[int] = []
    gate = Event()
    with ThreadPoolExecutor(2) as executor:
        desk = Desk(executor)
        first = asyncio.ensure_future(desk.run(lambda: gate.wait(5), rank=9))
        jobs = []
        for number, rank in enumerate(ranks):
            job = desk.run(lambda number=number: ran.append(number), rank=rank)  # type: ignore[misc]
            jobs.append(asyncio.ensure_future(job))
        await asyncio.sleep(0)
        assert desk.waiting == len(ranks)
        for number in leaving & set(range(len(ranks))):
            jobs[number].cancel()
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, *jobs, return_exceptions=True)
        assert desk.waiting == 0
        assert await desk.run(lambda: "free", rank=0) == "free"
    return ran


@settings(max_examples=20)
@given(st.lists(st.integers(0, 2), max_size=6), st.sets(st.integers(0, 5), max_size=3))
def test_the_most_urgent_comes_first_and_who_left_is_forgotten(
    ranks: list[int], leaving: set[int]
) -> None:
    stayed = [number for number in range(len(ranks)) if number not in leaving]
    expected = sorted(stayed, key=lambda number: (ranks[number], number))
    assert asyncio.run(order(ranks, leaving)) == expected


async def _failing() -> str:
    with ThreadPoolExecutor(1) as executor:
        desk = Desk(executor)
        with pytest.raises(ZeroDivisionError):
            await desk.run(lambda: 1 // 0, rank=0)
        return await desk.run(lambda: "next", rank=0)


def test_a_job_that_fails_does_not_keep_the_next_from_its_turn() -> None:
    assert asyncio.run(_failing()) == "next"


async def _cancelled() -> list[str]:
    begun, gate, ran = Event(), Event(), list[str]()

    def slow() -> None:
        begun.set()
        gate.wait(5)
        ran.append("slow")

    with ThreadPoolExecutor(2) as executor:
        desk = Desk(executor)
        job = asyncio.ensure_future(desk.run(slow, rank=0))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 5)
        job.cancel()
        following = asyncio.ensure_future(desk.run(lambda: ran.append("next"), rank=0))
        await asyncio.sleep(0)
        gate.set()
        await following
    return ran


def test_the_next_job_waits_for_one_whose_caller_left() -> None:
    assert asyncio.run(_cancelled()) == ["slow", "next"]
