# Written by tools/unasync.py from _aio/http.py: edit that file, then `make generate`.
"""HTTP with retries and typed errors."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from copy import copy
from typing import TYPE_CHECKING, Final, Self
from weakref import WeakSet

import httpx
from cartesia_api.types import Download

from .._core.exchange import Watch
from .._core.faults import MAX_BODY, request_id_of
from .._core.http import (
    backoff,
    body_error,
    broken_body,
    build,
    build_plain,
    decoder_for,
    is_framed,
    left_download,
    patience_of,
    pool_options,
    status_failure,
    transport_error,
    unmarked_end,
)
from .._core.ledger import Ledger
from .._core.utterance import entered
from ..errors import APIError, AuthenticationError
from ..events import Cancelled
from .flow import Guard, break_off, next_piece, sleep
from .transport import Body, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from cartesia_api.client import Request
    from cartesia_api.types import RequestOptions

    from .._core.config import Config
    from .._core.http import Answer
    from .._core.operations import SpeechRequest
    from .._core.response import ResponseDecoder
    from ..events import SpeechEvent
    from .credentials import Credentials

SETTLE_S: Final = 0.05  # what the end of a body may take, after the last event


class HttpSender:
    """What the generated operations send their requests through; thread-safe.

    Args:
        config: Where.
        credentials: As whom.
        max_retries: How often a call is repeated at most; see `_core.backoff`.
        http_client: Your own client, which stays open; its own headers are sent as well.
        proxy: URL of a proxy; otherwise the environment decides.
    """

    def __init__(
        self,
        config: Config,
        credentials: Credentials,
        *,
        max_retries: int,
        http_client: httpx.Client | None = None,
        proxy: str | None = None,
    ) -> None:
        self._config = config
        self._credentials = credentials
        self._max_retries = max_retries
        self._sender: httpx.Client | Transport = (
            Transport(pool_options(config, proxy)) if http_client is None else http_client
        )
        self._guard = Guard()
        self._streams: WeakSet[httpx.Response] = WeakSet()

    def with_options(self, config: Config, *, max_retries: int) -> Self:
        """A sender over the same connections, which are this one's to close."""
        other = copy(self)
        other._config = config  # noqa: SLF001 (of the same class)
        other._max_retries = max_retries  # noqa: SLF001 (of the same class)
        return other

    def send(self, request: Request, options: RequestOptions | None = None) -> httpx.Response:
        """Send a request and return its whole response, which is a success.

        Raises:
            APIStatusError: For any other status.
            APIConnectionError: If the network failed.
        """
        response, _ = self._send(request, options or {}, answer="whole")
        return response

    @contextmanager
    def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> Generator[Download]:
        """Send a request and hand out what answers it while it arrives.

        Raises:
            APIStatusError: If the status is not a success.
            APIConnectionError: If the network failed.
        """
        response, config = self._send(request, options or {}, answer="download")
        pieces = Pieces(response, config)
        try:
            yield Download(pieces, response.headers, request_id_of(response.headers))
        finally:
            pieces.closed = True
            response.close()

    def speech(
        self, request: SpeechRequest, options: RequestOptions, ended: Callable[[], None]
    ) -> ResponseSource:
        """Send a request and return the speech that answers it.

        A refusal for too many contexts is not repeated here: the caller waits for a slot.
        """
        response, config = self._send(request.request, options, answer="speech")
        now = time.monotonic()
        try:
            decoder = decoder_for(response, request, options, config=config, now=now)
        except BaseException:
            response.close()
            raise
        return ResponseSource(response, decoder, request, ended)

    def _send(
        self,
        request: Request,
        options: RequestOptions,
        *,
        answer: Answer,
    ) -> tuple[httpx.Response, Config]:
        repeat_refusals = answer != "speech"
        retries = backoff(request, options, self._max_retries, repeat_refusals=repeat_refusals)
        renewable = request.replayable
        while True:
            config = self._credentials.bearer(self._config)
            try:
                response = self._attempt(request, options, config, answer)
            except APIError as error:
                if renewable and isinstance(error, AuthenticationError):
                    renewable = False  # a token is renewed once
                    if self._credentials.renew(config.api_key):
                        continue
                delay = retries.delay_after(error)
                if delay is None:
                    raise
            else:
                Watch.note(response)
                return response, config
            sleep(delay)

    def _attempt(
        self, request: Request, options: RequestOptions, config: Config, answer: Answer
    ) -> httpx.Response:
        sender = self._sender
        try:
            if isinstance(sender, Transport):
                plain = build_plain(config, request, options, answer=answer)
                response = sender.send(plain)
            else:
                outgoing = build(sender, config, request, options, answer=answer)
                response = sender.send(outgoing, stream=True, follow_redirects=False)
            try:
                if not response.is_success:
                    body = _head(response, config.timeouts.read)
                    raise status_failure(response, body, config)
                if answer != "whole":
                    with self._guard:
                        self._streams.add(response)
                    return response
                response.read()
            except BaseException:
                response.close()
                raise
        except httpx.HTTPError as error:
            failure = transport_error(error, config, answer=answer)
        else:
            return response
        raise failure  # out here, so that a library's error that quotes the key is not its context

    def close(self) -> None:
        """Break off what streams, and close our own client; safe to call twice."""
        with self._guard:
            streams = list(self._streams)
        for response in streams:
            break_off(response)
        if isinstance(self._sender, Transport):
            self._sender.close()


