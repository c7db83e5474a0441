"""The TTS socket on asyncio: the event loop reads, and consumers wait on futures.

There is no reader task: the transport hands bytes to `buffer_updated`, which routes them at once,
so a slow consumer never stops the pings that keep the connection alive.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Final

from .._core.backoff import Backoff
from .._core.dial import (
    MAX_BACKLOG,
    Route,
    deaf_peer,
    open_session,
    refused,
    route_for,
    too_late,
    tunnel_is_open,
)
from .._core.observe import Link
from ..errors import APIConnectionError, APIError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from socket import socket

    from .._core.config import Config
    from .._core.context import Context
    from .._core.session import Session
    from .._core.stats import Meter
    from .._core.timeouts import Timeouts
    from ..events import SpeechEvent

HIGH_WATER: Final = 1 << 16  # bytes that wait to be written before a push waits too
NEXT_ADDRESS_S: Final = 0.25  # when to try the next address of a host as well; as of RFC 8305


class Lane:
    """A context, its deadlines, and the futures that its consumers wait on.

    Attributes:
        context: The context.
        timeouts: Its deadlines.
        waiters: What the consumers wait on.
        timer: What wakes them before any deadline, if it runs.
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
        """Let every waiting consumer look again."""
        waiters = self.waiters
        if waiters:
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
            waiters.clear()
        if self.timer is not None and self.context.over:  # nobody will wait any more
            self.timer.cancel()
            self.timer = None

    def watch(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Wake the consumers in so many seconds, or sooner.

        No deadline can come to lie before that: whatever moves one has it begin anew, with the
        shortest of them at least. So the timer can be left to run while events come and go, which
        is far cheaper than one for each event.
        """
        self.timer = loop.call_later(min(seconds, self._shortest), self._expired)

    def _expired(self) -> None:
        self.timer = None
        self.wake()


class AsyncSocketDriver(asyncio.BufferedProtocol):
    """One connection; for the event loop that it was opened in."""

    def __init__(self, session: Session, config: Config) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._session = session
        self._timeouts = config.timeouts
        self._link = Link(config, now=time.monotonic())
        self._transport: asyncio.Transport | None = None
        self._failure: APIConnectionError | None = None
        self._opened: asyncio.Future[None] = loop.create_future()
        self._closed: asyncio.Future[None] = loop.create_future()
        self._writable = asyncio.Event()
        self._writable.set()
        self._timer: asyncio.TimerHandle | None = None

    async def handshake(self) -> None:
        """Complete the opening handshake.

        Raises:
            APIError: If the service refused, or the network failed.
        """
        try:
            await self._opened
        except BaseException:
            self.abort()
            raise

    # --- contexts

    @property
    def usable(self) -> bool:
        """Whether contexts can be opened."""
        return self._session.usable

    def fileno(self) -> int:
        """The socket's number in this process, -1 when it is closed."""
        sock: socket | None = None
        if self._transport is not None:
            sock = self._transport.get_extra_info("socket")
        return -1 if sock is None else sock.fileno()

    @property
    def load(self) -> int:
        """Contexts that are open."""
        return len(self._session.contexts)

    def idle_for(self, now: float) -> float:
        """Seconds since the last context began or ended; 0 while one is open."""
        return 0.0 if self.load else now - self._session.idle_since

    def reserve(self) -> None:
        """Do not count as idle: a context is about to begin."""
        self._session.idle_since = time.monotonic()

    def retire(self) -> None:
        """Close the connection without waiting for the peer's part in it."""
        for context in self._session.close():
            context.wake()
        self._flush()

    def open(
        self,
        context_id: str,
        fields: Mapping[str, object],
        *,
        ended: Callable[[Context], None] | None = None,
        meter: Meter | None = None,
        timeouts: Timeouts | None = None,
    ) -> Lane:
        """Make a context.

        Args:
            context_id: Its id.
            fields: The constant fields of its requests.
            ended: Told when the service works on it no more.
            meter: Told of the audio that arrives.
            timeouts: Its deadlines, where they are not those of the connection.
        """
        lane = Lane(timeouts or self._timeouts)
        lane.context = self._session.open(
            context_id, fields, wake=lane.wake, now=time.monotonic(), ended=ended, meter=meter
        )
        return lane

    async def send(self, lane: Lane, text: str, *, more: bool, flush: bool = False) -> None:
        """Send text, a flush or the end of the input; waits while the network is behind."""
        self._session.send(lane.context, text, more=more, flush=flush, now=time.monotonic())
        lane.wake()
        self._flush()
        if not self._writable.is_set():
            try:
                async with asyncio.timeout(lane.timeouts.write):
                    await self._writable.wait()
            except TimeoutError:
                raise too_late("write") from None

    def cancel(self, lane: Lane) -> None:
        """Stop a context; returns at once."""
        self._session.cancel(lane.context, now=time.monotonic())
        lane.wake()
        self._flush()

    async def wait(self, lane: Lane) -> bool:
        """Wait until there may be an event to read; False when none will come any more."""
        context = lane.context
        news = context.news()
        if news is not None:
            return news
        if lane.timer is None:
            deadline = context.deadline(lane.timeouts)
            if deadline is not None:
                seconds = deadline.at - time.monotonic()
                if seconds <= 0:
                    self.cancel(lane)
                    raise deadline.error
                lane.watch(self._loop, seconds)
        waiter = self._loop.create_future()
        lane.waiters.append(waiter)
        await waiter
        return True

    async def next_event(self, lane: Lane) -> SpeechEvent | None:
        """Wait for the next event; None after the terminal one."""
        while (event := lane.context.next_event()) is None and await self.wait(lane):
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
        except TimeoutError:  # a peer that does not answer the close frame
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
        """Send the handshake."""
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=HIGH_WATER)
        self._transport = transport
        self._flush()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the transport puts what has arrived."""
        return self._session.get_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Route what has arrived."""
        for context in self._session.receive(nbytes, now=time.monotonic()):
            context.wake()
        self._flush()
        transport = self._transport
        if transport is not None and transport.get_write_buffer_size() > MAX_BACKLOG:
            self._failure = deaf_peer()
            transport.abort()
        if not self._opened.done():
            self._judge_handshake()

    def _judge_handshake(self) -> None:
        websocket = self._session.websocket
        if websocket.is_open:
            self._link.opened(time.monotonic())
            self._opened.set_result(None)
            self._tick()
        elif (error := websocket.handshake_error()) is not None:
            self._opened.set_exception(error)

    def eof_received(self) -> None:
        """Let the transport close itself: the service will send nothing more."""

    def connection_lost(self, exc: Exception | None) -> None:
        """End what still waits."""
        cause = self._failure
        if exc is not None:
            cause = APIConnectionError(f"the connection failed: {exc}")
        for context in self._session.receive_eof(now=time.monotonic(), cause=cause):
            context.wake()
        if self._timer is not None:
            self._timer.cancel()
        if not self._opened.done():
            error = cause or self._session.websocket.handshake_error()
            self._opened.set_exception(error or refused("the connection was closed"))
            self._opened.exception()  # nobody may be waiting any more
        self._writable.set()
        self._closed.set_result(None)
        self._link.closed(self._session.end)

    def pause_writing(self) -> None:
        """Make pushes wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let pushes go on."""
        self._writable.set()

    # --- the network

    def _tick(self) -> None:
        """Ping a silent peer, give up on a dead one."""
        now = time.monotonic()
        for context in self._session.tick(now=now):
            context.wake()
        self._flush()
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


