"""Driver of a socket for asyncio, whatever it carries: the event loop reads and writes.

There is no reader task. The transport passes bytes to `buffer_updated`, which routes them at once,
so a slow consumer never delays the pings that keep the connection alive.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, cast

from .._http.records import ConnectionRecord
from .._protocol.faults import peer_not_reading_error, timeout_error
from .._protocol.link import MAX_BACKLOG
from ..errors import APIConnectionError
from .flow import SHORTEST_TIMER_S
from .network import attach

if TYPE_CHECKING:
    from socket import socket

    import httpx

    from .._http.config import Config
    from .._protocol.link import Link

HIGH_WATER: Final = 1 << 16  # unsent bytes at which pushes wait


class AsyncSocketLink(asyncio.BufferedProtocol):
    """Driver of one socket; use it only in the event loop that opened it.

    Args:
        link: The protocol state of the connection.
        config: The deadlines and the observers.
        since: When the handshake began, in monotonic seconds.
    """

    def __init__(self, link: Link, config: Config, *, since: float) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._link = link
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

    @property
    def usable(self) -> bool:
        """Whether the connection is open."""
        return self._link.usable

    def fileno(self) -> int:
        """Return the file descriptor of the socket; -1 if it is closed."""
        sock: socket | None = None
        if self._transport is not None:
            sock = self._transport.get_extra_info("socket")
        return -1 if sock is None else sock.fileno()

    async def drained(self, seconds: float | None) -> None:
        """Wait while too many bytes are unsent.

        Raises:
            APITimeoutError: If the network does not accept them in time.
        """
        if not self._writable.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._writable.wait()
            except TimeoutError:
                raise timeout_error("write") from None

    # --- closing

    def retire(self) -> None:
        """Send a close frame without waiting for the answer of the peer."""
        for sleeper in self._link.close():
            sleeper.wake()
        self._flush()

    async def aclose(self) -> None:
        """Close the connection; safe to call twice."""
        for sleeper in self._link.close():
            sleeper.wake()
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
        return self._link.get_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Route the bytes that have arrived."""
        for sleeper in self._link.receive(nbytes, now=time.monotonic()):
            sleeper.wake()
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
        for sleeper in self._link.receive_eof(now=time.monotonic(), cause=cause):
            sleeper.wake()
        if self._timer is not None:
            self._timer.cancel()
        self._writable.set()
        self._closed.set_result(None)
        self._record.closed(self._link.end)

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
        for sleeper in self._link.tick(now=now):
            sleeper.wake()
        self._flush()
        if self._closed.done():
            return
        if self._link.is_closed:
            self.abort()
            return
        seconds = max(SHORTEST_TIMER_S, self._link.next_tick() - now)
        self._timer = self._loop.call_later(seconds, self._tick)

    def _flush(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        for data in self._link.websocket.data_to_send():
            if transport.is_closing():  # the write before has failed; asyncio would log each one
                return
            if data:
                transport.write(data)
            elif transport.can_write_eof():
                transport.write_eof()
            else:  # TLS has no half-closed state
                transport.close()
