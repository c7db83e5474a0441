# Written by tools/unasync.py from _aio/client.py: edit that file, then `make generate`.
"""`Cartesia`: the whole API as one object."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeVar
from weakref import WeakSet

from cartesia_api.api import Resources

from .._core.config import DEFAULT_API_VERSION, MAX_BUFFER_BYTES, Config, closed_client
from .._core.operations import parsed, refused
from ..errors import RateLimitError
from .flow import Guard
from .pool import Pool, Turnstile
from .tts import TTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    import httpx
    from cartesia_api.client import Request, RequestOptions
    from cartesia_api.errors import PagingError, ResponseDecodeError

    from .._core.gate import Ticket
    from .._core.operations import SpeechRequest
    from .._core.timeouts import Timeouts
    from ..errors import RemoteProtocolError
    from .http import HttpSender, ResponseSource
    from .websocket import SocketDriver

__all__ = ["Cartesia"]

T = TypeVar("T")


class Transports:
    """How a client reaches the service; HTTP is set up, and its library imported, on first use."""

    def __init__(
        self,
        config: Config,
        *,
        max_retries: int,
        max_concurrency: int | None,
        max_sockets: int,
        http_client: httpx.Client | None,
        proxy: str | None,
    ) -> None:
        self.config = config
        self.max_retries = max_retries
        self.pool = Pool(self.connect, size=max_sockets)
        self.turnstile = Turnstile(max_concurrency)
        self._http_client = http_client
        self._proxy = proxy
        self._guard = Guard()
        self._http: HttpSender | None = None
        self._sockets: WeakSet[SocketDriver] = WeakSet()
        self._closed = False

    @property
    def http(self) -> HttpSender:
        """The sender of every HTTP call."""
        with self._guard:
            self._check_open()
            if self._http is None:
                from .http import HttpSender

                self._http = HttpSender(
                    self.config,
                    max_retries=self.max_retries,
                    http_client=self._http_client,
                    proxy=self._proxy,
                )
            return self._http

    def call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """What the generated operations call: send, and read what answers.

        Raises:
            APIError: If the network, the service or the shape of its answer is not as it should be.
        """
        return parsed(self.http.send(request, options), parse)

    def refuse(self, error: ResponseDecodeError | PagingError) -> RemoteProtocolError:
        """The error for an answer that breaks the contract."""
        return refused(error)

    def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AbstractContextManager[httpx.Response]:
        """What the generated operations call for bodies that stream."""
        return self.http.stream(request, options)

    def enter(self) -> Ticket:
        """Wait for a slot of the plan's limit."""
        return self.turnstile.enter(priority=0, seconds=self.config.timeouts.queue)

    def speech(self, request: SpeechRequest) -> ResponseSource:
        """Speech over one HTTP call, which takes a slot as a context does."""
        ticket = self.enter()

        def ended() -> None:
            self.turnstile.leave(ticket)

        try:
            while True:
                try:
                    return self.http.speech(request, ended)
                except RateLimitError as error:
                    if not self.max_retries:
                        raise
                    self.turnstile.enter_again(ticket, error)
        except BaseException:
            ended()
            raise

    def connect(self) -> SocketDriver:
        """Open a socket."""
        from .websocket import connect

        self._check_open()
        driver = connect(self.config, max_retries=self.max_retries, proxy=self._proxy)
        with self._guard:
            if not self._closed:
                self._sockets.add(driver)
                return driver
        driver.close()
        raise closed_client()

    def _check_open(self) -> None:
        if self._closed:
            raise closed_client()

    def close(self) -> None:
        """Close every connection; one that is being made is dropped once it is there."""
        with self._guard:
            self._closed = True
            drivers = list(self._sockets)
        self.pool.close()
        for driver in drivers:
            driver.close()
        if self._http is not None:
            self._http.close()


class Cartesia(Resources):
    """A client of the Cartesia API, thread-safe, and a context manager.

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
        http_client: httpx.Client | None = None,
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
        self._transports = Transports(
            self._config,
            max_retries=max_retries,
            max_concurrency=max_concurrency,
            max_sockets=max_sockets,
            http_client=http_client,
            proxy=proxy,
        )
        super().__init__(self._transports)

    @cached_property
    def tts(self) -> TTS:  # type: ignore[override]  # streams in place of raw responses
        """Text to speech."""
        return TTS(self._transports)

    def close(self) -> None:
        """Close every connection, the sockets among them; safe to call twice.

        What is being read ends with an error. A closed client cannot be used again.
        """
        self._transports.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Cartesia({self._config.base_url!r})"
