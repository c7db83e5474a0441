# Written by tools/unasync.py from _aio/connections.py: edit that file, then `make generate`.
"""The connections of a client, and the calls and streams that use them."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from .._checks import whole_number
from .._http.config import (
    NotCopyable,
    check_ssl_context,
    closed_client,
    http_client_elsewhere,
    timeouts_for,
)
from .._http.operations import built, malformed_error, parsed
from .._http.records import CallRecord, StreamRecord
from ..errors import ConfigurationError, RateLimitError
from .flow import Owner, drop_foreign, owner, sleep
from .pool import Pool

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Generator

    import httpx
    from cartesia_runtime.downloads import Download
    from cartesia_runtime.errors import PagingError, ResponseDecodeError
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import Request

    from .._http.config import Config
    from .._http.operations import SpeechRequest
    from .._protocol.listen_session import ListenSession
    from ..audio import AudioFormat
    from ..errors import RemoteProtocolError
    from ..observe import StreamTransport
    from ..options import SharedGate
    from .credentials import Credentials
    from .ears import EarsDriver
    from .http import HttpSender, ResponseSource
    from .link import SocketLink
    from .websocket import SocketDriver

T = TypeVar("T")
D = TypeVar("D", bound="SocketLink")


class Connections(NotCopyable):
    """The connections of a client; it opens them on first use.

    Connections belong to one process, and with asyncio to one event loop. After a fork, or in
    another loop, the client opens new ones and leaves the old ones alone.
    """

    def __init__(
        self,
        config: Config,
        credentials: Credentials,
        *,
        max_retries: int,
        max_concurrency: int | None,
        max_sockets: int,
        max_listeners: int | None = None,
        gate: SharedGate | None = None,
        http_client: httpx.Client | None,
        ssl_context: ssl.SSLContext | None,
        proxy: str | None,
    ) -> None:
        check_ssl_context(ssl_context)
        if http_client is not None:
            import httpx

            from .._http.requests import check_http_client

            check_http_client(http_client, httpx.Client, ssl_context, proxy)
        elif proxy is not None:
            from .._http.proxies import parse_proxy

            parse_proxy(proxy)
        self.config = config
        self.credentials = credentials
        self.max_retries: int = whole_number(max_retries, "max_retries", least=0)
        if max_concurrency is not None:
            whole_number(max_concurrency, "max_concurrency", least=1)
        self._max_concurrency = max_concurrency
        self._max_sockets = whole_number(max_sockets, "max_sockets", least=1)
        if max_listeners is not None:
            whole_number(max_listeners, "max_listeners", least=1)
        self._max_listeners = max_listeners
        if gate is not None and not callable(getattr(gate, "acquire", None)):
            raise ConfigurationError(
                f"gate must have the method acquire, as SharedGate has; {type(gate).__name__} "
                "has none",
                option="gate",
            )
        self._shared_gate = gate
        self._http_client = http_client
        self._http_client_pid: int | None = None  # of the process that has used it
        self._ssl_context = ssl_context
        self._proxy = proxy
        self._pools: dict[Owner, Pool] = {}
        self.closed: bool = False
        self._root = self

    def with_options(self, config: Config, *, max_retries: int) -> Self:
        """Return a copy with other settings that shares, and closes, the same connections."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        other.config = config
        other.max_retries = max_retries
        return other

    @property
    def pool(self) -> Pool:
        """The pool of this process and event loop."""
        here = owner()
        pool = self._pools.get(here)
        if pool is None:
            drop_foreign(self._pools)
            pool = Pool(
                self._root.connect,
                size=self._max_sockets,
                limit=self._max_concurrency,
                listen_limit=self._max_listeners,
                shared=self._shared_gate,
            )
            # without a lock: a fork while it is held would leave it locked in the child for ever
            pool = self._pools.setdefault(here, pool)
        return pool

    @property
    def http(self) -> HttpSender:
        """The sender for HTTP calls in this process and event loop."""
        if self._root is not self:
            return self._root.http.with_options(self.config, max_retries=self.max_retries)
        pool = self.pool
        with pool.guard:
            self._check_open()
            if pool.http is None:
                from .http import HttpSender

                moved = self._claim_http_client()
                pool.http = HttpSender(
                    self.config,
                    self.credentials,
                    max_retries=self.max_retries,
                    http_client=self._http_client,
                    moved=moved,
                    ssl_context=self._ssl_context,
                    proxy=self._proxy,
                )
            return pool.http

    def _claim_http_client(self) -> bool:
        """Return whether another event loop has used the user's client; reject it after a fork."""
        if self._http_client is None:
            return False
        used, here = self._http_client_pid, os.getpid()
        if used not in (None, here):
            raise http_client_elsewhere("process")
        self._http_client_pid = here
        return used is not None

    def call(
        self,
        build: Callable[[], Request],
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Send a request of a generated operation and parse the response.

        Raises:
            ConfigurationError: If an argument or option is invalid.
            APIError: If the network fails, the service reports an error, or the response is
                malformed.
        """
        request = built(build, options)
        with CallRecord(self.config.observers, request, time.monotonic):
            response = self.http.send(request, options)
        return parsed(response, parse)

    def malformed_error(self, error: ResponseDecodeError | PagingError) -> RemoteProtocolError:
        """Make the error for a malformed response."""
        return malformed_error(error)

    @contextmanager
    def stream(
        self, build: Callable[[], Request], options: RequestOptions | None = None
    ) -> Generator[Download]:
        """Send a request of a generated operation and stream the response as a download."""
        request = built(build, options)
        with ExitStack() as stack:
            with CallRecord(self.config.observers, request, time.monotonic):
                opened = self.http.stream(request, options)
                download = stack.enter_context(opened)
            yield download

    def record(
        self, transport: StreamTransport, fmt: AudioFormat, model_id: object = None
    ) -> StreamRecord:
        """Create the record of a new stream."""
        return StreamRecord(
            self.config.observers, transport, fmt, model_id=model_id, clock=time.monotonic
        )

    def speech(
        self, request: SpeechRequest, options: RequestOptions | None, record: StreamRecord
    ) -> ResponseSource:
        """Start speech over one HTTP call; like a context, it takes a slot of the plan's limit.

        A 429 about that limit waits for a slot again. After any other, the call gives its slot back
        while it waits, so that other speech can use it.
        """
        from .._http.requests import backoff

        given = options or {}
        gate = self.pool.gate
        repeatable = request.request.replayable and given.get("max_retries", self.max_retries) > 0
        retries = backoff(request.request, given, self.max_retries)
        record.begin()
        with record.queueing():
            seconds = timeouts_for(given, self.config).queue
            ticket = gate.enter(priority=0, seconds=seconds)

        def ended() -> None:
            gate.leave(ticket)

        try:
            while True:
                try:
                    with CallRecord(self.config.observers, request.request, time.monotonic):
                        return self.http.speech(request, given, ended, record, retries)
                except RateLimitError as error:
                    refusal = error
                with record.queueing():
                    if repeatable and refusal.concurrency_limited:
                        gate.enter_again(ticket, refusal)
                    else:
                        delay = retries.delay_after(refusal)
                        if delay is None:
                            raise refusal
                        gate.leave(ticket)
                        sleep(delay)
                        ticket = gate.enter(priority=0, seconds=seconds)
                record.restart("rate_limited", refusal)
        except BaseException:
            ended()
            raise

    def acquire(self) -> SocketDriver:
        """Return a socket of the pool.

        If it must be opened, that happens with the headers of the original client, because others
        use it too, and with the deadlines and retries of this one.
        """
        return self.pool.acquire(
            self._connect_for_all,
            seconds=self.config.timeouts.connect,
            max_retries=self.max_retries,
        )

    def _connect_for_all(self) -> SocketDriver:
        root = self._root
        if root is self:
            return self.connect(max_retries=0)
        timeouts = self.config.timeouts
        config = root.config.with_options(timeouts=timeouts, headers=None)
        return self.connect(config, max_retries=0)

    def connect(
        self, config: Config | None = None, *, max_retries: int | None = None
    ) -> SocketDriver:
        """Open a new socket; `close` closes it too."""
        return self._kept(partial(self._open_socket, config, max_retries=max_retries))

    def listen(
        self, session: ListenSession, handshake: Request, *, max_retries: int | None = None
    ) -> EarsDriver:
        """Open a socket that listens; `close` closes it too."""
        ears = partial(self.http.ears, session, handshake, max_retries=max_retries)
        return self._kept(ears)

    def _kept(self, open_driver: Callable[[], D]) -> D:
        self._check_open()
        pool = self.pool
        driver = open_driver()
        with pool.guard:
            if not self._root.closed:
                pool.sockets.add(driver)
                return driver
        driver.close()
        raise closed_client()

    def _open_socket(self, config: Config | None, *, max_retries: int | None) -> SocketDriver:
        return self.http.socket(config, max_retries=max_retries)

    def _check_open(self) -> None:
        if self._root.closed:
            raise closed_client()

    def close(self) -> None:
        """Close all connections; one that is being opened is closed as soon as it is open.

        Raises:
            LocalStateError: If another event loop that is not closed uses this client.
        """
        if self._root is not self:
            self._root.close()
            return
        pool = self._pools.get(owner())
        if pool is None:
            drop_foreign(self._pools)
        self.closed = True
        if pool is not None:
            pool.close()
