"""The door to the network: every call, and the handshake of every socket, goes through it.

A transport of httpx, so that whatever mocks, records or traces httpx sees all of it. httpcore pools
the connections. Each of them is our own from the first byte: it speaks HTTP/1.1 by `_http.http11`,
keeps whole deadlines (`_http.deadlines`), and becomes a WebSocket where the service agrees.
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
from .network import open_stream

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable

    from .._http.http11 import Framing, Head
    from .._http.proxies import Proxy
    from .network import AsyncStream

SMALL: Final = 1 << 14  # bytes of a read; a large one costs fresh memory, however little comes
LARGE: Final = 1 << 18  # where reads keep coming back full
KEEPALIVE_S: Final = 5.0


class AsyncConnection(httpcore.AsyncConnectionInterface):
    """A connection to a service, for one exchange after the other.

    Args:
        origin: The service.
        ssl_context: For TLS; None is the default.
        proxy: The way there; None asks the environment.
    """

    def __init__(
        self, origin: httpcore.Origin, ssl_context: ssl.SSLContext | None, proxy: Proxy | None
    ) -> None:
        self._origin = origin
        self._host = origin.host.decode("ascii")
        self._ssl_context = ssl_context
        self._proxy = proxy
        self._forwards = False  # whether a proxy passes requests on, and not bytes
        self._stream: AsyncStream | None = None
        self._guard = ThreadLock()
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
        upgrade = asks_for_upgrade(request.headers)
        reused = self._stream is not None
        try:
            if self._forwards and upgrade:  # bytes must pass, so the next one is a tunnel
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
        if head.status == 101:  # whoever asked for it has the stream from now on
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
        """Connect to the service, or to its proxy where that forwards requests."""
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
        """Send a request, its head together with the start of its body; whether all of it left."""
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
        except httpcore.WriteError:  # the service may have answered and closed before it read all
            return False
        return True

    async def release(self, *, persists: bool) -> None:
        """End an exchange; the next one may begin if the connection persists."""
        if not persists:
            await self.aclose()
            return
        self._expires = time.monotonic() + KEEPALIVE_S
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


async def _open_tunnel(
    stream: AsyncStream, proxy: Proxy, host: str, port: int, until: float | None
) -> None:
    """Have a proxy connect to a host."""
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
    """The head of a response, and what was read behind it."""
    parser = HeadParser(upgrade=upgrade)
    while data := await stream.read(SMALL, timeout):
        head = parser.receive_data(data)
        if head is not None:
            return head, parser.rest
    raise httpcore.RemoteProtocolError("the service closed the connection without an answer")


class AsyncExchange:
    """What is left of an exchange when the head of the response was read: its body.

    Attributes:
        begun: Whether reading it has begun.
        persists: Whether the connection may serve on, once the body was read to its end.
        stream: The connection.
        upgraded: Whether it speaks another protocol now, and belongs to whoever asked for that.
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
        """The next piece; nothing of it is kept while the one after it is waited for."""
        self.begun = True
        body = self._body
        while not body.complete:
            if body.fault is not None:
                raise body.fault
            data, self._rest = self._rest, b""
            data = data or await self.stream.read(self._read_size, self._timeout)
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
    """A pool of our own connections.

    Args:
        ssl_context: For TLS; None is the default.
        proxy: The way to every service; None asks the environment.
    """

    def __init__(self, ssl_context: ssl.SSLContext | None, proxy: Proxy | None) -> None:
        super().__init__(max_connections=100, max_keepalive_connections=20)
        self._own_context = ssl_context
        self._own_proxy = proxy

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """Make a connection, which connects with its first request."""
        return AsyncConnection(origin, self._own_context, self._own_proxy)


class AsyncBody(httpx.AsyncByteStream):
    """The body of a response, read without the layers between it and its connection.

    Args:
        exchange: What to read it from.
        outer: The same with those layers, which are told of the end.
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
        """Give the connection back, or close it if the body was not read to its end."""
        await self._outer.aclose()
        if self._exchange.upgraded:  # and nobody has taken it over
            await self._exchange.stream.aclose()


class AsyncTransport(httpx.AsyncHTTPTransport):
    """The transport of `AsyncCartesia`, for an ``httpx.AsyncClient`` of your own.

    With it, sockets keep their full speed, and every wait its whole deadline::

        AsyncCartesia(http_client=httpx.AsyncClient(transport=AsyncTransport(), event_hooks=...))

    Args:
        ssl_context: For TLS with the service and an https proxy: your roots, your certificate.
            Default: ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, then the roots of `certifi`.
        proxy: URL of a proxy: ``http://``, ``https://``, ``socks5://`` or ``socks5h://``.
            Default: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``.

    Raises:
        ConfigurationError: If the URL of the proxy is malformed.
    """

    # The base's own `__init__` would load certificates and make another pool.
    def __init__(  # pyright: ignore[reportMissingSuperCall]
        self, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        self._pool = AsyncPool(
            None if ssl_context is None else for_http(ssl_context),
            None if proxy is None else parse_proxy(proxy),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; what is left to be read is the body.

        It goes through the method of the base, which tools replace that mock or trace httpx.
        """
        response = await super().handle_async_request(request)
        exchange = response.extensions.get("exchange")
        # A recorder has read the body already, and put another in its place.
        if isinstance(exchange, AsyncExchange) and (exchange.upgraded or not exchange.begun):
            outer = cast("httpx.AsyncByteStream", response.stream)
            response.stream = AsyncBody(exchange, outer)
        return response


class AsyncOwnClient(httpx.AsyncClient):
    """The client of a `AsyncCartesia` that was given none: no cookies, and a log without queries.

    Args:
        transport: What it sends through.
    """

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport=transport, trust_env=False)

    async def _send_single_request(self, request: httpx.Request) -> httpx.Response:
        """What httpx does here takes twice as long, and logs whole URLs."""
        transport = self._transport_for_url(request.url)
        response = await transport.handle_async_request(request)
        response.request = request
        log_response(request, response)
        return response