class _Tunnel(asyncio.Protocol):
    """Asks a proxy for a tunnel."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._received = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        try:
            if tunnel_is_open(self._received) and not self.opened.done():
                self.opened.set_result(None)
        except APIConnectionError as error:
            if not self.opened.done():
                self.opened.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(refused("the proxy closed the connection"))


async def connect(config: Config, *, max_retries: int, proxy: str | None) -> AsyncSocketDriver:
    """Open a socket, trying again as the policy allows: a handshake may be repeated freely.

    Raises:
        APIStatusError: If the service refused, as over HTTP.
        APIConnectionError: If it cannot be reached.
    """
    retries = Backoff(max_retries, idempotent=True)
    while True:
        try:
            return await _connect_once(config, proxy)
        except APIError as error:
            delay = retries.delay_after(error)
            if delay is None:
                raise
        await asyncio.sleep(delay)


async def _connect_once(config: Config, proxy: str | None) -> AsyncSocketDriver:
    driver = AsyncSocketDriver(open_session(config, now=time.monotonic()), config)
    route = route_for(config, proxy)
    try:
        async with asyncio.timeout(config.timeouts.connect):
            await _dial(route, driver)
            await driver.handshake()
    except TimeoutError as error:
        driver.abort()
        if isinstance(error, APIError):
            raise
        raise too_late("connect") from error
    except (OSError, UnicodeError) as error:
        raise refused(f"cannot connect to {route.host}:{route.port}: {error}", error) from error
    return driver


async def _dial(route: Route, driver: AsyncSocketDriver) -> None:
    """Connect the driver, through the proxy and TLS where the route says so."""
    loop = asyncio.get_running_loop()
    name = route.server_name if route.tls is not None else None
    if route.tunnel is None:
        await loop.create_connection(
            lambda: driver,
            route.host,
            route.port,
            ssl=route.tls,
            server_hostname=name,
            happy_eyeballs_delay=NEXT_ADDRESS_S,
        )
        return
    request = route.tunnel
    transport, tunnel = await loop.create_connection(
        lambda: _Tunnel(request), route.host, route.port, happy_eyeballs_delay=NEXT_ADDRESS_S
    )
    try:
        await tunnel.opened
        if route.tls is not None:
            secured = await loop.start_tls(transport, driver, route.tls, server_hostname=name)
            if secured is None:
                raise refused("the proxy closed the connection")
            driver.connection_made(secured)
        else:
            transport.set_protocol(driver)
            driver.connection_made(transport)
    except BaseException:
        transport.abort()
        raise
