"""WebSocket driver for threads: one socket, one reader thread, one lock.

The reader thread reads bytes as soon as they arrive, so a slow consumer never delays the pings that
keep the connection alive. Code that holds the lock never blocks: the socket is non-blocking, and
waits for the network happen without the lock. The lock also protects the state of TLS, which reads
and writes share.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Final

import httpcore

from .._http.records import ConnectionRecord
from .._protocol.faults import no_stream_error, peer_not_reading_error, timeout_error
from .._protocol.session import MAX_BACKLOG
from ..errors import APIConnectionError
from .network import Stream, socket_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from .._http.config import Config
    from .._protocol.context import Context
    from .._protocol.frames import RequestEncoder
    from .._protocol.session import Session
    from .._protocol.stats import Meter
    from ..events import SpeechEvent
    from ..options import Timeouts

FLUSH_INTERVAL_S: Final = 0.02  # between attempts to write bytes that the network did not take
OWNER_INTERVAL_S: Final = 0.5  # between checks whether the user closed their own httpx client

_WANTS: Final = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class ContextReader:
    """A context with its deadlines and the locks that its consumers wait on.

    Each consumer waits on its own lock, which is created locked, and released to wake it. So a
    woken consumer does not need the lock of the connection, which the reader thread still holds.

    Attributes:
        context: The context.
        timeouts: Deadlines of the context.
        lock: The lock of the connection.
    """

    __slots__ = ("_waiters", "context", "lock", "timeouts")

    context: Context

    def __init__(self, timeouts: Timeouts, lock: threading.Lock) -> None:
        self.timeouts: Timeouts = timeouts
        self.lock: threading.Lock = lock
        self._waiters: list[threading.Lock] = []

    def wake(self) -> None:
        """Wake all waiting consumers to look for events; the caller holds the lock."""
        for waiter in self._waiters:
            waiter.release()
        self._waiters.clear()

    def waiter(self) -> threading.Lock:
        """Return a lock that the next `wake` releases; the caller holds the lock."""
        waiter = threading.Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        return waiter

    def leave(self, waiter: threading.Lock) -> None:
        """Remove a waiter after its timeout."""
        with self.lock, contextlib.suppress(ValueError):
            self._waiters.remove(waiter)


class SocketDriver:
    """Driver of one WebSocket with its reader thread; any thread may call any method.

    Args:
        session: The protocol state of the connection.
        config: The deadlines and the observers.
        since: When the handshake began, in monotonic seconds.
    """

    def __init__(self, session: Session, config: Config, *, since: float) -> None:
        self._session = session
        self._timeouts = config.timeouts
        self._record = ConnectionRecord(config.observers, now=since)
        self._lock = threading.Lock()
        self._outbox = bytearray()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, name="cartesia-stream", daemon=True)

    def start(self, response: httpx.Response) -> None:
        """Take over the connection from the handshake response.

        Raises:
            RemoteProtocolError: If the response has no connection, such as a mocked response.
        """
        stream = response.extensions.get("network_stream")
        if not isinstance(stream, httpcore.NetworkStream):
            raise no_stream_error()
        self._sock, rest = socket_of(stream)
        # Closed with the socket, so that the pool of the user's client frees the connection.
        self._response = response
        self._is_ours = isinstance(stream, Stream)
        if self._is_ours:
            response.close()  # removes it from its pool
        self._pending: Callable[[], int] | None = getattr(self._sock, "pending", None)
        self._selector.register(self._sock, selectors.EVENT_READ)
        while rest:
            room = self._session.get_buffer()
            size = min(len(room), len(rest))
            room[:size] = rest[:size]
            self._session.receive(size, now=time.monotonic())
            rest = rest[size:]
        self._record.opened(time.monotonic())
        self._thread.start()

    # --- contexts

    @property
    def usable(self) -> bool:
        """Whether the connection can open new contexts."""
        return self._session.usable

    def fileno(self) -> int:
        """Return the file descriptor of the socket; -1 if it is closed."""
        return self._sock.fileno()

    @property
    def load(self) -> int:
        """The number of open contexts."""
        return len(self._session.contexts)

    def idle_for(self, now: float) -> float:
        """Return the seconds since the last context began or ended; 0 while one is open."""
        return 0.0 if self.load else now - self._session.idle_since

    def reserve(self) -> None:
        """Restart the idle time, because a context is about to begin."""
        with self._lock:
            self._session.idle_since = time.monotonic()

    def retire(self) -> None:
        """Send a close frame without waiting for the answer of the peer."""
        with self._lock:
            for context in self._session.close():
                context.wake()
            self._flush()

    def open(
        self,
        context_id: str,
        fields: Mapping[str, object] | RequestEncoder,
        *,
        ended: Callable[[Context], None] | None = None,
        meter: Meter | None = None,
        timeouts: Timeouts | None = None,
    ) -> ContextReader:
        """Open a context.

        Args:
            context_id: Id of the context.
            fields: The constant fields of its requests, or the encoder of an earlier context.
            ended: Called when the service no longer works on the context.
            meter: Counts the audio that arrives.
            timeouts: Deadlines of the context; None uses those of the connection.
        """
        reader = ContextReader(timeouts or self._timeouts, self._lock)
        with self._lock:
            reader.context = self._session.open(
                context_id, fields, wake=reader.wake, now=time.monotonic(), ended=ended, meter=meter
            )
        return reader

    def send(
        self,
        reader: ContextReader,
        text: str,
        *,
        more: bool,
        flush: bool = False,
        manner: Mapping[str, object] | None = None,
    ) -> None:
        """Send text, a flush or the end of the input; wait until the network has taken it."""
        with self._lock:
            now = time.monotonic()
            self._session.send(reader.context, text, more=more, flush=flush, now=now, manner=manner)
            reader.wake()
            if self._flush():
                return
        self._drain(reader.timeouts.write)

    def cancel(self, reader: ContextReader) -> None:
        """Cancel a context, without waiting for the service."""
        with self._lock:
            self._session.cancel(reader.context, now=time.monotonic())
            reader.wake()
            self._flush()

    def wait(self, reader: ContextReader) -> bool:
        """Wait until there may be an event; return False after the terminal one."""
        context = reader.context
        with self._lock:
            news = context.news()
            if news is not None:
                return news
            deadline = context.deadline(reader.timeouts)
            seconds = -1.0 if deadline is None else deadline.at - time.monotonic()
            if deadline is not None and seconds <= 0:
                self._session.cancel(context, now=time.monotonic())
                self._flush()
                raise deadline.error
            waiter = reader.waiter()
        if not waiter.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            reader.leave(waiter)
        return True

    def next_event(self, reader: ContextReader) -> SpeechEvent | None:
        """Wait for the next event; return None after the terminal one."""
        while (event := reader.context.pop()) is None and self.wait(reader):
            pass
        return event

    # --- closing

    def close(self) -> None:
        """Close the connection and end the reader thread; safe to call twice."""
        with self._lock:
            for context in self._session.close():
                context.wake()
            self._flush()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(self._timeouts.close)
            if self._thread.is_alive():  # the peer did not answer the close frame
                with contextlib.suppress(OSError):
                    self._sock.shutdown(socket.SHUT_RDWR)
                self._thread.join(1.0)
        else:
            self._dispose()

    def abort(self) -> None:
        """Drop a connection whose start failed."""
        self._selector.close()

    def _dispose(self) -> None:
        self._selector.close()
        self._sock.close()
        with contextlib.suppress(Exception):  # closing the user's client may raise anything
            self._response.close()

    # --- the network; callers hold the lock, except for _run and _drain

    def _run(self) -> None:
        """Run the reader thread."""
        cause: APIConnectionError | None = None
        news: list[Context] = []
        going_on = True
        wait = self._pause()
        try:
            while going_on:
                readable = self._selector.select(wait)
                with self._lock:
                    if self._sock.fileno() < 0:  # a selector does not report this
                        raise OSError("its owner has closed it")
                    if readable:
                        going_on = self._read(news)
                    else:
                        news += self._session.tick(now=time.monotonic())
                    self._flush()
                    if len(self._outbox) > MAX_BACKLOG:
                        cause = peer_not_reading_error()
                        going_on = False
                    going_on = going_on and not self._session.is_dead
                    wait = self._pause()
                    # Last, because a woken thread needs the GIL, which `select` releases next.
                    for context in news:
                        context.wake()
                    news.clear()
        except OSError as error:
            cause = APIConnectionError(f"the connection failed: {error}")
        finally:
            with self._lock:
                news += self._session.receive_eof(now=time.monotonic(), cause=cause)
                for context in news:
                    context.wake()
                self._dispose()
            self._record.closed(self._session.end)

    def _pause(self) -> float:
        """Return the seconds that the reader may wait for the socket."""
        if self._outbox:
            return FLUSH_INTERVAL_S
        seconds = max(0.0, self._session.next_tick() - time.monotonic())
        return seconds if self._is_ours else min(seconds, OWNER_INTERVAL_S)

    def _read(self, news: list[Context]) -> bool:
        """Read all bytes that have arrived; return False at the end of the stream.

        Args:
            news: List to which the contexts with news are added.
        """
        while True:
            try:
                count = self._sock.recv_into(self._session.get_buffer())
            except _WANTS:
                return True
            if not count:
                return False
            news += self._session.receive(count, now=time.monotonic())
            if self._pending is None or not self._pending():
                return True  # TLS may hold decrypted bytes that the selector cannot see

    def _flush(self) -> bool:
        """Write as much as possible without blocking; return whether everything was written."""
        ending = False
        for data in self._session.websocket.data_to_send():
            self._outbox += data
            ending = not data
        try:
            while self._outbox:
                del self._outbox[: self._sock.send(self._outbox)]
            if ending:
                self._sock.shutdown(socket.SHUT_WR)
        except _WANTS:
            return False
        except OSError:  # the reader thread will meet the same error and report it
            self._outbox.clear()
        return True

    def _drain(self, seconds: float | None) -> None:
        """Wait, without the lock, until everything was written."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            # Not a selector, which would not wake up when the reader thread closes the socket.
            time.sleep(FLUSH_INTERVAL_S)
            with self._lock:
                if self._flush():
                    return
            if until is not None and time.monotonic() >= until:
                raise timeout_error("write")