def _head(response: httpx.Response, seconds: float | None) -> bytes:
    """The start of an error's body, as far as it comes in time: the status says the most."""
    body = bytearray()
    patience = patience_of(response.extensions)
    if patience is not None:
        patience.wait_until(None if seconds is None else time.monotonic() + seconds)
    with suppress(httpx.HTTPError):
        for piece in response.iter_bytes():
            body += piece
            if len(body) >= MAX_BODY:
                break
    return bytes(body)


def _plain_pieces(response: httpx.Response) -> Iterator[bytes]:
    """The body of a response; straight from our own transport, unless it is compressed."""
    if isinstance(response.stream, Body) and "content-encoding" not in response.headers:
        return response.stream
    return response.iter_bytes()


class Pieces:
    """The body of a download as it arrives.

    Attributes:
        closed: Whether it may be read no more.
    """

    def __init__(self, response: httpx.Response, config: Config) -> None:
        self.closed: bool = False
        self._config = config
        self._pieces = response.iter_bytes()
        self._framed = is_framed(response)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.closed:
            raise left_download()
        failure: Exception = unmarked_end()
        try:
            return next(self._pieces)
        except StopIteration:
            if self._framed:
                raise
        except (httpx.HTTPError, httpx.StreamError) as error:
            failure = broken_body(error, self._config)
        raise failure


class ResponseSource:
    """Events of a streamed HTTP response."""

    def __init__(
        self,
        response: httpx.Response,
        decoder: ResponseDecoder,
        request: SpeechRequest,
        ended: Callable[[], None],
    ) -> None:
        self.ledger: Ledger = Ledger(request.format, guard=Guard())
        self.ledger.push(request.transcript)
        self._ended = ended
        self._response = response
        self._pieces = _plain_pieces(response)
        self._patience = patience_of(response.extensions)
        self._decoder = decoder
        self._guard = Guard()
        self._closed = False
        self._cut_off = False  # by `close`, while the next event was waited for
        self._over = False
        self.context_id: str | None = request.context_id
        self.request_id: str | None = decoder.request_id

    def ready(self) -> SpeechEvent | None:
        """An event that is here already."""
        event = self._decoder.next_event()
        if event is not None:
            return entered(self.ledger, event)
        if self._cut_off:
            self._cut_off, self._over = False, True
            return Cancelled(context_id=self.context_id)
        return None

    def next_event(self) -> SpeechEvent | None:
        """Wait for an event; None after the terminal one."""
        while (event := self.ready()) is None and self.wait():
            pass
        return event

    def wait(self) -> bool:
        """Take in what comes next; False after the terminal event."""
        decoder = self._decoder
        if decoder.ended or self._over:
            return False
        deadline = decoder.deadline()
        failure: APIError | None = None
        piece = None
        try:
            if self._patience is not None:
                self._patience.wait_until(deadline)
                piece = next(self._pieces, None)
            else:
                wait = None if deadline is None else deadline - time.monotonic()
                piece = next_piece(self._pieces, wait)
        except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
            failure = body_error(error, decoder)
        if self._closed:
            self._cut_off = True
            return True
        if failure is not None:
            raise failure
        now = time.monotonic()
        if piece is None:
            decoder.receive_eof()
        else:
            decoder.receive_data(piece, now=now)
            decoder.check_deadline(now=now)
        return True

    def close(self) -> None:
        """Drop the response; the connection returns to the pool if it was read to its end."""
        with self._guard:
            first, self._closed = not self._closed, True
        self._ended()
        if not self._decoder.ended:
            break_off(self._response)
        elif first:
            self._settle()
        self._response.close()

    def _settle(self) -> None:
        """Read the end of the body, which mostly is here already, and the connection serves on."""
        if self._patience is None:
            return
        self._patience.wait_until(time.monotonic() + SETTLE_S)
        with suppress(TimeoutError, httpx.HTTPError, httpx.StreamError):
            while next(self._pieces, None) is not None:
                pass
