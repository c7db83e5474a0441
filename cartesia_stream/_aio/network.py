"""Connections of asyncio: the only place where this package opens one.

httpcore's own way goes through anyio, which enters a cancel scope and stops and starts the
transport for every read: a good part of the cost of a stream that comes in small pieces. And its
streams cannot be handed over to the protocol of a WebSocket.
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

from .._http.deadlines import ReadDeadline
from .._protocol.faults import no_stream_error

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

READ_SIZE: Final = 1 << 18
HIGH_WATER: Final = 1 << 18  # bytes that wait to be read before the peer must wait
NEXT_ADDRESS_S: Final = 0.25  # the head start of an address before the next is tried as well


class AsyncStream(asyncio.BufferedProtocol, httpcore.AsyncNetworkStream):
    """One connection, which keeps what arrives until it is read.

    Attributes:
        deadline: When its reads must end.
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
        """Take the transport; that of uvloop is no `asyncio.Transport`, but does all the same."""
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the transport puts what has arrived, for a moment."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Keep what has arrived."""
        self._received.append(bytes(self._buffer[:nbytes]))
        self._size += nbytes
        if self._size > HIGH_WATER and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()
        self._wake_reader()

    def eof_received(self) -> None:
        """Let the transport close itself: the peer will send nothing more."""
        self._ended = True
        self._wake_reader()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what still waits."""
        self._ended = self._lost = True
        self._error = self._error or exc
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake_reader()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Make writes wait."""
        self._writing_paused = True

    def resume_writing(self) -> None:
        """Let writes go on."""
        self._writing_paused = False
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)

    # --- what a connection calls

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived, as soon as there is something; nothing at the end."""
        if not (self._received or self._ended):
            left = self.deadline.left(timeout, time.monotonic())
            if not await self._until_readable(left):
                raise httpcore.ReadTimeout("timed out")
        data = self._take(max_bytes)
        if not data and self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        return data

    def unread(self, data: bytes) -> None:
        """Put back what was read too far."""
        if data:
            self._received.appendleft(data)
            self._size += len(data)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
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
        finally:  # an answer may be read even so
            self.deadline.wrote(time.monotonic())

    async def start_tls(  # type: ignore[override]  # a deadline, and the same stream
        self, ssl_context: ssl.SSLContext, server_hostname: str, until: float | None
    ) -> None:
        """Go on in TLS.

        Args:
            ssl_context: Whom to trust, and as whom.
            server_hostname: The peer.
            until: When it must be done, monotonic seconds.
        """
        try:
            async with asyncio.timeout_at(_loop_time(self._loop, until)):
                upgraded = await self._loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname
                )
            if upgraded is None:
                raise httpcore.ConnectError("the peer closed the connection")
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("timed out") from error
        except OSError as error:  # those of TLS are among them
            raise httpcore.ConnectError(str(error)) from error
        self._transport = upgraded
        self._ended = self._lost = False

    def hand_over(self, protocol: asyncio.BufferedProtocol) -> None:
        """Leave the connection to another protocol, with all that has arrived."""
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
        """Close it, without waiting for the peer's part of the end of TLS."""
        if self._handed_over:
            return
        self._transport.close()
        try:
            await asyncio.sleep(0)
        finally:
            self._transport.abort()

    def get_extra_info(self, info: str) -> object:
        """What the connection knows about itself."""
        if info == "is_readable":
            return bool(self._received) or self._ended
        names = {"client_addr": "sockname", "server_addr": "peername"}
        value: object = self._transport.get_extra_info(names.get(info, info))
        return value

    # --- waiting

    def _take(self, max_bytes: int) -> bytes:
        """What has arrived; nothing at the end."""
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
        """Wait for bytes or the end; whether they came in time."""
        until = None if seconds is None else self._loop.time() + seconds
        while not (self._received or self._ended):
            if until is not None:
                if until <= self._loop.time():
                    return False
                self._watch(until)
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
        """Wait until the network has taken enough.

        Raises:
            TimeoutError: If it does not in time.
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
    """The transport of a connection that belongs to a client of the caller.

    Two tasks carry bytes between its stream and a protocol, since anyio's streams cannot be handed
    over. Of `asyncio.Transport` it has what the protocol of a WebSocket uses.

    Args:
        stream: The connection.
        protocol: Gets what arrives.
        response: What brought the connection; closed with it, which its pool waits for.
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
        self._news = asyncio.Event()  # for the writer
        self._writer = asyncio.create_task(self._write(), name="cartesia-write")
        self._task = asyncio.create_task(self._run(), name="cartesia-read")

    async def _run(self) -> None:
        """Read to the end, then tell the protocol."""
        cause: Exception | None = None
        try:
            while data := await self._stream.read(READ_SIZE):
                feed(self._protocol, data)
        except (httpcore.NetworkError, OSError) as error:
            cause = error
        finally:
            self._closing = True
            self._writer.cancel()
            await asyncio.wait([self._writer])
            with suppress(Exception):  # however a client of the caller closes
                await self._response.aclose()
            self._protocol.connection_lost(cause)

    async def _write(self) -> None:
        """Write what is to be sent, then abort if that was the last."""
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
        """Send data, some time."""
        self._outbox += data
        self._news.set()
        if len(self._outbox) > self._high_water and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def can_write_eof(self) -> bool:
        """A stream of httpcore has no half-closed state."""
        return False

    def close(self) -> None:
        """Close it when everything was sent."""
        self._closing = True
        self._news.set()

    def abort(self) -> None:
        """Close it now."""
        self._closing = True
        self._task.cancel()

    def is_closing(self) -> bool:
        """Whether it is being closed, or is closed."""
        return self._closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set how much may wait to be sent before the protocol is paused."""
        self._high_water = HIGH_WATER if high is None else high

    def get_write_buffer_size(self) -> int:
        """How many bytes wait to be sent."""
        return len(self._outbox)

    def get_extra_info(self, name: str, default: object = None) -> object:
        """What the connection knows about itself."""
        value: object = self._stream.get_extra_info(name)
        return default if value is None else value


def feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    """Give a protocol what has arrived."""
    view = memoryview(data)
    while view:
        room = memoryview(protocol.get_buffer(len(view)))
        size = min(len(room), len(view))
        room[:size] = view[:size]
        protocol.buffer_updated(size)
        view = view[size:]


async def attach(protocol: asyncio.BufferedProtocol, response: httpx.Response) -> None:
    """Leave the connection of a response to a protocol, at once.

    Raises:
        RemoteProtocolError: If the response has no connection, as that of a mock.
    """
    stream = response.extensions.get("network_stream")
    if isinstance(stream, AsyncStream):
        stream.hand_over(protocol)
        await response.aclose()  # its pool forgets it
    elif isinstance(stream, httpcore.AsyncNetworkStream):
        protocol.connection_made(PumpedTransport(stream, protocol, response))
    else:
        raise no_stream_error()


_buffers: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, memoryview]] = WeakKeyDictionary()


def _buffer_of(loop: asyncio.AbstractEventLoop) -> memoryview:
    """What the connections of an event loop are read into, one after the other."""
    buffer = _buffers.get(loop)
    if buffer is None:
        buffer = _buffers[loop] = memoryview(bytearray(READ_SIZE))
    return buffer


async def open_stream(host: str, port: int, until: float | None) -> AsyncStream:
    """Connect to the first address of a host that answers.

    Args:
        host: A name or an address.
        port: A port.
        until: When it must stand, monotonic seconds; None waits for ever.

    Raises:
        httpcore.ConnectTimeout: If it does not in time.
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
    except OSError as error:
        raise httpcore.ConnectError(f"{host}:{port}: {error}") from error
    return stream


async def _addresses(loop: asyncio.AbstractEventLoop, host: str, port: int) -> Sequence[Address]:
    with suppress(socket.gaierror):  # an address needs no resolver, nor its thread
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _connected(
    loop: asyncio.AbstractEventLoop, addresses: Sequence[Address]
) -> socket.socket:
    """A socket that is connected to the quickest of some addresses (RFC 8305).

    asyncio's own option for that is unknown to uvloop, and forgets sockets when it is cancelled.
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
