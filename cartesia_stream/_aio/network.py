"""Network connections for asyncio; the async client opens all of them here.

httpcore would use anyio, which enters a cancel scope, and stops and starts the transport, for every
read. That is a large part of the cost of a stream that arrives in small pieces. Also, the streams
of anyio cannot be handed over to the protocol of a WebSocket.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeAlias, cast
from weakref import WeakKeyDictionary

import httpcore

from .._http.http11 import ReadDeadline
from .._protocol.faults import host_and_port, no_stream_error
from .flow import SHORTEST_TIMER_S

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    import httpx

Address: TypeAlias = tuple[
    socket.AddressFamily,
    socket.SocketKind,
    int,
    str,
    tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes],
]
"""One result of `socket.getaddrinfo`."""

# Bytes of a read. From 128 KiB on, the allocator of glibc asks the kernel for each piece of memory.
READ_SIZE: Final = 120 << 10
HIGH_WATER: Final = 1 << 18  # unread bytes at which the transport stops reading
NEXT_ADDRESS_S: Final = 0.25  # head start of an address before the next one is tried too


class AsyncStream(asyncio.BufferedProtocol, httpcore.AsyncNetworkStream):
    """One connection, with a buffer for bytes that have arrived but were not read yet.

    Attributes:
        deadline: The read deadline of the connection.
    """

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self.deadline: ReadDeadline = ReadDeadline()
        self._loop = asyncio.get_running_loop()
        self._buffer = _buffer_of(self._loop)
        self._received: deque[bytes] = deque()
        self._size = 0
        self._reader: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None  # for the reader
        self._writers: list[asyncio.Future[None]] = []
        self._reading_paused = False
        self._writing_paused = False
        self._ended = False
        self._lost = False
        self._handed_over = False
        self._error: Exception | None = None

    # --- what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport; uvloop's works alike without being an `asyncio.Transport`."""
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer that the transport writes into; `buffer_updated` copies from it."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Store the bytes that have arrived, and wake the reader."""
        self._received.append(bytes(self._buffer[:nbytes]))
        self._size += nbytes
        if self._size > HIGH_WATER and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()
        self._wake_reader()

    def eof_received(self) -> None:
        """Note that the peer has sent everything, and let the transport close itself."""
        self._ended = True
        self._wake_reader()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake the reader and the writers, because the connection is closed."""
        self._ended = self._lost = True
        self._error = self._error or exc
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake_reader()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Make writes wait until the transport has sent more."""
        self._writing_paused = True

    def resume_writing(self) -> None:
        """Let waiting writes continue."""
        self._writing_paused = False
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)

    # --- what a connection calls

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes and return them; return ``b""`` at the end of the stream."""
        if not (self._received or self._ended):
            left = self.deadline.left(timeout, time.monotonic())
            if not await self._until_readable(left):
                raise httpcore.ReadTimeout("timed out")
        data = self._take(max_bytes)
        if not data and self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        return data

    def unread(self, data: bytes) -> None:
        """Put bytes back, so that the next read returns them."""
        if data:
            self._received.appendleft(data)
            self._size += len(data)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        transport = self._transport
        try:
            if transport.is_closing():
                raise httpcore.WriteError("the connection is closed")
            if buffer:
                transport.write(buffer)
                try:
                    await self._until_writable(timeout)
                except TimeoutError:
                    raise httpcore.WriteTimeout("timed out") from None
                if self._error is not None:
                    raise httpcore.WriteError(str(self._error)) from self._error
        finally:  # after a failure too: the peer may have answered already
            self.deadline.wrote(time.monotonic())

    async def start_tls(  # type: ignore[override]  # a deadline, and the same stream
        self, ssl_context: ssl.SSLContext, server_hostname: str, until: float | None
    ) -> None:
        """Start TLS on this connection, by a deadline in monotonic seconds."""
        try:
            async with asyncio.timeout_at(_loop_time(self._loop, until)):
                upgraded = await self._loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname
                )
            if upgraded is None:
                raise httpcore.ConnectError("the peer closed the connection")
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("timed out") from error
        except OSError as error:  # including TLS errors
            raise httpcore.ConnectError(str(error)) from error
        self._transport = upgraded
        self._ended = self._lost = False

    def hand_over(self, protocol: asyncio.BufferedProtocol) -> None:
        """Hand the connection over to another protocol, with all unread bytes."""
        self._handed_over = True
        transport = self._transport
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in self._received:
            feed(protocol, data)
        if self._lost:
            protocol.connection_lost(self._error)
        elif self._reading_paused and not transport.is_closing():
            transport.resume_reading()

    async def aclose(self) -> None:
        """Close the connection without waiting for the peer's TLS close_notify."""
        if self._handed_over:
            return
        self._transport.close()
        try:
            await asyncio.sleep(0)
        finally:
            self._transport.abort()

    def get_extra_info(self, info: str) -> object:
        """Return a detail of the connection, such as its socket."""
        if info == "is_readable":
            return bool(self._received) or self._ended
        names = {"client_addr": "sockname", "server_addr": "peername"}
        value: object = self._transport.get_extra_info(names.get(info, info))
        return value

    # --- waiting

    def _take(self, max_bytes: int) -> bytes:
        """Return buffered bytes; ``b""`` if there are none."""
        if not self._received:
            return b""
        data = self._received.popleft()
        if len(data) > max_bytes:
            self._received.appendleft(data[max_bytes:])
            data = data[:max_bytes]
        self._size -= len(data)
        if self._reading_paused and self._size <= HIGH_WATER:
            self._reading_paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        return data

    async def _until_readable(self, seconds: float | None) -> bool:
        """Wait for bytes or the end of the stream; return False after a timeout."""
        until = None if seconds is None else self._loop.time() + seconds
        while not (self._received or self._ended):
            if until is not None:
                now = self._loop.time()
                if until <= now:
                    return False
                self._watch(max(until, now + SHORTEST_TIMER_S))
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return True

    def _watch(self, until: float) -> None:
        """Reuse one timer per connection; readers check their own deadline when it wakes them."""
        timer = self._timer
        if timer is None or timer.when() > until:
            if timer is not None:
                timer.cancel()
            self._timer = self._loop.call_at(until, self._expired)

    def _expired(self) -> None:
        self._timer = None
        self._wake_reader()

    async def _until_writable(self, seconds: float | None) -> None:
        """Wait until the transport accepts more bytes.

        Raises:
            TimeoutError: If it does not do so in time.
        """
        if self._writing_paused:
            writer = self._loop.create_future()
            self._writers.append(writer)
            async with asyncio.timeout(seconds):
                await writer

    def _wake_reader(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


class PumpedTransport(asyncio.Transport):
    """Transport for a connection that the user's own httpx client has opened.

    Two tasks copy bytes between the stream and a protocol, because anyio's streams cannot be handed
    over. It implements the part of `asyncio.Transport` that a WebSocket protocol uses.

    Args:
        stream: The connection.
        protocol: The protocol that receives the bytes.
        response: The response of the handshake. It is closed with the connection, because the pool
            counts the connection until then.
    """

    def __init__(
        self,
        stream: httpcore.AsyncNetworkStream,
        protocol: asyncio.BufferedProtocol,
        response: httpx.Response,
    ) -> None:
        super().__init__()
        self._stream = stream
        self._protocol = protocol
        self._response = response
        self._outbox = bytearray()
        self._high_water = HIGH_WATER
        self._paused = False
        self._closing = False
        self._cause: Exception | None = None
        self._news = asyncio.Event()  # for the writer
        self._writer = asyncio.create_task(self._write(), name="cartesia-write")
        self._task = asyncio.create_task(self._run(), name="cartesia-read")
        self._task.add_done_callback(self._ended)

    async def _run(self) -> None:
        """Pass bytes to the protocol until the end of the stream, then report the end."""
        try:
            while data := await self._stream.read(READ_SIZE):
                feed(self._protocol, data)
        except (httpcore.NetworkError, OSError) as error:
            self._cause = error

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Tell the protocol; reading has ended, or was cancelled, perhaps before it began."""
        self._closing = True
        self._writer.cancel()
        self._closed = asyncio.create_task(self._close(), name="cartesia-close")
        self._protocol.connection_lost(self._cause)

    async def _close(self) -> None:
        with suppress(Exception):  # closing the user's client may raise anything
            await self._response.aclose()

    async def _write(self) -> None:
        """Write the outgoing bytes; once closing, abort after the last of them."""
        try:
            while True:
                while self._outbox:
                    data = bytes(self._outbox)
                    await self._stream.write(data)
                    del self._outbox[: len(data)]
                    if self._paused and len(self._outbox) <= self._high_water:
                        self._paused = False
                        self._protocol.resume_writing()
                if self._closing:
                    break
                self._news.clear()
                await self._news.wait()
        except (httpcore.NetworkError, OSError):
            pass
        self.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Queue data to be sent."""
        self._outbox += data
        self._news.set()
        if len(self._outbox) > self._high_water and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def can_write_eof(self) -> bool:
        """Return False, because a stream of httpcore has no half-closed state."""
        return False

    def close(self) -> None:
        """Close the connection after everything has been sent."""
        self._closing = True
        self._news.set()

    def abort(self) -> None:
        """Close the connection at once."""
        self._closing = True
        self._task.cancel()

    def is_closing(self) -> bool:
        """Whether the connection is closing or closed."""
        return self._closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the number of unsent bytes at which the protocol is paused."""
        self._high_water = HIGH_WATER if high is None else high

    def get_write_buffer_size(self) -> int:
        """Return the number of unsent bytes."""
        return len(self._outbox)

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Return a detail of the connection, such as its socket."""
        value: object = self._stream.get_extra_info(name)
        return default if value is None else value


def feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    """Pass bytes to a protocol through its buffer."""
    view = memoryview(data)
    while view:
        room = memoryview(protocol.get_buffer(len(view)))
        size = min(len(room), len(view))
        room[:size] = view[:size]
        protocol.buffer_updated(size)
        view = view[size:]


async def attach(protocol: asyncio.BufferedProtocol, response: httpx.Response) -> None:
    """Hand the connection of a handshake response over to a protocol.

    Raises:
        RemoteProtocolError: If the response has no connection, such as a mocked response.
    """
    stream = response.extensions.get("network_stream")
    if isinstance(stream, AsyncStream):
        stream.hand_over(protocol)
        await response.aclose()  # removes it from its pool
    elif isinstance(stream, httpcore.AsyncNetworkStream):
        protocol.connection_made(PumpedTransport(stream, protocol, response))
    else:
        raise no_stream_error()


_buffers: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, memoryview]] = WeakKeyDictionary()


