"""`AsyncCartesia`: the whole API as one object."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeVar
from weakref import WeakSet

from cartesia_api.api import AsyncResources

from .._core.config import DEFAULT_API_VERSION, MAX_BUFFER_BYTES, Config, closed_client
from .._core.operations import parsed, refused
from ..errors import RateLimitError
from .flow import Guard
from .pool import AsyncPool, AsyncTurnstile
from .tts import AsyncTTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    import httpx
    from cartesia_api.client import Request, RequestOptions
    from cartesia_api.errors import PagingError, ResponseDecodeError

    from .._core.gate import Ticket
    from .._core.operations import SpeechRequest
    from .._core.timeouts import Timeouts
    from ..errors import RemoteProtocolError
    from .http import AsyncHttpSender, ResponseSource
    from .websocket import AsyncSocketDriver

__all__ = ["AsyncCartesia"]

T = TypeVar("T")


class AsyncTransports:
    """How a client reaches the service; HTTP is set up, and its library imported, on first use."""

    def __init__(
        self,
        config: Config,
        *,
        max_retries: int,
        max_concurrency: int | None,
        max_sockets: int,
        http_client: httpx.AsyncClient | None,
        proxy: str | None,
    ) -> None:
        self.config = config
        self.max_retries = max_retries
        self.pool = AsyncPool(self.connect, size=max_sockets)
        self.turnstile = AsyncTurnstile(max_concurrency)
        self._http_client = http_client
        self._proxy = proxy
        self._guard = Guard()
        self._http: AsyncHttpSender | None = None
        self._sockets: WeakSet[AsyncSocketDriver] = WeakSet()
        self._closed = False

    @property
    def http(self) -> AsyncHttpSender:
        """The sender of every HTTP call."""
        with self._guard:
            self._check_open()
            if self._http is None:
                from .http import AsyncHttpSender

                self._http = AsyncHttpSender(
                    self.config,
                    max_retries=self.max_retries,
                    http_client=self._http_client,
                    proxy=self._proxy,
                )
            return self._http

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
        return parsed(await self.http.send(request, options), parse)

    def refuse(self, error: ResponseDecodeError | PagingError) -> RemoteProtocolError:
        """The error for an answer that breaks the contract."""
        return refused(error)

    def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """What the generated operations call for bodies that stream."""
        return self.http.stream(request, options)

    async def enter(self) -> Ticket:
        """Wait for a slot of the plan's limit."""
        return await self.turnstile.enter(priority=0, seconds=self.config.timeouts.queue)

    async def speech(self, request: SpeechRequest) -> ResponseSource:
        """Speech over one HTTP call, which takes a slot as a context does."""
        ticket = await self.enter()

        def ended() -> None:
            self.turnstile.leave(ticket)

        try:
            while True:
                try:
                    return await self.http.speech(request, ended)
                except RateLimitError as error:
                    if not self.max_retries:
                        raise
                    await self.turnstile.enter_again(ticket, error)
        except BaseException:
            ended()
            raise

    async def connect(self) -> AsyncSocketDriver:
        """Open a socket."""
        from .websocket import connect

        self._check_open()
        driver = await connect(self.config, max_retries=self.max_retries, proxy=self._proxy)
        with self._guard:
            if not self._closed:
                self._sockets.add(driver)
                return driver
        await driver.aclose()
        raise closed_client()

    def _check_open(self) -> None:
        if self._closed:
            raise closed_client()

    async def aclose(self) -> None:
        """Close every connection; one that is being made is dropped once it is there."""
        with self._guard:
            self._closed = True
            drivers = list(self._sockets)
        await self.pool.aclose()
        for driver in drivers:
            await driver.aclose()
        if self._http is not None:
            await self._http.aclose()


class AsyncCartesia(AsyncResources):
    """A client of the Cartesia API, for one event loop; an async context manager.

    ``voices``, ``accents``, ``stt``, ``access_token`` and ``status`` are generated from the API's
    document; ``tts`` adds the streams.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
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
        proxy: URL of an HTTP proxy for calls and sockets; otherwise the environment decides.
        http_client: Your own client for HTTP calls; it is not closed with this one.
        max_buffer_bytes: Bound on the audio that may wait to be read, per context. 64 MiB holds
            23 minutes of the default format.

    Raises:
        ConfigurationError: If the key is missing or malformed, or the base URL is none.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        api_version: str = DEFAULT_API_VERSION,
        timeout: Timeouts | float | None = None,
        max_retries: int = 2,
        max_concurrency: int | None = None,
        max_sockets: int = 4,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        http_client: httpx.AsyncClient | None = None,
        max_buffer_bytes: int = MAX_BUFFER_BYTES,
    ) -> None:
        self._config = Config(
            api_key=api_key,
            base_url=base_url,
            api_version=api_version,
            timeouts=timeout,
            headers=headers,
            max_buffer_bytes=max_buffer_bytes,
            environ=os.environ,
        )
        self._transports = AsyncTransports(
            self._config,
            max_retries=max_retries,
            max_concurrency=max_concurrency,
            max_sockets=max_sockets,
            http_client=http_client,
            proxy=proxy,
        )
        super().__init__(self._transports)

    @cached_property
    def tts(self) -> AsyncTTS:  # type: ignore[override]  # streams in place of raw responses
        """Text to speech."""
        return AsyncTTS(self._transports)

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
