# Written by tools/unasync.py from _aio/http.py: edit that file, then `make generate`.
"""HTTP calls with retries and typed errors."""

from __future__ import annotations

import math
import ssl
import time
from contextlib import contextmanager, suppress
from copy import copy
from typing import TYPE_CHECKING, Final, Self, cast
from weakref import WeakSet

import httpx
from cartesia_runtime.downloads import Download
from msgspec import structs

from .._http.bodies import unpacker_for
from .._http.config import NotCopyable, closed_client, http_client_elsewhere
from .._http.records import ResponseRecorder
from .._http.requests import (
    ERROR_BODY_S,
    backoff,
    body_error,
    broken_body,
    build,
    check_upgrade,
    closed_http_client,
    deadline_of,
    decoder_for,
    hook_failure,
    is_framed,
    left_download,
    status_failure,
    transport_error,
    unmarked_end,
    upgrade_request,
)
from .._protocol.faults import MAX_BODY, redact, request_id_of
from .._protocol.log import debugging, log_event
from .._text.ledger import Ledger
from .._text.utterance import recorded
from ..audio import unwritable_error
from ..errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    CartesiaError,
    RateLimitError,
)
from ..events import AudioChunk, Cancelled
from .flow import BodyReader, ThreadLock, break_off, check_owner, is_elsewhere, owner, sleep
from .transport import Body, Exchange, OwnClient, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import Request

    from .._http.bodies import Unpacker
    from .._http.config import Config
    from .._http.operations import SpeechRequest
    from .._http.records import StreamRecord
    from .._http.requests import Answer
    from .._protocol.backoff import Backoff
    from .._protocol.link import Link
    from .._protocol.listen_session import ListenSession
    from .._protocol.response import ResponseDecoder
    from ..events import SpeechEvent
    from .credentials import Credentials
    from .ears import EarsDriver
    from .link import SocketLink
    from .websocket import SocketDriver

SETTLE_S: Final = 0.05  # maximum wait for the end of a body after the last event


