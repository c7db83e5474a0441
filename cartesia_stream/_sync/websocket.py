"""The TTS socket on threads: one socket, one reader thread, one lock.

The reader takes in whatever arrives at once, so a slow consumer never stops the pings that keep
the connection alive. No call blocks under the lock: the socket is non-blocking, and waiting for
the network happens outside. That also keeps TLS safe, whose state reads and writes share.
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

FLUSH_INTERVAL_S: Final = 0.02  # how soon a write is tried again that the network did not take
OWNER_INTERVAL_S: Final = 0.5  # how soon to notice that a client of the caller was closed

_WANTS: Final = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class ContextReader:
    """A context, its deadlines, and what its consumers wait on.

    Each of them waits on a lock of its own, which is handed to it locked: who is woken need not
    take the lock of the connection, which the reader still holds then.

    Attributes:
        context: The context.
        timeouts: Its deadlines.
        lock: Of the connection.
    """

    __slots__ = ("_waiters", "context", "lock", "timeouts")

    context: Context

    def __init__(self, timeouts: Timeouts, lock: threading.Lock) -> None:
        self.timeouts: Timeouts = timeouts
        self.lock: threading.Lock = lock
        self._waiters: list[threading.Lock] = []

    def wake(self) -> None:
        """Let every waiting consumer look again; the lock is held."""
        for waiter in self._waiters:
            waiter.release()
        self._waiters.clear()

    def waiter(self) -> threading.Lock:
        """What the next news will release, or nothing new at all; the lock is held."""
        waiter = threading.Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        return waiter

    def leave(self, waiter: threading.Lock) -> None:
        """Wait no more."""
        with self.lock, contextlib.suppress(ValueError):
            self._waiters.remove(waiter)


class SocketDriver:
    """One connection with its reader; every method may be called from any thread.

    Args:
        session: Its protocol; the handshake is complete.
        config: Where, and who watches.
        since: When the handshake began, monotonic seconds.
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
        """Take the connection over from the response that accepted the handshake.

        Raises:
            RemoteProtocolError: If it has none, as that of a mock.
        """
        stream = response.extensions.get("network_stream")
        if not isinstance(stream, httpcore.NetworkStream):
            raise no_stream_error()
        self._sock, rest = socket_of(stream)
        self._response = response  # closed with the socket: a pool of the caller waits for that
        self._is_ours = isinstance(stream, Stream)
        if self._is_ours:
            response.close()  # its pool forgets it
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
        """Whether contexts can be opened."""
        return self._session.usable

    def fileno(self) -> int:
        """The socket's number in this process, -1 when it is closed."""
        return self._sock.fileno()

    @property
    def load(self) -> int:
        """Contexts that are open."""
        return len(self._session.contexts)

    def idle_for(self, now: float) -> float:
        """Seconds since the last context began or ended; 0 while one is open."""
        return 0.0 if self.load else now - self._session.idle_since

    def reserve(self) -> None:
        """Do not count as idle: a context is about to begin."""
        with self._lock:
            self._session.idle_since = time.monotonic()

    def retire(self) -> None:
        """Close the connection without waiting for the peer's part in it."""
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
        """Make a context.

        Args:
            context_id: Its id.
            fields: The constant fields of its requests, or the encoder of an earlier context.
            ended: Told when the service works on it no more.
            meter: Told of the audio that arrives.
            timeouts: Its deadlines, where they are not those of the connection.
        """
        reader = ContextReader(timeouts or self._timeouts, self._lock)
        with self._lock:
            reader.context = self._session.open(
                context_id, fields, wake=reader.wake, now=time.monotonic(), ended=ended, meter=meter
            )
        return reader

    def send(self, reader: ContextReader, text: str, *, more: bool, flush: bool = False) -> None:
        """Send text, a flush or the end of the input; returns once the network has taken it."""
        with self._lock:
            self._session.send(reader.context, text, more=more, flush=flush, now=time.monotonic())
            reader.wake()
            if self._flush():
                return
        self._drain(reader.timeouts.write)

    def cancel(self, reader: ContextReader) -> None:
        """Stop a context; returns at once."""
        with self._lock:
            self._session.cancel(reader.context, now=time.monotonic())
            reader.wake()
            self._flush()

    def wait(self, reader: ContextReader) -> bool:
        """Wait until there may be an event to read; False when none will come any more."""
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
        """Wait for the next event; None after the terminal one."""
        while (event := reader.context.pop()) is None and self.wait(reader):
            pass
        return event

    # --- closing

    def close(self) -> None:
        """Close the connection and end the reader; safe to call twice and from any thread."""
        with self._lock:
            for context in self._session.close():
                context.wake()
            self._flush()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(self._timeouts.close)
            if self._thread.is_alive():  # a peer that does not answer the close frame
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
        with contextlib.suppress(Exception):  # however a client of the caller closes
            self._response.close()

    # --- the network; the lock is held, except in _run and _drain

    def _run(self) -> None:
        """Body of the reader thread."""
        cause: APIConnectionError | None = None
        news: list[Context] = []
        going_on = True
        wait = self._pause()
        try:
            while going_on:
                readable = self._selector.select(wait)
                with self._lock:
                    if self._sock.fileno() < 0:  # of which no selector tells
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
                    # Last of all: who is woken wants the interpreter, which `select` will let go.
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
        """Seconds until the reader must look again."""
        if self._outbox:
            return FLUSH_INTERVAL_S
        seconds = max(0.0, self._session.next_tick() - time.monotonic())
        return seconds if self._is_ours else min(seconds, OWNER_INTERVAL_S)

    def _read(self, news: list[Context]) -> bool:
        """Take in all that has arrived; False at the end of the stream.

        Args:
            news: Gets the contexts whose consumers are to be woken.
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
        """Write what the network takes without blocking; whether that was all."""
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
        except OSError:  # the reader finds the connection broken and says why
            self._outbox.clear()
        return True

    def _drain(self, seconds: float | None) -> None:
        """Wait, without the lock, until the network has taken everything."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            # Not a selector: it would sleep on when the reader closes the socket beneath it.
            time.sleep(FLUSH_INTERVAL_S)
            with self._lock:
                if self._flush():
                    return
            if until is not None and time.monotonic() >= until:
                raise timeout_error("write")
