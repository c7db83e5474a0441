"""HTTP with retries and typed errors."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from weakref import WeakSet

import httpx

from .._core.faults import MAX_BODY
from .._core.http import (
    backoff,
    body_error,
    build,
    client_options,
    decoder_for,
    status_failure,
    transport_error,
)
from .._core.ledger import Ledger
from .._core.utterance import entered
from ..errors import APIError
from ..events import Cancelled
from .flow import Guard, break_off, next_piece, sleep

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from cartesia_api.client import Request, RequestOptions

    from .._core.config import Config
    from .._core.operations import SpeechRequest
    from .._core.response import ResponseDecoder
    from ..events import SpeechEvent


class AsyncHttpSender:
    """What the generated operations send their requests through; for one event loop.

    Args:
        config: Where and as whom.
        max_retries: How often a call is repeated at most; see `_core.backoff`.
        http_client: Your own client, which stays open; its own headers are sent as well.
        proxy: URL of a proxy; otherwise the environment decides.
    """

    def __init__(
        self,
        config: Config,
        *,
        max_retries: int,
        http_client: httpx.AsyncClient | None = None,
        proxy: str | None = None,
    ) -> None:
        self._config = config
        self._max_retries = max_retries
        self._owned = http_client is None
        self._client = http_client or httpx.AsyncClient(**client_options(config, proxy))
        self._guard = Guard()
        self._streams: WeakSet[httpx.Response] = WeakSet()

    async def send(self, request: Request, options: RequestOptions | None = None) -> httpx.Response:
        """Send a request and return its whole response, which is a success.

        Raises:
            APIStatusError: For any other status.
            APIConnectionError: If the network failed.
        """
        return await self._send(request, options or {}, streaming=False)

    @asynccontextmanager
    async def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> AsyncGenerator[httpx.Response]:
        """`open` as a context manager."""
        response = await self.open(request, options)
        failure: APIError | None = None
        try:
            yield response
        except httpx.HTTPError as error:
            failure = transport_error(error, self._config)
        finally:
            await response.aclose()
        if failure is not None:
            raise failure

    async def open(self, request: Request, options: RequestOptions | None = None) -> httpx.Response:
        """Send a request and return its response with the body unread; the caller closes it.

        Raises:
            APIStatusError: If the status is not a success.
            APIConnectionError: If the network failed.
        """
        return await self._send(request, options or {}, streaming=True)

    async def speech(self, request: SpeechRequest, ended: Callable[[], None]) -> ResponseSource:
        """Send a request and return the speech that answers it.

        A refusal for too many contexts is not repeated here: the caller waits for a slot.
        """
        now = time.monotonic()
        response = await self._send(request.request, {}, streaming=True, repeat_refusals=False)
        try:
            decoder = decoder_for(response, request, config=self._config, now=now)
        except BaseException:
            await response.aclose()
            raise
        return ResponseSource(response, decoder, request, ended)

    async def _send(
        self,
        request: Request,
        options: RequestOptions,
        *,
        streaming: bool,
        repeat_refusals: bool = True,
    ) -> httpx.Response:
        retries = backoff(request, options, self._max_retries, repeat_refusals=repeat_refusals)
        while True:
            try:
                return await self._attempt(request, options, streaming=streaming)
            except APIError as error:
                delay = retries.delay_after(error)
                if delay is None:
                    raise
            await sleep(delay)

    async def _attempt(
        self, request: Request, options: RequestOptions, *, streaming: bool
    ) -> httpx.Response:
        outgoing = build(self._client, self._config, request, options, streaming=streaming)
        try:
            response = await self._client.send(outgoing, stream=True, follow_redirects=False)
            try:
                if not response.is_success:
                    raise status_failure(response, await _head(response), self._config)
                if streaming:
                    with self._guard:
                        self._streams.add(response)
                    return response
                await response.aread()
            except BaseException:
                await response.aclose()
                raise
        except httpx.HTTPError as error:
            failure = transport_error(error, self._config)
        else:
            return response
        raise failure  # out here, so that a library's error that quotes the key is not its context

    async def aclose(self) -> None:
        """Break off what streams, and close our own client; safe to call twice."""
        with self._guard:
            streams = list(self._streams)
        for response in streams:
            await break_off(response)
        if self._owned:
            await self._client.aclose()


async def _head(response: httpx.Response) -> bytes:
    """The start of an error's body, however long it is."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= MAX_BODY:
            break
    return bytes(body)


class ResponseSource:
    """Events of a streamed HTTP response."""

    def __init__(
        self,
        response: httpx.Response,
        decoder: ResponseDecoder,
        request: SpeechRequest,
        ended: Callable[[], None],
    ) -> None:
        self.ledger = Ledger(request.format)
        self.ledger.push(request.transcript)
        self._ended = ended
        self._response = response
        self._pieces = response.aiter_bytes()
        self._decoder = decoder
        self._closed = False
        self.context_id = request.context_id
        self.request_id = decoder.request_id

    async def next_event(self) -> SpeechEvent | None:
        """Wait for an event; None after the terminal one."""
        decoder = self._decoder
        while True:
            event = decoder.next_event()
            if event is not None:
                return entered(self.ledger, event)
            if decoder.ended:
                return None
            if not await self._read():
                return Cancelled(context_id=self.context_id)

    async def _read(self) -> bool:
        """Take in what comes next; False if the stream was closed meanwhile."""
        decoder = self._decoder
        deadline = decoder.deadline()
        wait = None if deadline is None else deadline - time.monotonic()
        failure: APIError | None = None
        piece = None
        try:
            piece = await next_piece(self._pieces, wait)
        except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
            failure = body_error(error, decoder)
        if self._closed:
            return False
        if failure is not None:
            raise failure
        now = time.monotonic()
        if piece is None:
            decoder.receive_eof()
        else:
            decoder.receive_data(piece, now=now)
            decoder.check_deadline(now=now)
        return True

    async def aclose(self) -> None:
        """Drop the response; the connection returns to the pool if it was read to its end."""
        self._closed = True
        self._ended()
        if not self._decoder.ended:
            await break_off(self._response)
        await self._response.aclose()