class HttpSender:
    """Sender of HTTP requests: adds credentials, retries, and raises typed errors.

    Args:
        config: Base URL, headers and deadlines.
        credentials: Provider of the key or token.
        max_retries: Maximum number of retries of a call; see `_protocol.backoff`.
        http_client: The user's own client; its headers are sent too, and it is never closed here.
        moved: Whether another event loop has used that client before.
        ssl_context: TLS settings, without ``http_client``.
        proxy: URL of a proxy, without ``http_client``; None uses the environment.
    """

    def __init__(
        self,
        config: Config,
        credentials: Credentials,
        *,
        max_retries: int,
        http_client: httpx.Client | None = None,
        moved: bool = False,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> None:
        self._config = config
        self._credentials = credentials
        self._max_retries = max_retries
        self._client: httpx.Client = http_client or OwnClient(
            Transport(ssl_context=ssl_context, proxy=proxy)
        )
        self._moved = moved
        self._guard = ThreadLock()
        self._streams: WeakSet[httpx.Response] = WeakSet()

    def with_options(self, config: Config, *, max_retries: int) -> Self:
        """Return a copy with other settings that shares, and closes, the same connections."""
        other = copy(self)
        other._config = config  # noqa: SLF001 (of the same class)
        other._max_retries = max_retries  # noqa: SLF001 (of the same class)
        return other

    def send(self, request: Request, options: RequestOptions | None = None) -> httpx.Response:
        """Send a request and return the whole successful response.

        Raises:
            APIStatusError: If the status is not a success.
            APIConnectionError: If the network failed.
        """
        response, _ = self._send(request, options or {}, answer="whole")
        return response

    @contextmanager
    def stream(
        self, request: Request, options: RequestOptions | None = None
    ) -> Generator[Download]:
        """Send a request and stream the response as a download; a context manager.

        Raises:
            APIStatusError: If the status is not a success.
            APIConnectionError: If the network failed.
        """
        response, config = self._send(request, options or {}, answer="download")
        pieces = Pieces(response, config)
        try:
            yield Download(
                pieces,
                response.headers,
                request_id_of(response.headers),
                refused=unwritable_error,
            )
        finally:
            pieces.close()

    def speech(
        self,
        request: SpeechRequest,
        options: RequestOptions,
        ended: Callable[[], None],
        record: StreamRecord | None = None,
        retries: Backoff | None = None,
    ) -> ResponseSource:
        """Send a request and return the events of the streamed response.

        A 429 is not retried here: the caller gives its slot back, or waits for one, first.

        Args:
            request: The request for speech.
            options: Settings of the call.
            ended: Called when the response is closed.
            record: Measures the stream and tells observers; None for v0.
            retries: Retries that are left; None for those of the options.
        """
        response, config = self._send(request.request, options, answer="speech", retries=retries)
        now = time.monotonic()
        try:
            decoder = decoder_for(response, request, options, config=config, now=now)
        except BaseException:
            response.close()
            raise
        return ResponseSource(response, decoder, request, ended, record)

    def socket(
        self, config: Config | None = None, *, max_retries: int | None = None
    ) -> SocketDriver:
        """Open a WebSocket; the handshake is retried like other requests.

        Args:
            config: Config for the handshake; None uses that of this sender.
            max_retries: Maximum number of retries; None uses that of this sender.

        Raises:
            APIStatusError: If the service rejects the handshake with an HTTP status.
            APIConnectionError: If the service is unreachable.
        """
        from .websocket import SocketDriver

        began = time.monotonic()
        session = (config or self._config).session(now=began)
        request = upgrade_request(config or self._config, session.websocket)
        options: RequestOptions = {} if max_retries is None else {"max_retries": max_retries}
        response, used = self._send(request, options, answer="socket", config=config)
        driver = SocketDriver(session, used, since=began)
        self._take_over(driver, session, response, used)
        return driver

    def ears(
        self, session: ListenSession, handshake: Request, *, max_retries: int | None = None
    ) -> EarsDriver:
        """Open a WebSocket that listens; a 429 is not retried here, as the caller has a queue.

        Args:
            session: The protocol of the socket.
            handshake: The request, without the headers of the handshake.
            max_retries: Maximum number of retries; None uses that of this sender.

        Raises:
            APIStatusError: If the service rejects the handshake with an HTTP status.
            APIConnectionError: If the service is unreachable.
        """
        from .ears import EarsDriver

        began = time.monotonic()
        request = structs.replace(handshake, headers=session.websocket.handshake_headers())
        options: RequestOptions = {} if max_retries is None else {"max_retries": max_retries}
        response, used = self._send(request, options, answer="socket", queued=True)
        driver = EarsDriver(session, used, since=began)
        # Before its first frame is read.
        session.opened(request_id_of(response.headers), now=time.monotonic())
        self._take_over(driver, session, response, used)
        return driver

    def _take_over(
        self, driver: SocketLink, link: Link, response: httpx.Response, used: Config
    ) -> None:
        link.secret = used.api_key  # what the service may quote is what was sent
        try:
            link.websocket.accept(response.headers.multi_items())
            driver.start(response)
        except BaseException as error:
            driver.abort()
            response.close()
            if isinstance(error, APIError):
                redact(error, used.api_key)  # the response may quote the key
            elif isinstance(error, OSError):  # an event hook has closed the connection
                raise APIConnectionError(f"the connection was closed: {error}") from error
            raise

    def _send(
        self,
        request: Request,
        options: RequestOptions,
        *,
        answer: Answer,
        config: Config | None = None,
        retries: Backoff | None = None,
        queued: bool = False,
    ) -> tuple[httpx.Response, Config]:
        renewed = False  # the token, which happens only once
        while True:
            used = self._credentials.bearer(config or self._config)
            try:
                response = self._attempt(request, options, used, answer)
            except APIError as error:
                if isinstance(error, AuthenticationError) and request.replayable and not renewed:
                    renewed = True
                    if self._credentials.renew(used.api_key):
                        continue
                retries = retries or backoff(request, options, self._max_retries)
                refused = isinstance(error, RateLimitError) and (
                    answer == "speech" or (queued and error.concurrency_limited)
                )
                delay = None if refused else retries.delay_after(error)
                if delay is None:
                    raise
            else:
                if answer != "socket":
                    ResponseRecorder.note(response)
                return response, used
            sleep(delay)

    def _attempt(
        self, request: Request, options: RequestOptions, config: Config, answer: Answer
    ) -> httpx.Response:
        client, ours = self._client, isinstance(self._client, OwnClient)
        if client.is_closed:
            raise closed_client() if ours else closed_http_client()
        outgoing = build(client, config, request, options, answer=answer, ours=ours)
        failure: CartesiaError
        try:
            response = client.send(outgoing, stream=True, follow_redirects=False)
            try:
                if answer == "socket" and response.status_code == 101:
                    return response
                if answer == "socket":
                    check_upgrade(response)
                unpacker = unpacker_for(response, whole=answer == "whole")
                if unpacker is not None:
                    packed = cast("httpx.SyncByteStream", response.stream)
                    response.stream = Unpacked(packed, unpacker)
                if not response.is_success:
                    raise status_failure(response, _head(response, ours=ours), config)
                if answer == "whole":
                    response.read()
                    return response
                with self._guard:
                    self._streams.add(response)
            except BaseException:
                response.close()
                raise
        except httpx.HTTPStatusError as error:  # an event hook calls `raise_for_status`
            failure = hook_failure(error.response, config)
        except (
            httpx.HTTPError,
            httpx.StreamError,
            ssl.SSLError,
        ) as error:  # anyio does not wrap TLS errors
            failure = transport_error(error, config, answer=answer)
        except RuntimeError as error:  # such as "Event loop is closed"
            if not self._moved:
                raise
            raise http_client_elsewhere("event loop") from error
        else:
            return response
        raise failure  # outside the handler: its context must not be an error that quotes the key

    def close(self) -> None:
        """Abort all streamed responses and close our own client; safe to call twice."""
        with self._guard:
            streams = list(self._streams)
        for response in streams:
            break_off(response)
        if isinstance(self._client, OwnClient):
            self._client.close()


def _head(response: httpx.Response, *, ours: bool) -> bytes:
    """Read the start of an error's body, or give up at the deadline: the status alone is enough."""
    body = bytearray()
    until = time.monotonic() + ERROR_BODY_S
    deadline = deadline_of(response)
    if deadline is not None:
        deadline.wait_until(until)
    if not ours:  # httpcore reads this timeout before each read
        response.request.extensions["timeout"]["read"] = ERROR_BODY_S
    reader = BodyReader(response.iter_bytes(), resumable=False)
    with suppress(httpx.HTTPError, OSError):
        while len(body) < MAX_BODY and time.monotonic() < until:
            piece = reader.next_by(until)
            if piece is None:
                break
            body += piece
    reader.stop()
    return bytes(body[:MAX_BODY])


class Unpacked(httpx.SyncByteStream):
    """The body of a response, unpacked and bounded."""

    def __init__(self, packed: httpx.SyncByteStream, unpacker: Unpacker) -> None:
        self._packed = packed
        self._unpacker = unpacker

    def __iter__(self) -> Iterator[bytes]:
        for data in self._packed:
            yield from self._unpacker.feed(data)
        self._unpacker.finish()

    def close(self) -> None:
        """Close the body."""
        self._packed.close()


def _reader_of(response: httpx.Response) -> BodyReader:
    """Return a reader that bypasses httpx, unless the body is compressed or already being read."""
    exchange = response.extensions.get("exchange")
    if (
        isinstance(exchange, Exchange)
        and not exchange.begun
        and not isinstance(response.stream, Unpacked)
    ):
        body = Body(exchange, cast("httpx.SyncByteStream", response.stream))
        return BodyReader(iter(body), resumable=True)
    return BodyReader(response.iter_bytes(), resumable=False)


class Pieces(NotCopyable):
    """Iterator over the body of a download while it arrives."""

    def __init__(self, response: httpx.Response, config: Config) -> None:
        self._failure: Exception | None = None  # raised by all further reads
        self._config = config
        self._response = response
        self._reader = BodyReader(response.iter_bytes(), resumable=False)
        self._framed = is_framed(response)
        self._home = owner()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        check_owner(self._home)
        piece = None
        try:
            if self._failure is None:
                piece = self._reader.next()
        except (OSError, httpx.HTTPError, httpx.StreamError) as error:
            self._failure = self._failure or broken_body(error, self._config)
        if self._failure is not None:
            raise self._failure
        if piece is not None:
            return piece
        if self._framed:
            raise StopIteration
        raise unmarked_end()

    def close(self) -> None:
        """Close the response; further reads raise an error.

        It does nothing in another process or event loop, where leaving a block may call it.
        """
        if is_elsewhere(self._home):
            return
        self._failure = self._failure or left_download()
        self._reader.stop()
        self._response.close()


class ResponseSource:
    """Source of the events of a streamed HTTP response, which is read only when asked for."""

    def __init__(
        self,
        response: httpx.Response,
        decoder: ResponseDecoder,
        request: SpeechRequest,
        ended: Callable[[], None],
        record: StreamRecord | None,
    ) -> None:
        self.ledger: Ledger = Ledger(request.format, guard=ThreadLock())
        self.ledger.push(request.transcript)
        self._ended = ended
        self._response = response
        self._reader = _reader_of(response)
        self._deadline = deadline_of(response)
        self._decoder = decoder
        self._guard = ThreadLock()
        self._closed = False
        self._cut_off = False  # set if `close` interrupts a wait for the next event
        self._over = False
        self.context_id: str | None = request.context_id
        self.request_id: str | None = decoder.request_id
        self._record = record
        self._wav = None if record is None else record.wav
        self._asked = math.inf  # since when the present event is waited for
        self._logged = record is not None and debugging()
        if record is not None:
            record.enter(self.context_id)
            record.requested(self.request_id)

    def ready(self) -> SpeechEvent | None:
        """Return an event that has already arrived, or None."""
        event = self._decoder.next_event()
        if event is None:
            if not self._cut_off:
                return None
            self._cut_off, self._over = False, True
            event = Cancelled(context_id=self.context_id)
        if self._logged:
            log_event(event, f"request={self.request_id}")
        asked, self._asked = self._asked, math.inf
        if type(event) is not AudioChunk:
            return recorded(self.ledger, event)
        nbytes = len(event.data) if self._wav is None else self._wav.take(event.data)
        if self._record is not None:
            self._record.meter.audio_read(nbytes, asked=asked, now=time.monotonic())
        self.ledger.audio(nbytes)
        return event

    def next_event(self) -> SpeechEvent | None:
        """Wait for the next event; return None after the terminal one."""
        while (event := self.ready()) is None and self.wait():
            pass
        return event

    def wait(self) -> bool:
        """Wait for the next piece of the body; return False after the terminal event."""
        self._asked = min(self._asked, time.monotonic())
        decoder = self._decoder
        if decoder.ended or self._over:
            return False
        deadline = decoder.deadline()
        failure: APIError | None = None
        piece = None
        try:
            if self._deadline is not None:
                self._deadline.wait_until(deadline)
                piece = self._reader.next()
            else:
                piece = self._reader.next_by(deadline)
        except (OSError, httpx.HTTPError, httpx.StreamError) as error:
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
        """Close the response; a connection that was read to its end returns to the pool."""
        with self._guard:
            first, self._closed = not self._closed, True
        self._ended()
        if not self._decoder.ended:
            self._reader.stop()
            break_off(self._response)
        elif first:
            self._settle()
        self._response.close()

    def _settle(self) -> None:
        """Read the rest of the body, usually already here, so that the connection can be reused."""
        if self._deadline is None:
            return
        self._deadline.wait_until(time.monotonic() + SETTLE_S)
        with suppress(OSError, httpx.HTTPError, httpx.StreamError):
            while self._reader.next() is not None:
                pass
