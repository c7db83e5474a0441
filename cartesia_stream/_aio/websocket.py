"""WebSocket driver for asyncio: the event loop reads, and consumers wait on futures.

There is no reader task. The transport passes bytes to `buffer_updated`, which routes them at once,
so a slow consumer never delays the pings that keep the connection alive.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Final, cast

from .._http.records import ConnectionRecord
from .._protocol.faults import peer_not_reading_error, timeout_error
from .._protocol.session import MAX_BACKLOG
from ..errors import APIConnectionError
from .network import attach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from socket import socket

    import httpx

    from .._http.config import Config
    from .._protocol.context import Context
    from .._protocol.frames import RequestEncoder
    from .._protocol.session import Session
    from .._protocol.stats import Meter
    from ..events import SpeechEvent
    from ..options import Timeouts

HIGH_WATER: Final = 1 << 16  # unsent bytes at which pushes wait


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
        if self.timer is not None and self.context.over:  # there will be no more waits
            self.timer.cancel()
            self.timer = None

    def watch(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Wake the consumers after ``seconds``, or after the shortest deadline if that is less.

        An event restarts a deadline, which then lasts at least as long as the shortest of all. So
        no deadline can end before the timer does, and the timer can keep running while events
        arrive. That is much cheaper than one timer for each event.
        """
        self.timer = loop.call_later(min(seconds, self._shortest), self._expired)

    def _expired(self) -> None:
        self.timer = None
        self.wake()


class AsyncSocketDriver(asyncio.BufferedProtocol):
    """Driver of one WebSocket; use it only in the event loop that opened it.

    Args:
        session: The protocol state of the connection.
        config: The deadlines and the observers.
        since: When the handshake began, in monotonic seconds.
    """

    def __init__(self, session: Session, config: Config, *, since: float) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._session = session
        self._timeouts = config.timeouts
        self._record = ConnectionRecord(config.observers, now=since)
        self._transport: asyncio.Transport | None = None
        self._failure: APIConnectionError | None = None
        self._closed: asyncio.Future[None] = loop.create_future()
        self._writable = asyncio.Event()
        self._writable.set()
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, response: httpx.Response) -> None:
        """Take over the connection from the handshake response.

        Raises:
            RemoteProtocolError: If the response has no connection, such as a mocked response.
        """
        self._record.opened(time.monotonic())
        await attach(self, response)
        self._tick()

    # --- contexts

    @property
    def usable(self) -> bool:
        """Whether the connection can open new contexts."""
        return self._session.usable

    def fileno(self) -> int:
        """Return the file descriptor of the socket; -1 if it is closed."""
        sock: socket | None = None
        if self._transport is not None:
            sock = self._transport.get_extra_info("socket")
        return -1 if sock is None else sock.fileno()

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

    def retire(self) -> None:
        """Send a close frame without waiting for the answer of the peer."""
        for context in self._session.close():
            context.wake()
        self._flush()

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
        if not self._writable.is_set():
            try:
                async with asyncio.timeout(reader.timeouts.write):
                    await self._writable.wait()
            except TimeoutError:
                raise timeout_error("write") from None

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

    async def next_event(self, reader: ContextReader) -> SpeechEvent | None:
        """Wait for the next event; return None after the terminal one."""
        while (event := reader.context.next_event()) is None and await self.wait(reader):
            pass
        return event

    # --- closing

    async def aclose(self) -> None:
        """Close the connection; safe to call twice."""
        for context in self._session.close():
            context.wake()
        self._flush()
        try:
            async with asyncio.timeout(self._timeouts.close):
                await asyncio.shield(self._closed)
        except TimeoutError:  # the peer did not answer the close frame
            self.abort()
            await self._closed
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        if self._transport is not None:
            self._transport.abort()

    # --- what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport; uvloop's works alike without being an `asyncio.Transport`."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer that the transport writes into."""
        return self._session.get_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Route the bytes that have arrived to their contexts."""
        for context in self._session.receive(nbytes, now=time.monotonic()):
            context.wake()
        self._flush()
        transport = self._transport
        if transport is not None and transport.get_write_buffer_size() > MAX_BACKLOG:
            self._failure = peer_not_reading_error()
            transport.abort()

    def eof_received(self) -> None:
        """Let the transport close itself, because the service has sent everything."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake all consumers and pushes, because the connection is closed."""
        cause = self._failure
        if exc is not None:
            cause = APIConnectionError(f"the connection failed: {exc}")
        for context in self._session.receive_eof(now=time.monotonic(), cause=cause):
            context.wake()
        if self._timer is not None:
            self._timer.cancel()
        self._writable.set()
        self._closed.set_result(None)
        self._record.closed(self._session.end)

    def pause_writing(self) -> None:
        """Make pushes wait until the transport has sent more."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let waiting pushes continue."""
        self._writable.set()

    # --- the network

    def _tick(self) -> None:
        """Ping a silent peer, and drop the connection of a dead one."""
        now = time.monotonic()
        for context in self._session.tick(now=now):
            context.wake()
        self._flush()
        if self._closed.done():
            return
        if self._session.is_dead:
            self.abort()
            return
        self._timer = self._loop.call_later(max(0.0, self._session.next_tick() - now), self._tick)

    def _flush(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        for data in self._session.websocket.data_to_send():
            if data:
                transport.write(data)
            elif transport.can_write_eof():
                transport.write_eof()
            else:  # TLS has no half-closed state
                transport.close()
