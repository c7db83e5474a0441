"""The seam between operations and transport, and a small transport to use them with.

An operation builds a `Request`, hands it to a `Sender` and parses the answer. Retries, pools and error classes are the
sender's business: `Client` and `AsyncClient` are the simplest that work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from typing import Final, Protocol, Self, TypeVar

import httpx
from attrs import field, frozen

from .errors import ApiStatusError, PagingError, ResponseDecodeError
from .types import AsyncDownload, Download, FileContent, Progress, RequestFiles, RequestOptions

T = TypeVar("T")

API_VERSION: Final = "v0"
"""Version of the API that this package was generated for."""

DEFAULT_BASE_URL: Final = "https://api.cartesia.ai/v0"
DEFAULT_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)

_IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})


def _can_be_read_again(content: FileContent) -> bool:
    if isinstance(content, bytes):
        return True
    try:
        return content.seekable()
    except (AttributeError, ValueError):  # has only `read`, or is closed
        return False


class _Counted(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that tells how much of it was sent."""

    def __init__(self, request: httpx.Request, progress: Progress) -> None:
        length = request.headers.get("content-length", "")
        self._size = int(length) if length else None
        self._stream = request.stream
        self._progress = progress

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._stream, httpx.SyncByteStream)
        sent = 0
        for piece in self._stream:
            yield piece
            sent += len(piece)
            self._progress(sent, self._size)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._stream, httpx.AsyncByteStream)
        sent = 0
        async for piece in self._stream:
            yield piece
            sent += len(piece)
            self._progress(sent, self._size)


def with_progress(request: httpx.Request, options: RequestOptions) -> httpx.Request:
    """Have a request tell its progress, if the caller wants to know. It returns the request."""
    progress = options.get("progress")
    if progress is not None:
        request.stream = _Counted(request, progress)
    return request


@frozen(kw_only=True)
class Request:
    """One call of an operation, ready to be sent.

    At most one of `json`, `files` and `content` is set.

    Attributes:
        operation: `operationId` in the document.
        method: HTTP method.
        path: Path below the base URL, each segment percent-encoded.
        params: Pairs of the query string.
        headers: Headers that belong to the operation.
        accept: Media type of a success.
        json: Body as a JSON object.
        files: Body as the parts of a multipart form. The boundary is random.
        content: Body as bytes.
        idempotent: Whether repeating the call has the effect of one.
    """

    operation: str
    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(factory=dict)
    accept: str = "*/*"
    json: Mapping[str, object] | None = field(default=None, repr=False)
    files: RequestFiles | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    idempotent: bool = field()

    @idempotent.default
    def _method_is_idempotent(self) -> bool:
        return self.method in _IDEMPOTENT_METHODS

    @property
    def replayable(self) -> bool:
        """Whether the body can be sent again. A pipe cannot; a file is rewound."""
        return all(_can_be_read_again(content) for _, (_, content, _) in self.files or [])

    def build(
        self, http: httpx.Client | httpx.AsyncClient, options: RequestOptions | None = None
    ) -> httpx.Request:
        """Return the request as `httpx` sends it, with the base URL and the headers of its client."""
        options = options or {}
        request = http.build_request(
            self.method,
            self.path,
            params=self.params or None,
            headers={"Accept": self.accept, **self.headers, **options.get("headers", {})},
            json=self.json,
            files=self.files,
            content=self.content,
            timeout=options["timeout"] if "timeout" in options else http.timeout,
        )
        return with_progress(request, options)


class Sender(Protocol):
    """Sends requests."""

    def call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Send a request and parse the whole answer, a success. Anything else raises."""

    def refuse(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return what to raise for an answer that breaks the contract: the sender's own error."""

    def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AbstractContextManager[Download]:
        """Send a request and hand out a success whose body is still to be read."""


class AsyncSender(Protocol):
    """Sends requests in an event loop."""

    async def call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Send a request and parse the whole answer, a success. Anything else raises."""

    def refuse(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return what to raise for an answer that breaks the contract: the sender's own error."""

    def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Send a request and hand out a success whose body is still to be read."""


def _headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"X-API-Key": token}


class Client:
    """A sender without retries over one `httpx.Client`.

    Args:
        token: API key or access token. None sends no credentials.
        base_url: Where the service is.
        timeout: Seconds for each phase of a call, or one value per phase. None waits for ever.
        transport: Transport of `httpx` to use in place of its own.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._token = token
        self._http = httpx.Client(
            base_url=base_url, headers=_headers(token), timeout=timeout, transport=transport
        )

    def __repr__(self) -> str:
        return f"Client(base_url={str(self._http.base_url)!r})"

    def call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Send a request and parse the answer. Raises as `send` and `parse` do."""
        return parse(self.send(request, options))

    def refuse(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return the error as it is."""
        return error

    def send(self, request: Request, options: RequestOptions | None = None) -> httpx.Response:
        """Send a request and return the whole answer.

        Raises:
            ApiStatusError: If the status is not a success.
            httpx.TransportError: If there is no answer.
        """
        response = self._http.send(request.build(self._http, options))
        if not response.is_success:
            raise ApiStatusError.from_response(response, self._token)
        return response

    @contextmanager
    def stream(self, request: Request, options: RequestOptions | None = None) -> Iterator[Download]:
        """Send a request and hand out the answer before its body is read. Raises as `send` does."""
        response = self._http.send(request.build(self._http, options), stream=True)
        try:
            if not response.is_success:
                response.read()
                raise ApiStatusError.from_response(response, self._token)
            yield Download(
                response.iter_bytes(), response.headers, response.headers.get("x-request-id")
            )
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncClient:
    """A sender without retries over one `httpx.AsyncClient`.

    Args:
        token: API key or access token. None sends no credentials.
        base_url: Where the service is.
        timeout: Seconds for each phase of a call, or one value per phase. None waits for ever.
        transport: Transport of `httpx` to use in place of its own.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._token = token
        self._http = httpx.AsyncClient(
            base_url=base_url, headers=_headers(token), timeout=timeout, transport=transport
        )

    def __repr__(self) -> str:
        return f"AsyncClient(base_url={str(self._http.base_url)!r})"

    async def call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Send a request and parse the answer. Raises as `send` and `parse` do."""
        return parse(await self.send(request, options))

    def refuse(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return the error as it is."""
        return error

    async def send(self, request: Request, options: RequestOptions | None = None) -> httpx.Response:
        """Send a request and return the whole answer.

        Raises:
            ApiStatusError: If the status is not a success.
            httpx.TransportError: If there is no answer.
        """
        response = await self._http.send(request.build(self._http, options))
        if not response.is_success:
            raise ApiStatusError.from_response(response, self._token)
        return response

    @asynccontextmanager
    async def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AsyncIterator[AsyncDownload]:
        """Send a request and hand out the answer before its body is read. Raises as `send` does."""
        response = await self._http.send(request.build(self._http, options), stream=True)
        try:
            if not response.is_success:
                await response.aread()
                raise ApiStatusError.from_response(response, self._token)
            yield AsyncDownload(
                response.aiter_bytes(), response.headers, response.headers.get("x-request-id")
            )
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


__all__ = [
    "API_VERSION",
    "AsyncClient",
    "AsyncSender",
    "Client",
    "Request",
    "RequestOptions",
    "Sender",
    "with_progress",
]
