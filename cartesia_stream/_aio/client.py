"""`AsyncCartesia`: the whole API as one object."""

from __future__ import annotations

import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from cartesia_api.api import AsyncResources

from .._http.config import DEFAULT_API_VERSION, MAX_BUFFER_BYTES, Config, closed_client
from .._http.operations import parsed, refused
from .._http.with_response import Response, Watch
from ..errors import RateLimitError
from ..observe import Call, Life
from .credentials import AsyncCredentials
from .flow import Place, leave_places, place
from .pool import AsyncConnections
from .stream import MeteredSource
from .tts import AsyncTTS
from .voice_changer import AsyncVoiceChanger

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping

    import httpx
    from cartesia_runtime.downloads import AsyncDownload
    from cartesia_runtime.errors import PagingError, ResponseDecodeError
    from cartesia_runtime.sender import Request, RequestOptions

    from .._http.operations import SpeechRequest
    from .._protocol.gate import Ticket
    from .._protocol.timeouts import Timeouts
    from ..audio import AudioFormat
    from ..errors import RemoteProtocolError
    from ..observe import Observer, StreamTransport
    from .http import AsyncHttpSender
    from .pool import AsyncPool, AsyncTurnstile
    from .websocket import AsyncSocketDriver

__all__ = ["AsyncCartesia"]

P = ParamSpec("P")
T = TypeVar("T")


class AsyncTransports:
    """How a client reaches the service; HTTP is set up, and its library imported, on first use.

    Connections belong to a process and an event loop: after a fork, and in another loop, there
    are new ones, and what the former place left is not touched.
    """

    def __init__(
        self,
        config: Config,
        credentials: AsyncCredentials,
        *,
        max_retries: int,
        max_concurrency: int | None,
        max_sockets: int,
        http_client: httpx.AsyncClient | None,
        ssl_context: ssl.SSLContext | None,
        proxy: str | None,
    ) -> None:
        if http_client is not None:
            import httpx

            from .._http.requests import check_http_client

            check_http_client(http_client, httpx.AsyncClient, ssl_context, proxy)
        elif proxy is not None:
            from .._http.proxies import parse_proxy

            parse_proxy(proxy)
        self.config = config
        self.credentials = credentials
        self.max_retries = max_retries
        self._max_concurrency = max_concurrency
        self._max_sockets = max_sockets
        self._http_client = http_client
        self._ssl_context = ssl_context
        self._proxy = proxy
        self._places: dict[Place, AsyncConnections] = {}
        self.closed: bool = False
        self._origin = self

    def with_options(self, config: Config, *, max_retries: int) -> Self:
        """Other settings over the same connections, which are this one's to close."""
        other = copy(self)
        other.config = config
        other.max_retries = max_retries
        return other

    @property
    def _here(self) -> AsyncConnections:
        """What is open in this process and event loop."""
        here = place()
        connections = self._places.get(here)
        if connections is None:
            leave_places(self._places)
            connections = AsyncConnections(
                self._origin.connect, size=self._max_sockets, limit=self._max_concurrency
            )
            # no lock: one that was held during a fork would be locked for ever in the child
            connections = self._places.setdefault(here, connections)
        return connections

    @property
    def pool(self) -> AsyncPool:
        """The sockets of `speak`."""
        return self._here.pool

    @property
    def turnstile(self) -> AsyncTurnstile:
        """Where contexts wait for a slot."""
        return self._here.turnstile

    @property
    def http(self) -> AsyncHttpSender:
        """The sender of every HTTP call."""
        if self._origin is not self:
            return self._origin.http.with_options(self.config, max_retries=self.max_retries)
        here = self._here
        with here.guard:
            self._check_open()
            if here.http is None:
                from .http import AsyncHttpSender

                here.http = AsyncHttpSender(
                    self.config,
                    self.credentials,
                    max_retries=self.max_retries,
                    http_client=self._http_client,
                    ssl_context=self._ssl_context,
                    proxy=self._proxy,
                )
            return here.http

    async def call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """What the generated operations call: send, and read what answers.

        Raises:
            APIError: If the network, the service or the shape of its answer is not as it should be.
        """
        with Call(self.config, request, time.monotonic):
            response = await self.http.send(request, options)
        return parsed(response, parse)

    def refuse(self, error: ResponseDecodeError | PagingError) -> RemoteProtocolError:
        """The error for an answer that breaks the contract."""
        return refused(error)

    @asynccontextmanager
    async def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AsyncGenerator[AsyncDownload]:
        """What the generated operations call for bodies that stream."""
        async with AsyncExitStack() as stack:
            with Call(self.config, request, time.monotonic):
                opened = self.http.stream(request, options)
                download = await stack.enter_async_context(opened)
            yield download

    def life(self, transport: StreamTransport, fmt: AudioFormat, model_id: object = None) -> Life:
        """What is measured and told of a stream."""
        return Life(self.config, transport, fmt, model_id=model_id, clock=time.monotonic)

    async def enter(self) -> Ticket:
        """Wait for a slot of the plan's limit."""
        return await self.turnstile.enter(priority=0, seconds=self.config.timeouts.queue)

    async def speech(
        self, request: SpeechRequest, options: RequestOptions | None, life: Life
    ) -> MeteredSource:
        """Speech over one HTTP call, which takes a slot as a context does."""
        given = options or {}
        turnstile = self.turnstile
        life.begin()
        with life.queueing():
            ticket = await self.enter()

        def ended() -> None:
            turnstile.leave(ticket)

        try:
            while True:
                try:
                    with Call(self.config, request.request, time.monotonic):
                        source = await self.http.speech(request, given, ended)
                    return MeteredSource(source, life)
                except RateLimitError as error:
                    repeatable = request.request.replayable
                    if not (repeatable and given.get("max_retries", self.max_retries)):
                        raise
                    with life.queueing():
                        await turnstile.enter_again(ticket, error)
                    life.restart("refused", error)
        except BaseException:
            ended()
            raise

    async def acquire(self) -> AsyncSocketDriver:
        """A socket of the pool."""
        return await self.pool.acquire()

    async def connect(self) -> AsyncSocketDriver:
        """Open a socket."""
        self._check_open()
        here = self._here
        driver = await self._open_socket()
        with here.guard:
            if not self._origin.closed:
                here.sockets.add(driver)
                return driver
        await driver.aclose()
        raise closed_client()

    async def _open_socket(self) -> AsyncSocketDriver:
        return await self.http.socket()

    def _check_open(self) -> None:
        if self._origin.closed:
            raise closed_client()

    async def aclose(self) -> None:
        """Close every connection; one that is being made is dropped once it is there."""
        if self._origin is not self:
            await self._origin.aclose()
            return
        self.closed = True
        here = self._places.get(place())
        if here is None:
            return
        with here.guard:
            drivers = list(here.sockets)
        await here.pool.aclose()
        for driver in drivers:
            await driver.aclose()
        if here.http is not None:
            await here.http.aclose()


