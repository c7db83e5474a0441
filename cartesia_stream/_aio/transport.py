"""The HTTP connections of a client that was given none, with whole deadlines.

What httpx calls a read timeout bounds one read, so that a peer which sends a byte now and then is
waited for without end. Here the connections count the whole wait; see `_core.patience`. httpcore
pools them and knows the proxies; direct connections speak HTTP/1.1 by `_core.http11`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Self, cast

import httpcore
import httpx

from .._core.http import FAULTS, Reply, extensions_of, fault_of_httpx, faults_of_httpx, timeouts_of
from .._core.http11 import HeadParser, Upload, request_head
from .._core.patience import Patience
from .flow import Guard, attempts
from .network import AsyncBackend

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, Iterable

    from .._core.http import PoolOptions
    from .._core.http11 import Framing, Head

SMALL: Final = 1 << 14  # bytes of a read; a large one costs fresh memory, however little comes
LARGE: Final = 1 << 18  # where reads keep coming back full


class AsyncPatientStream(httpcore.AsyncNetworkStream):
    """The network of a connection, with its deadlines.

    Attributes:
        patience: The deadlines.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, patience: Patience) -> None:
        self._stream = stream
        self.patience = patience

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived, as soon as there is something; nothing at the end."""
        left = self._left(timeout)
        try:
            return await self._stream.read(max_bytes, left)
        except httpcore.ReadTimeout as error:
            if self.patience.connecting:
                raise httpcore.ConnectTimeout(str(error)) from error
            raise

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        try:
            await self._stream.write(buffer, timeout)
        finally:  # an answer may be read even so
            self.patience.wrote(buffer, time.monotonic())

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


class AsyncConnection(httpcore.AsyncConnectionInterface):
    """A connection straight to the service, for one exchange after the other.

    Args:
        origin: The service.
        backend: Makes its connection.
        options: Of its pool.
    """

    def __init__(
        self, origin: httpcore.Origin, backend: AsyncPatientBackend, options: PoolOptions
    ) -> None:
        self._origin = origin
        self._backend = backend
        self._tls = options["ssl_context"] if origin.scheme == b"https" else None
        self._keepalive = options["keepalive_expiry"]
        self._stream: AsyncPatientStream | None = None
        self._guard = Guard()
        self._idle = True  # also before the first exchange, which its pool has a request for
        self._closed = False
        self._expires = 0.0

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and read the head of what answers it."""
        with self._guard:
            if not self._idle or self._closed:
                raise httpcore.ConnectionNotAvailable
            self._idle = False
        timeouts = timeouts_of(request)
        try:
            stream = self._stream
            if stream is None:
                stream = self._stream = await self._connect(timeouts.get("connect"))
            sent = await _send(stream, request, timeouts.get("write"))
            head, rest = await _read_head(stream, timeouts.get("read"))
            body = head.body(request.method)
        except BaseException:
            await self.aclose()
            raise
        exchange = AsyncExchange(self, stream, body, rest, timeouts.get("read"))
        exchange.persists = sent and head.persists and not (body.complete and rest)
        return httpcore.Response(
            head.status,
            headers=head.headers,
            content=exchange,
            extensions={
                "http_version": b"HTTP/" + head.version,
                "reason_phrase": head.reason,
                "network_stream": stream,
                "exchange": exchange,
            },
        )

    async def _connect(self, timeout: float | None) -> AsyncPatientStream:
        host = self._origin.host.decode("ascii")
        stream = await self._backend.connect_tcp(host, self._origin.port, timeout)
        if self._tls is None:
            return stream
        self._tls.set_alpn_protocols(["http/1.1"])
        return await stream.start_tls(self._tls, host, timeout)

    async def release(self, *, persists: bool) -> None:
        """End an exchange; the next one may begin if the connection persists."""
        if not persists:
            await self.aclose()
            return
        self._expires = time.monotonic() + self._keepalive
        self._idle = True

    async def aclose(self) -> None:
        """Close it."""
        self._closed = True
        if self._stream is not None:
            await self._stream.aclose()

    # --- what the pool asks

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        """Whether it is a connection to this service."""
        return origin == self._origin

    def is_available(self) -> bool:
        """Whether it may be used again."""
        return self.is_idle() and not self._closed

    def has_expired(self) -> bool:
        """Whether it is not to be used again: for its age, or since the service closed it."""
        stream = self._stream
        if stream is None or not self._idle:
            return False
        return time.monotonic() > self._expires or bool(stream.get_extra_info("is_readable"))

    def is_idle(self) -> bool:
        """Whether it was used and waits to be used again."""
        return self._idle and self._stream is not None

    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    def info(self) -> str:
        """What to show of it."""
        return f"{self._origin!s}, HTTP/1.1"


