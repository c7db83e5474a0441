"""The connections of httpcore on asyncio itself.

httpcore's own way goes through anyio, which enters a cancel scope and stops and starts the
transport for every read: a good part of the cost of a stream that comes in small pieces.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

READ_SIZE: Final = 1 << 18
HIGH_WATER: Final = 1 << 18  # bytes that wait to be read before the peer must wait
HAPPY_EYEBALLS_S: Final = 0.25  # the head start of an address before the next is tried as well


class _Connection(asyncio.BufferedProtocol):
    """Keeps what arrives until it is read.

    Args:
        buffer: What the network is read into, for a moment: connections of one loop share it.
    """

    transport: asyncio.Transport

    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self._loop = asyncio.get_running_loop()
        self._received: deque[bytes] = deque()
        self._size = 0
        self._reader: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None  # for the reader
        self._writers: list[asyncio.Future[None]] = []
        self._reading_paused = False
        self._writing_paused = False
        self.ended = False
        self.error: Exception | None = None

    # --- what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._received.append(bytes(self.buffer[:nbytes]))
        self._size += nbytes
        if self._size > HIGH_WATER and not self._reading_paused:
            self._reading_paused = True
            self.transport.pause_reading()
        self._wake_reader()

    def eof_received(self) -> None:
        self.ended = True
        self._wake_reader()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.error = self.error or exc
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake_reader()
        self.resume_writing()

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)

    # --- what the stream calls

    @property
    def readable(self) -> bool:
        """Whether a read would return at once."""
        return bool(self._received) or self.ended

    def take(self, max_bytes: int) -> bytes:
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
            if not self.transport.is_closing():
                self.transport.resume_reading()
        return data

    async def until_readable(self, seconds: float | None) -> bool:
        """Wait for bytes or the end; whether they came in time."""
        deadline = None if seconds is None else self._loop.time() + seconds
        while not self.readable:
            if deadline is not None:
                if deadline <= self._loop.time():
                    return False
                self._watch(deadline)
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return True

    def _watch(self, deadline: float) -> None:
        """Wake the reader by a deadline, or sooner: it looks at its clock itself.

        A timer that runs already is left to run while reads come and go, which is far cheaper
        than one for each of them.
        """
        timer = self._timer
        if timer is None or timer.when() > deadline:
            if timer is not None:
                timer.cancel()
            self._timer = self._loop.call_at(deadline, self._expired)

    def _expired(self) -> None:
        self._timer = None
        self._wake_reader()

    async def until_writable(self, seconds: float | None) -> None:
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


class _Stream(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        connection = self._connection
        if not connection.readable and not await connection.until_readable(timeout):
            raise httpcore.ReadTimeout("timed out")
        data = connection.take(max_bytes)
        if not data and connection.error is not None:
            raise httpcore.ReadError(str(connection.error)) from connection.error
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        connection = self._connection
        if connection.transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        if buffer:
            connection.transport.write(buffer)
            try:
                await connection.until_writable(timeout)
            except TimeoutError:
                raise httpcore.WriteTimeout("timed out") from None
            if connection.error is not None:
                raise httpcore.WriteError(str(connection.error)) from connection.error

    async def aclose(self) -> None:
        transport = self._connection.transport
        transport.close()
        try:
            await asyncio.sleep(0)
        finally:
            transport.abort()  # no waiting for the peer's part of the end of TLS

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        secured = _Connection(self._connection.buffer)
        transport = self._connection.transport
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                upgraded = await loop.start_tls(
                    transport, secured, ssl_context, server_hostname=server_hostname
                )
            if upgraded is None:
                raise httpcore.ConnectError("the peer closed the connection")
        except TimeoutError as error:
            transport.abort()
            raise httpcore.ConnectTimeout("timed out") from error
        except OSError as error:  # those of TLS are among them
            transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            transport.abort()
            raise
        secured.connection_made(upgraded)
        return _Stream(secured)

    def get_extra_info(self, info: str) -> object:
        if info == "is_readable":
            return self._connection.readable
        names = {"client_addr": "sockname", "server_addr": "peername"}
        value: object = self._connection.transport.get_extra_info(names.get(info, info))
        return value


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Makes connections, for one event loop."""

    def __init__(self) -> None:
        self._buffer = memoryview(bytearray(READ_SIZE))

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport, connection = await loop.create_connection(
                    partial(_Connection, self._buffer),
                    host,
                    port,
                    local_addr=None if local_address is None else (local_address, 0),
                    happy_eyeballs_delay=HAPPY_EYEBALLS_S,
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("timed out") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for option in socket_options or ():
            transport.get_extra_info("socket").setsockopt(*option)
        return _Stream(connection)

    async def sleep(self, seconds: float) -> None:
        """Wait before another try."""
        await asyncio.sleep(seconds)