class AsyncCartesia(AsyncResources):
    """A client of the Cartesia API, for one event loop; an async context manager.

    Its resources, such as ``voices`` and ``stt``, are generated from the API's document; ``tts``
    and ``voice_changer`` add the streams.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
        token: In place of a key: a short-lived access token, or a function that gives one, such as
            `token_source` of a client with a key. The function is asked again before the token
            ends, and once after a refusal.
        base_url: Default: ``CARTESIA_BASE_URL``, then ``https://api.cartesia.ai``. An ``http://``
            URL makes the sockets ``ws://``.
        api_version: Date of the API's dialect, sent with every request.
        timeout: Deadlines; one number bounds each read and each gap between events.
        max_retries: How often a call is repeated after a passing failure. A call that creates or
            costs something is repeated only if it certainly was not carried out.
        max_concurrency: Contexts that your plan allows at once: further ones wait here for a slot
            instead of being refused. Left out, the limit is learnt from refusals (429).
        max_sockets: Sockets that ``tts.speak`` spreads contexts over at most.
        headers: Sent with every request.
        ssl_context: TLS settings for calls and sockets, such as your own certificates. Default:
            ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, then the certificates of `certifi`.
        proxy: URL of a proxy for calls and sockets: ``http://``, ``https://``, ``socks5://`` or
            ``socks5h://``. Default: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``.
        http_client: Your own client for calls and sockets; it is not closed with this one. Give it
            an `AsyncTransport` for the deadlines and the speed of the default client.
        max_buffer_bytes: Bound on the audio that may wait to be read, per context. 64 MiB holds
            23 minutes of the default format.
        observers: Told of the streams, sockets and calls of this client; see `Observer`.

    Raises:
        ConfigurationError: If the key or token is missing or malformed, or the base URL is none.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        token: str | Callable[[], Awaitable[str]] | None = None,
        base_url: str | None = None,
        api_version: str = DEFAULT_API_VERSION,
        timeout: Timeouts | float | None = None,
        max_retries: int = 2,
        max_concurrency: int | None = None,
        max_sockets: int = 4,
        headers: Mapping[str, str] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        http_client: httpx.AsyncClient | None = None,
        max_buffer_bytes: int = MAX_BUFFER_BYTES,
        observers: Iterable[Observer] = (),
    ) -> None:
        self._config = Config(
            api_key=api_key,
            token=token,
            base_url=base_url,
            api_version=api_version,
            timeouts=timeout,
            headers=headers,
            max_buffer_bytes=max_buffer_bytes,
            environ=os.environ,
            observers=observers,
        )
        self._transports = AsyncTransports(
            self._config,
            AsyncCredentials(None if isinstance(token, str) else token),
            max_retries=max_retries,
            max_concurrency=max_concurrency,
            max_sockets=max_sockets,
            http_client=http_client,
            ssl_context=ssl_context,
            proxy=proxy,
        )
        super().__init__(self._transports)

    @cached_property
    def tts(self) -> AsyncTTS:  # type: ignore[override]  # streams in place of raw responses
        """Text to speech."""
        return AsyncTTS(self._transports)

    @cached_property
    def voice_changer(self) -> AsyncVoiceChanger:  # type: ignore[override]  # as tts
        """Recordings in another voice."""
        return AsyncVoiceChanger(self._transports)

    def with_options(
        self,
        *,
        timeout: Timeouts | float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """A client with other settings over the same connections.

        Closing either closes both. `AsyncTTS.speak` uses sockets that both share: the pool opens
        them with the headers and deadlines of the original.

        Args:
            timeout: Deadlines, in place of those of this client.
            max_retries: How often a call is repeated after a passing failure.
            headers: Sent as well; they win over those of this client.
        """
        config = self._config.with_options(timeouts=timeout, headers=headers)
        retries = self._transports.max_retries if max_retries is None else max_retries
        other = object.__new__(type(self))
        other._config = config
        other._transports = self._transports.with_options(config, max_retries=retries)
        AsyncResources.__init__(other, other._transports)
        return other

    async def with_response(
        self, call: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Response[T]:
        """Call a method and return its result with the status and headers of the response.

        For example ``client.with_response(client.voices.list, limit=3)``, whose ``data`` is what
        ``client.voices.list(limit=3)`` returns.

        Args:
            call: A method of a resource that is one HTTP call.
            args: Its positional arguments.
            kwargs: Its keyword arguments.

        Raises:
            ConfigurationError: If the call sent no HTTP request.
        """
        with Watch() as watch:
            data = await call(*args, **kwargs)
        return watch.answer(data)

    def token_source(
        self,
        *,
        tts: bool = False,
        stt: bool = False,
        agent: bool = False,
        expires_in: int = 600,
    ) -> Callable[[], Awaitable[str]]:
        """A function that makes access tokens with this client's key.

        For the ``token`` of another client; for browsers, send them what it returns.

        Args:
            tts: Whether they open text to speech.
            stt: Whether they open speech to text.
            agent: Whether they open calls of agents.
            expires_in: Seconds that each lasts, 1 to 3600.
        """

        async def fresh() -> str:
            from cartesia_api.models.access_token_grants import AccessTokenGrants

            grants = AccessTokenGrants(tts=tts, stt=stt, agent=agent)
            made = await self.access_token.create(grants=grants, expires_in=expires_in)
            return made.token

        return fresh

    async def aclose(self) -> None:
        """Close every connection, the sockets among them; safe to call twice.

        What is being read ends with an error. A closed client cannot be used again.
        """
        await self._transports.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncCartesia({self._config.base_url!r})"