async def _send(
    stream: AsyncPatientStream, request: httpcore.Request, timeout: float | None
) -> bool:
    """Send a request, its head together with the start of its body; whether all of it left."""
    held = request_head(request.method, request.url.target, request.headers)
    upload = Upload(request.headers)
    try:
        async for piece in cast("AsyncIterable[bytes]", request.stream):
            await stream.write(held + upload.piece(piece), timeout)
            held = b""
        held += upload.end()
        if held:
            await stream.write(held, timeout)
    except httpcore.WriteError:  # the service may have answered and closed before it read all
        return False
    return True


async def _read_head(stream: AsyncPatientStream, timeout: float | None) -> tuple[Head, bytes]:
    """The head of a response, and what was read behind it."""
    parser = HeadParser()
    while data := await stream.read(SMALL, timeout):
        head = parser.receive_data(data)
        if head is not None:
            return head, parser.rest
    raise httpcore.RemoteProtocolError("the service closed the connection without an answer")


class AsyncExchange:
    """What is left of an exchange when the head of the response was read: its body.

    Attributes:
        persists: Whether the connection may serve on, once the body was read to its end.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        stream: AsyncPatientStream,
        body: Framing,
        rest: bytes,
        timeout: float | None,
    ) -> None:
        self.persists: bool = False
        self._connection = connection
        self._stream = stream
        self._body = body
        self._rest = rest
        self._timeout = timeout
        self._read_size = SMALL
        self._closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next piece; nothing of it is kept while the one after it is waited for."""
        body = self._body
        while not body.complete:
            if body.fault is not None:
                raise body.fault
            data, self._rest = self._rest, b""
            data = data or await self._stream.read(self._read_size, self._timeout)
            if len(data) == self._read_size < LARGE:
                self._read_size *= 4
            if not data:
                body.receive_eof()
                break
            piece = body.receive_data(data)
            if piece:
                return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        if not self._closed:
            self._closed = True
            body = self._body
            whole = body.complete and body.fault is None
            await self._connection.release(persists=self.persists and whole)


class AsyncPool(httpcore.AsyncConnectionPool):
    """A pool whose direct connections are our own.

    Args:
        options: Of the pool.
    """

    def __init__(self, options: PoolOptions) -> None:
        self._options = options
        self._backend = AsyncPatientBackend()
        super().__init__(network_backend=self._backend, **options)

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """A connection to the service, or to its proxy."""
        if self._options["proxy"] is not None:
            return super().create_connection(origin)
        return AsyncConnection(origin, self._backend, self._options)


class AsyncBody(httpx.AsyncByteStream):
    """The body of a response.

    Args:
        response: The response.
        exchange: What to read it from, without the layers of the pool; None reads it through them.
    """

    def __init__(self, response: httpcore.Response, exchange: AsyncExchange | None) -> None:
        self._response = response
        self._pieces = exchange or response.aiter_stream()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._pieces)
        except FAULTS as error:
            raise fault_of_httpx(error) from error

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        await self._response.aclose()


class AsyncTransport:
    """A pool of connections that keep to their deadlines.

    Args:
        options: Of the pool.
    """

    def __init__(self, options: PoolOptions) -> None:
        self._pool = AsyncPool(options)

    async def send(self, request: httpcore.Request) -> httpx.Response:
        """Send a request; what is left to be read is the body.

        Raises:
            httpx.TransportError: If there is no answer.
        """
        with faults_of_httpx():
            response = await self._pool.handle_async_request(request)
        extensions = extensions_of(response)
        stream = extensions.get("network_stream")
        if isinstance(stream, AsyncPatientStream):
            stream.patience.answered()
        exchange = extensions.get("exchange")
        return Reply(
            response.status,
            headers=response.headers,
            stream=AsyncBody(response, exchange if isinstance(exchange, AsyncExchange) else None),
            extensions=extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        with faults_of_httpx():
            await self._pool.aclose()
