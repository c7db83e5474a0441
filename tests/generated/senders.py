"""The smallest senders that work, over a function in place of a server."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, cast, TypeVar

import httpx
from cartesia_runtime.downloads import AsyncDownload, Download

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator

    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import Request, Response

    Handler = Callable[[httpx.Request], httpx.Response]

T = TypeVar("T")


def built(http: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    """The request as httpx sends it."""
    return http.build_request(
        request.method,
        request.path,
        params=request.params or None,
        headers={"Accept": request.accept, **request.headers},
        json=request.json,
        files=request.files,
        content=request.content,
    )


class HandlerSender:
    """Calls the function."""

    def __init__(self, handler: Handler) -> None:
        transport = httpx.MockTransport(handler)
        self._http = httpx.Client(base_url="https://example.com", transport=transport)

    def call(
        self,
        build: Callable[[], Request],
        parse: Callable[[Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        return parse(self._http.send(built(self._http, build())).raise_for_status())

    def malformed_error(self, error: Exception) -> Exception:
        return error

    @contextmanager
    def stream(self, build: Callable[[], Request], options: RequestOptions | None = None) -> Iterator[Download]:
        response = self._http.send(built(self._http, build()), stream=True)
        try:
            body = cast("Generator[bytes]", response.raise_for_status().iter_bytes())
            yield Download(body, response.headers)
        finally:
            response.close()


class AsyncHandlerSender:
    """Calls the function in an event loop."""

    def __init__(self, handler: Callable[[httpx.Request], Any]) -> None:
        transport = httpx.MockTransport(handler)
        self._http = httpx.AsyncClient(base_url="https://example.com", transport=transport)

    async def call(
        self,
        build: Callable[[], Request],
        parse: Callable[[Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        return parse((await self._http.send(built(self._http, build()))).raise_for_status())

    def malformed_error(self, error: Exception) -> Exception:
        return error

    @asynccontextmanager
    async def stream(
        self, build: Callable[[], Request], options: RequestOptions | None = None
    ) -> AsyncIterator[AsyncDownload]:
        response = await self._http.send(built(self._http, build()), stream=True)
        try:
            body = cast("AsyncGenerator[bytes]", response.raise_for_status().aiter_bytes())
            yield AsyncDownload(body, response.headers)
        finally:
            await response.aclose()
