"""The httpx transport that sends every HTTP call and every WebSocket handshake.

Because it is a transport of httpx, tools that mock, record or trace httpx see all requests.
httpcore pools the connections. The connections are our own: they speak HTTP/1.1 with
`_http.http11`, keep deadlines for whole waits, and can become WebSockets.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Self, cast

import httpcore
import httpx

from .._http.http11 import (
    BodyWriter,
    HeadParser,
    asks_for_upgrade,
    is_broken_off,
    request_head,
)
from .._http.proxies import environment_proxy, for_http, parse_proxy, tls_context, tunnel
from .._http.requests import FAULTS, fault_of_httpx, log_response, timeouts_of
from .flow import ThreadLock
from .network import READ_SIZE, open_stream

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable

    from .._http.http11 import Framing, Head
    from .._http.proxies import Proxy
    from .network import AsyncStream

# Bytes of a first read. A larger read allocates memory even if little arrives.
SMALL: Final = 1 << 14
KEEPALIVE_S: Final = 5.0


class AsyncConnection(httpcore.AsyncConnectionInterface):
    """A connection to a service that carries one exchange after the other.

    Args:
        origin: Scheme, host and port of the service.
        ssl_context: TLS settings; None uses the default.
        proxy: The proxy to connect through; None uses the environment.
    """

    def __init__(
        self, origin: httpcore.Origin, ssl_context: ssl.SSLContext | None, proxy: Proxy | None
    ) -> None:
        self._origin = origin
        self._host = origin.host.decode("ascii")
        self._ssl_context = ssl_context
        self._proxy = proxy
        self._forwards = False  # whether a proxy forwards requests, without a tunnel
        self._stream: AsyncStream | None = None
        self._guard = ThreadLock()
        self._idle = True  # also before the first exchange, for which the pool has a request
        self._closed = False
        self._expires = 0.0

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and read the head of the response."""
        with self._guard:
            if not self._idle or self._closed:
                raise httpcore.ConnectionNotAvailable
            self._idle = False
        timeouts = timeouts_of(request)
        upgrade = asks_for_upgrade(request.headers)
        reused = self._stream is not None
        try:
            if self._forwards and upgrade:  # a WebSocket needs a tunnel
                raise httpcore.ConnectionNotAvailable
            seconds = timeouts.get("connect")
            until = None if seconds is None else time.monotonic() + seconds
            stream = self._stream
            if stream is None:
                stream = self._stream = await self._connect(until, tunnelled=upgrade)
            sent = await self._send(stream, request, timeouts.get("write"))
            if upgrade:
                stream.deadline.wait_until(until)
            head, rest = await _read_head(stream, timeouts.get("read"), upgrade=upgrade)
            stream.deadline.answered()
            if head.status == 407 and self._forwards:
                raise httpcore.ProxyError("the proxy refused the request: 407")
            body = head.body(request.method)
        except BaseException as error:
            await self.aclose()
            if upgrade and reused and is_broken_off(error):
                # The service has closed an idle connection: the pool takes another for a handshake.
                raise httpcore.ConnectionNotAvailable from error
            raise
        exchange = AsyncExchange(self, stream, body, rest, timeouts.get("read"))
        exchange.persists = sent and head.persists and not (body.complete and rest)
        if head.status == 101:  # the caller owns the stream from now on
            self._stream = None
            self._closed = exchange.upgraded = True
            stream.unread(rest)
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

    async def _connect(self, until: float | None, *, tunnelled: bool) -> AsyncStream:
        """Connect to the service, directly or through a tunnel, or to a proxy that forwards."""
        host, port = self._host, self._origin.port
        scheme = self._origin.scheme.decode("ascii")
        secure = scheme == "https"
        proxy = self._proxy = self._proxy or environment_proxy(scheme, host, port)
        if proxy is None:
            stream = await open_stream(host, port, until)
        else:
            stream = await open_stream(proxy.host, proxy.port, until)
            self._forwards = proxy.is_http and not secure and not tunnelled
        try:
            if proxy is not None and proxy.scheme == "https":
                await stream.start_tls(self._tls, proxy.host, until)
            if proxy is not None and not self._forwards:
                await _open_tunnel(stream, proxy, host, port, until)
            if secure:
                await stream.start_tls(self._tls, host, until)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    @property
    def _tls(self) -> ssl.SSLContext:
        return self._ssl_context or tls_context()

    async def _send(
        self, stream: AsyncStream, request: httpcore.Request, timeout: float | None
    ) -> bool:
        """Send a request, with head and first piece in one write; return whether all was sent."""
        target, headers = request.url.target, request.headers
        if self._forwards and self._proxy is not None:
            target = bytes(request.url)
            headers = [*headers, *self._proxy.headers]
        held = request_head(request.method, target, headers)
        writer = BodyWriter(headers)
        try:
            async for piece in cast("AsyncIterable[bytes]", request.stream):
                await stream.write(held + writer.piece(piece), timeout)
                held = b""
            held += writer.end()
            if held:
                await stream.write(held, timeout)
        except httpcore.WriteError:  # the service may answer and close early
            return False
        return True

    async def release(self, *, persists: bool) -> None:
        """End an exchange; keep the connection for the next one if it persists, else close it."""
        if not persists:
            await self.aclose()
            return
        self._expires = time.monotonic() + KEEPALIVE_S
        self._idle = True

    async def aclose(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._stream is not None:
            await self._stream.aclose()

    # --- what the pool asks

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        """Whether this connection leads to the given service."""
        return origin == self._origin

    def is_available(self) -> bool:
        """Whether the next request may use this connection."""
        return self.is_idle() and not self._closed

    def has_expired(self) -> bool:
        """Whether the connection has been idle for too long, or the service has closed it."""
        stream = self._stream
        if stream is None or not self._idle:
            return False
        return time.monotonic() > self._expires or bool(stream.get_extra_info("is_readable"))

    def is_idle(self) -> bool:
        """Whether the connection is open and carries no exchange."""
        return self._idle and self._stream is not None

    def is_closed(self) -> bool:
        """Whether the connection was closed."""
        return self._closed

    def info(self) -> str:
        """Return a short description for debugging."""
        return f"{self._origin!s}, HTTP/1.1"


async def _open_tunnel(
    stream: AsyncStream, proxy: Proxy, host: str, port: int, until: float | None
) -> None:
    stream.deadline.wait_until(until)
    steps = tunnel(proxy, host, port)
    try:
        sending = next(steps)
        while True:
            await stream.write(sending, stream.deadline.left(None, time.monotonic()))
            stream.deadline.wait_until(until)
            received = await stream.read(SMALL)
            if not received:
                raise httpcore.ProxyError("the proxy closed the connection")
            sending = steps.send(received)
    except StopIteration:
        stream.deadline.answered()
    except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except (httpcore.ReadError, httpcore.WriteError) as error:
        raise httpcore.ConnectError(str(error)) from error


async def _read_head(
    stream: AsyncStream, timeout: float | None, *, upgrade: bool
) -> tuple[Head, bytes]:
    """Read the head of a response; return it with the bytes that were read after it."""
    parser = HeadParser(upgrade=upgrade)
    while data := await stream.read(SMALL, timeout):
        head = parser.receive_data(data)
        if head is not None:
            return head, parser.rest
    raise httpcore.RemoteProtocolError("the service closed the connection without an answer")


class AsyncExchange:
    """The body of a response, read from its connection.

    Attributes:
        begun: Whether reading the body has begun.
        persists: Whether the connection can be reused after the body was read to its end.
        stream: The connection.
        upgraded: Whether the connection now speaks another protocol, and belongs to the caller.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        stream: AsyncStream,
        body: Framing,
        rest: bytes,
        timeout: float | None,
    ) -> None:
        self.begun: bool = False
        self.persists: bool = False
        self.upgraded: bool = False
        self.stream: AsyncStream = stream
        self._connection = connection
        self._body = body
        self._rest = rest
        self._timeout = timeout
        self._read_size = SMALL
        self._closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece; keep no reference to it while waiting for the one after it."""
        self.begun = True
        body = self._body
        while not body.complete:
            if body.fault is not None:
                raise body.fault
            data, self._rest = self._rest, b""
            data = data or await self.stream.read(self._read_size, self._timeout)
            if len(data) == self._read_size:
                self._read_size = min(4 * self._read_size, READ_SIZE)
            if not data:
                body.receive_eof()
                break
            piece = body.receive_data(data)
            if piece:
                return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        if not self._closed:
            self._closed = True
            body = self._body
            whole = body.complete and body.fault is None
            await self._connection.release(persists=self.persists and whole)


class AsyncPool(httpcore.AsyncConnectionPool):
    """A connection pool of httpcore that opens our own connections.

    Args:
        ssl_context: TLS settings; None uses the default.
        proxy: The proxy for all connections; None uses the environment.
    """

    def __init__(self, ssl_context: ssl.SSLContext | None, proxy: Proxy | None) -> None:
        super().__init__(max_connections=100, max_keepalive_connections=20)
        self._own_context = ssl_context
        self._own_proxy = proxy

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """Create a connection; it connects when it sends its first request."""
        return AsyncConnection(origin, self._own_context, self._own_proxy)


class AsyncBody(httpx.AsyncByteStream):
    """The body of a response, read directly from its connection instead of through httpcore.

    Args:
        exchange: The body on the connection.
        outer: The same body as httpcore wraps it; closing it tells the pool.
    """

    def __init__(self, exchange: AsyncExchange, outer: httpx.AsyncByteStream) -> None:
        self._exchange = exchange
        self._outer = outer

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._exchange)
        except FAULTS as error:
            raise fault_of_httpx(error) from error

    async def aclose(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        await self._outer.aclose()
        if self._exchange.upgraded:  # and no protocol took the connection over
            await self._exchange.stream.aclose()


class AsyncTransport(httpx.AsyncHTTPTransport):
    """The transport of `AsyncCartesia`, for use in your own ``httpx.AsyncClient``.

    With it, your client keeps the speed and the deadlines of the default client::

        AsyncCartesia(http_client=httpx.AsyncClient(transport=AsyncTransport(), event_hooks=...))

    Args:
        ssl_context: TLS settings for the service and an https proxy, such as your own certificates.
            Default: ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, then the certificates of `certifi`.
        proxy: URL of a proxy: ``http://``, ``https://``, ``socks5://`` or ``socks5h://``.
            Default: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``.

    Raises:
        ConfigurationError: If the proxy URL is malformed.
    """

    # The `__init__` of the base class would load certificates and create another pool.
    def __init__(  # pyright: ignore[reportMissingSuperCall]
        self, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        self._pool = AsyncPool(
            None if ssl_context is None else for_http(ssl_context),
            None if proxy is None else parse_proxy(proxy),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the response with an unread body.

        It calls the method of the base class, because tools that mock or trace httpx patch it.
        """
        response = await super().handle_async_request(request)
        exchange = response.extensions.get("exchange")
        # A recorder may have read the body already and replaced it.
        if isinstance(exchange, AsyncExchange) and (exchange.upgraded or not exchange.begun):
            outer = cast("httpx.AsyncByteStream", response.stream)
            response.stream = AsyncBody(exchange, outer)
        return response


class AsyncOwnClient(httpx.AsyncClient):
    """The default httpx client of `AsyncCartesia`: without cookies, and without queries in logs."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport=transport, trust_env=False)

    async def _send_single_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the original takes twice as long and logs whole URLs."""
        transport = self._transport_for_url(request.url)
        response = await transport.handle_async_request(request)
        response.request = request
        log_response(request, response)
        return response
