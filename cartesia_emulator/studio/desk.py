"""The desk where clips wait for the one recogniser: the most urgent first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

__all__ = ["Desk"]

T = TypeVar("T")


class Desk:
    """Runs jobs in an executor one at a time, in the order of their ranks.

    With a plain queue, the final words of a speaker would wait for the partial words of all.

    Args:
        executor: Runs the jobs.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._busy = False

    @property
    def waiting(self) -> int:
        """The number of jobs that wait for another one."""
        return sum(not turn.done() for _, _, turn in self._waiting)

    async def run(self, job: Callable[[], T], *, rank: int) -> T:
        """Run a blocking job when no other one runs and none of a lower rank waits."""
        loop = asyncio.get_running_loop()
        if self._busy:
            turn: asyncio.Future[None] = loop.create_future()
            heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next()  # it was this job's turn already
                raise
        self._busy = True
        running = loop.run_in_executor(self._executor, job)
        running.add_done_callback(lambda _: self._next())
        # The thread goes on when its caller is cancelled; the next job waits for it all the same.
        return await asyncio.shield(running)

    def _next(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
