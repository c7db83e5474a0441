"""`AsyncCartesia`, the client for the whole API."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Never, ParamSpec, Self, TypeVar

from cartesia_api.api import AsyncResources
from cartesia_runtime.resources import resource

from .._checks import check_names, whole_number
from .._http.config import (
    DEFAULT_API_VERSION,
    MAX_BUFFER_BYTES,
    Config,
    NotCopyable,
    shown,
)
from .._http.records import Response, ResponseRecorder
from .connections import AsyncConnections
from .credentials import AsyncCredentials
from .tts import AsyncTTS
from .voice_changer import AsyncVoiceChanger

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    import httpx

    from ..observe import Observer
    from ..options import AsyncSharedGate, Timeouts
    from .stt import AsyncSTT

__all__ = ["AsyncCartesia"]

P = ParamSpec("P")
T = TypeVar("T")


class AsyncCartesia(NotCopyable, AsyncResources):
    """A client for the Cartesia API; leaving its ``with`` or ``async with`` block closes it.

    Threads may share the sync client. The async client belongs to one event loop.

    Its resources, such as ``voices`` and ``stt``, are generated from the OpenAPI document; ``tts``,
    ``stt`` and ``voice_changer`` add streams.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
        token: A short-lived access token in place of a key, or a function that returns one, such
            as the `token_source` of a client with a key. The client calls the function again
            before the token expires, and once when the service rejects the token (401).
        base_url: Default: ``CARTESIA_BASE_URL``, then ``https://api.cartesia.ai``. With an
            ``http://`` URL, sockets use ``ws://``.
        api_version: Version date of the API, sent with every request.
        timeout: Deadlines; one number bounds, in seconds, each wait for the service and the
            network, connecting included. It does not bound the wait for your next push. An
            ``httpx.Timeout`` works too.
        max_retries: How often the client repeats a call after a temporary failure. It repeats a
            call that creates or costs something only if the service certainly did not carry it out.
        max_concurrency: Number of contexts that your plan allows at the same time. Further contexts
            wait for a slot in the client. Default: the client learns the limit from 429 answers.
        max_sockets: Maximum number of sockets that ``tts.speak`` spreads contexts over.
        max_listeners: Number of listeners that your plan allows at the same time, as for
            ``max_concurrency``.
        gate: A queue for the slots of your plan that several clients share, such as those of many
            processes; see `AsyncSharedGate`.
        headers: Headers to send with every request.
        ssl_context: TLS settings for calls and sockets, such as your own certificates. Default:
            ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, then the certificates of `certifi`.
        proxy: URL of a proxy for calls and sockets: ``http://``, ``https://``, ``socks5://`` or
            ``socks5h://``. Default: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``.
        http_client: Your own httpx client for calls and sockets; you close it yourself. Give it an
            `AsyncTransport` to keep the deadlines and the speed of the default client.
        max_buffer_bytes: Maximum number of bytes of unread audio for each context. 64 MiB holds
            23 minutes of the default format.
        observers: Observers of the streams, sockets and calls of this client; see `Observer`.

    Raises:
        ConfigurationError: If the key or token is missing or malformed, or the base URL is invalid.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        token: str | Callable[[], Awaitable[str]] | None = None,
        base_url: str | None = None,
        api_version: str = DEFAULT_API_VERSION,
        timeout: Timeouts | httpx.Timeout | float | None = None,
        max_retries: int = 2,
        max_concurrency: int | None = None,
        max_sockets: int = 4,
        max_listeners: int | None = None,
        gate: AsyncSharedGate | None = None,
        headers: Mapping[str, str] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        http_client: httpx.AsyncClient | None = None,
        max_buffer_bytes: int = MAX_BUFFER_BYTES,
        observers: Iterable[Observer] = (),
        **_unknown: Never,
    ) -> None:
        known = AsyncCartesia.__init__.__kwdefaults__ or {}
        check_names(_unknown, ("api_key", *known), type(self).__name__)
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
        self._connections = AsyncConnections(
            self._config,
            AsyncCredentials(None if isinstance(token, str) else token),
            max_retries=max_retries,
            max_concurrency=max_concurrency,
            max_sockets=max_sockets,
            max_listeners=max_listeners,
            gate=gate,
            http_client=http_client,
            ssl_context=ssl_context,
            proxy=proxy,
        )
        super().__init__(self._connections)

    @resource
    def tts(self) -> AsyncTTS:  # type: ignore[override]  # streams in place of raw responses
        """Text to speech."""
        return AsyncTTS(self._connections)

    @resource
    def stt(self) -> AsyncSTT:
        """Speech to text."""
        from .stt import AsyncSTT

        return AsyncSTT(self._connections)

    @resource
    def voice_changer(self) -> AsyncVoiceChanger:  # type: ignore[override]  # as tts
        """Voice changer: speak recordings with another voice."""
        return AsyncVoiceChanger(self._connections)

    def with_options(
        self,
        *,
        timeout: Timeouts | httpx.Timeout | float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        **_unknown: Never,
    ) -> Self:
        """Return a client with other settings that uses the same connections.

        Closing either client closes both. `AsyncTTS.speak` uses sockets that both clients share.
        They are opened and closed with the headers and deadlines of the original client; each
        speech has the deadlines of the client that speaks.

        Args:
            timeout: Deadlines, as for a new client; None keeps those of this client.
            max_retries: How often to repeat a call; None keeps the number of this client.
            headers: Additional headers; they win over those of this client.
        """
        known = AsyncCartesia.with_options.__kwdefaults__ or {}
        check_names(_unknown, known, "with_options")
        config = self._config.with_options(timeouts=timeout, headers=headers)
        retries = self._connections.max_retries
        if max_retries is not None:
            retries = whole_number(max_retries, "max_retries", least=0)
        other = object.__new__(type(self))
        other._config = config
        other._connections = self._connections.with_options(config, max_retries=retries)
        AsyncResources.__init__(other, other._connections)
        return other

    async def with_response(
        self, call: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Response[T]:
        """Call a method and return its result with the status and headers of the response.

        For example, the ``data`` of ``client.with_response(client.voices.list, limit=3)`` is the
        value that ``client.voices.list(limit=3)`` returns.

        Args:
            call: A method of a resource that makes one HTTP call.
            args: Its positional arguments.
            kwargs: Its keyword arguments.

        Raises:
            ConfigurationError: If the call sent no HTTP request.
        """
        with ResponseRecorder() as recorder:
            data = await call(*args, **kwargs)
        return recorder.answer(data)

    def token_source(
        self,
        *,
        tts: bool = False,
        stt: bool = False,
        agent: bool = False,
        expires_in: int = 600,
    ) -> Callable[[], Awaitable[str]]:
        """Return a function that creates access tokens with this client's key.

        Pass the function to another client as ``token``, or call it and send the token to a
        browser.

        Args:
            tts: Whether the tokens allow text to speech.
            stt: Whether the tokens allow speech to text.
            agent: Whether the tokens allow calls of agents.
            expires_in: Lifetime of each token in seconds, 1 to 3600.
        """

        async def fresh() -> str:
            from cartesia_api.models.access_token_grants import AccessTokenGrants

            grants = AccessTokenGrants(tts=tts, stt=stt, agent=agent)
            made = await self.access_token.create(grants=grants, expires_in=expires_in)
            return made.token

        return fresh

    async def aclose(self) -> None:
        """Close all connections and sockets; safe to call twice.

        Open streams and downloads raise an error. A closed client cannot be used again.
        """
        await self._connections.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return shown(self)
