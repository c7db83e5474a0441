"""WebSocket driver for asyncio: the event loop reads, and consumers wait on futures.

`link.py` drives the connection; this module drives its contexts.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from .flow import SHORTEST_TIMER_S
from .link import AsyncSocketLink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._http.config import Config
    from .._protocol.context import Context
    from .._protocol.frames import RequestEncoder
    from .._protocol.session import Session
    from .._protocol.stats import Meter
    from ..options import Timeouts


class ContextReader:
    """A context with its deadlines and the futures that its consumers wait on.

    Attributes:
        context: The context.
        timeouts: Deadlines of the context.
        waiters: The futures of the waiting consumers.
        timer: Timer that wakes the consumers to check their deadlines, if one is running.
    """

    __slots__ = ("_shortest", "context", "timeouts", "timer", "waiters")

    context: Context

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts: Timeouts = timeouts
        self.waiters: list[asyncio.Future[None]] = []
        self.timer: asyncio.TimerHandle | None = None
        gaps = (timeouts.first_audio, timeouts.idle, timeouts.input)
        self._shortest: float = min((gap for gap in gaps if gap is not None), default=math.inf)

    def wake(self) -> None:
        """Wake all waiting consumers to look for events."""
        waiters = self.waiters
        if waiters:
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
            waiters.clear()
        if self.timer is not None and self.context.done:  # there will be no more waits
            self.timer.cancel()
            self.timer = None

    def watch(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Wake the consumers after ``seconds``, or after the shortest deadline if that is less.

        An event restarts a deadline, which then lasts at least as long as the shortest of all. So
        no deadline can end before the timer does, and the timer can keep running while events
        arrive. That is much cheaper than one timer for each event.
        """
        seconds = max(min(seconds, self._shortest), SHORTEST_TIMER_S)
        self.timer = loop.call_later(seconds, self._expired)

    def _expired(self) -> None:
        self.timer = None
        self.wake()


class AsyncSocketDriver(AsyncSocketLink):
    """Driver of one WebSocket; use it only in the event loop that opened it."""

    def __init__(self, session: Session, config: Config, *, since: float) -> None:
        super().__init__(session, config, since=since)
        self._session = session

    # --- contexts

    @property
    def load(self) -> int:
        """The number of open contexts."""
        return len(self._session.contexts)

    def idle_for(self, now: float) -> float:
        """Return the seconds since the last context began or ended; 0 while one is open."""
        return 0.0 if self.load else now - self._session.idle_since

    def reserve(self) -> None:
        """Restart the idle time, because a context is about to begin."""
        self._session.idle_since = time.monotonic()

    def open(
        self,
        context_id: str,
        fields: Mapping[str, object] | RequestEncoder,
        *,
        ended: Callable[[Context], None] | None = None,
        meter: Meter | None = None,
        timeouts: Timeouts | None = None,
    ) -> ContextReader:
        """Open a context.

        Args:
            context_id: Id of the context.
            fields: The constant fields of its requests, or the encoder of an earlier context.
            ended: Called when the service no longer works on the context.
            meter: Counts the audio that arrives.
            timeouts: Deadlines of the context; None uses those of the connection.
        """
        reader = ContextReader(timeouts or self._timeouts)
        reader.context = self._session.open(
            context_id, fields, wake=reader.wake, now=time.monotonic(), ended=ended, meter=meter
        )
        return reader

    async def send(
        self,
        reader: ContextReader,
        text: str,
        *,
        more: bool,
        flush: bool = False,
        manner: Mapping[str, object] | None = None,
    ) -> None:
        """Send text, a flush or the end of the input; wait while too many bytes are unsent."""
        now = time.monotonic()
        self._session.send(reader.context, text, more=more, flush=flush, now=now, manner=manner)
        reader.wake()
        self._flush()
        await self.drained(reader.timeouts.write)

    def cancel(self, reader: ContextReader) -> None:
        """Cancel a context, without waiting for the service."""
        self._session.cancel(reader.context, now=time.monotonic())
        reader.wake()
        self._flush()

    async def wait(self, reader: ContextReader) -> bool:
        """Wait until there may be an event; return False after the terminal one."""
        context = reader.context
        news = context.news()
        if news is not None:
            return news
        if reader.timer is None:
            deadline = context.deadline(reader.timeouts)
            if deadline is not None:
                seconds = deadline.at - time.monotonic()
                if seconds <= 0:
                    self.cancel(reader)
                    raise deadline.error
                reader.watch(self._loop, seconds)
        waiter = self._loop.create_future()
        reader.waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter in reader.waiters:  # cancelled waiters must not pile up
                reader.waiters.remove(waiter)
            raise
        return True
