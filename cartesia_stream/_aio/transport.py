"""The HTTP connections of a client that was given none: httpx over httpcore, with whole deadlines.

What httpx calls a read timeout bounds one read, so that a peer which sends a byte now and then is
waited for without end. Here the connections count the whole wait; see `_core.patience`. Chunked
bodies, which streams are, are read past httpcore; see `_core.http11`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, cast

import httpcore
import httpx

from .._core.http import faults_of_httpx, is_chunked
from .._core.http11 import LAST_CHUNK, ChunkedBody, Head
from .._core.patience import Patience
from .flow import attempts
from .network import AsyncBackend

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterable, MutableMapping

    from .._core.http import PoolOptions

READ_SIZE: Final = 1 << 18


class AsyncPatientStream(httpcore.AsyncNetworkStream):
    """A connection that keeps to its deadlines.

    Attributes:
        patience: Its deadlines.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, patience: Patience) -> None:
        self._stream = stream
        self._head = Head()
        self._sending = False
        self._held = b""  # the head of a request, which leaves with what follows it
        self.patience = patience

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived, as soon as there is something, to the end of a head at most."""
        head = self._head
        data = head.rest
        head.rest = b""
        if not data:
            data = await self._read(max_bytes, timeout)
        return data if self.patience.connecting else head.receive_data(data)

    async def read_into(self, body: ChunkedBody, timeout: float | None) -> bytes:
        """More of the body of the response whose head was just read.

        Once it is complete, `read` finds an end of a body, so that httpcore learns of it.
        """
        if body.fault is not None:
            raise httpcore.RemoteProtocolError(body.fault.message)
        head = self._head
        data = head.rest or await self._read(READ_SIZE, timeout)
        if not data:
            raise httpcore.RemoteProtocolError("the peer closed the connection within the body")
        piece = body.receive_data(data)
        head.rest = LAST_CHUNK if body.complete else b""
        return piece

    async def _read(self, max_bytes: int, timeout: float | None) -> bytes:
        if self._held:
            await self.write(b"", timeout)
        self._sending = False
        left = self._left(timeout)
        try:
            return await self._stream.read(max_bytes, left)
        except httpcore.ReadTimeout as error:
            if self.patience.connecting:
                raise httpcore.ConnectTimeout(str(error)) from error
            raise

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it; the head of a request waits for what follows, to leave with it."""
        if not self._sending:
            self._sending = True
            self._head.begin()
            self._held = buffer
            return
        data, self._held = self._held + buffer, b""
        try:
            if data:
                await self._stream.write(data, timeout)
        finally:  # an answer may be read even so
            self.patience.wrote(data, time.monotonic())

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncPatientStream:
        """The same connection in TLS."""
        left = self._left(timeout)
        secured = await self._stream.start_tls(ssl_context, server_hostname, left)
        return AsyncPatientStream(secured, self.patience)

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> object:
        """What the connection knows about itself."""
        value: object = self._stream.get_extra_info(info)
        return value

    def _left(self, timeout: float | None) -> float | None:
        left = self.patience.left(timeout, time.monotonic())
        if left is not None and left <= 0:
            connecting = self.patience.connecting
            raise (httpcore.ConnectTimeout if connecting else httpcore.ReadTimeout)("timed out")
        return left


class AsyncPatientBackend(httpcore.AsyncNetworkBackend):
    """Makes connections that keep to their deadlines."""

    def __init__(self) -> None:
        self._backend = AsyncBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> AsyncPatientStream:
        """Connect to the first address of a host that answers."""
        patience = Patience(None if timeout is None else time.monotonic() + timeout)
        failure: Exception | None = None
        try:
            for address, seconds in attempts(host, port, timeout):
                try:
                    stream = await self._backend.connect_tcp(
                        address, port, seconds, local_address, socket_options
                    )
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                    failure = error
                else:
                    return AsyncPatientStream(stream, patience)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        raise failure or httpcore.ConnectError(f"{host} has no address")


class AsyncBody(httpx.AsyncByteStream):
    """The body of a response.

    Args:
        response: The response.
        stream: Its connection, if the body is to be read past httpcore.
        timeout: For each read; see `Patience`.
    """

    def __init__(
        self,
        response: httpcore.Response,
        stream: AsyncPatientStream | None,
        timeout: float | None,
    ) -> None:
        self._response = response
        self._stream = stream
        self._timeout = timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with faults_of_httpx():
            if self._stream is not None:
                body = ChunkedBody()
                while not body.complete:
                    yield await self._stream.read_into(body, self._timeout)
            pieces = self._response.aiter_stream()
            async for piece in pieces:  # sync: yield from pieces
                yield piece  # aio

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        await self._response.aclose()


class AsyncTransport(httpx.AsyncBaseTransport):
    """A pool of connections that keep to their deadlines.

    Args:
        options: Of the pool.
    """

    def __init__(self, options: PoolOptions) -> None:
        self._pool = httpcore.AsyncConnectionPool(network_backend=AsyncPatientBackend(), **options)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; what is left to be read is the body."""
        url = request.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        outgoing = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with faults_of_httpx():
            response = await self._pool.handle_async_request(outgoing)
        extensions = cast(
            "MutableMapping[str, object]",
            response.extensions,  # pyright: ignore[reportUnknownMemberType]  # of an empty dict
        )
        stream = extensions.get("network_stream")
        fast = None
        if isinstance(stream, AsyncPatientStream):
            stream.patience.answered()
            fast = stream if is_chunked(request.method, response) else None
        timeout = request.extensions.get("timeout", {}).get("read")
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=AsyncBody(response, fast, timeout),
            extensions=extensions,
            request=request,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        with faults_of_httpx():
            await self._pool.aclose()