def _buffer_of(loop: asyncio.AbstractEventLoop) -> memoryview:
    """Return the read buffer that all connections of an event loop share."""
    buffer = _buffers.get(loop)
    if buffer is None:
        buffer = _buffers[loop] = memoryview(bytearray(READ_SIZE))
    return buffer


async def open_stream(host: str, port: int, until: float | None) -> AsyncStream:
    """Connect to the first address of a host that answers, by a deadline in monotonic seconds.

    Raises:
        httpcore.ConnectTimeout: If no address answers before the deadline.
        httpcore.ConnectError: If no address answers.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(_loop_time(loop, until)):
            sock = await _connected(loop, await _addresses(loop, host, port))
            try:
                _, stream = await loop.create_connection(AsyncStream, sock=sock)
            except BaseException:
                sock.close()
                raise
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("timed out") from error
    except (OSError, UnicodeError) as error:  # a name that IDNA does not have
        raise httpcore.ConnectError(f"{host_and_port(host, port)}: {error}") from error
    return stream


async def _addresses(loop: asyncio.AbstractEventLoop, host: str, port: int) -> Sequence[Address]:
    with suppress(socket.gaierror):  # an IP address needs no resolver and no thread
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _connected(
    loop: asyncio.AbstractEventLoop, addresses: Sequence[Address]
) -> socket.socket:
    """Connect to the address that answers first (RFC 8305), and return the socket.

    asyncio has an option for this, but uvloop does not, and asyncio leaks sockets when cancelled.
    """
    if len(addresses) > 1:
        from aiohappyeyeballs import (
            start_connection,  # pyright: ignore[reportUnknownVariableType]  # it has a bare `tuple`
        )

        return await start_connection(addresses, happy_eyeballs_delay=NEXT_ADDRESS_S)
    ((family, kind, protocol, _, address),) = addresses
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _loop_time(loop: asyncio.AbstractEventLoop, until: float | None) -> float | None:
    return None if until is None else loop.time() + until - time.monotonic()
