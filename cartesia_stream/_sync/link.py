"""Driver of a socket for threads, whatever it carries: one reader thread, one lock.

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
from .._protocol.link import MAX_BACKLOG
from ..errors import APIConnectionError
from .network import Stream, socket_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from .._http.config import Config
    from .._protocol.link import Link, Sleeper

FLUSH_INTERVAL_S: Final = 0.02  # between attempts to write bytes that the network did not take
OWNER_INTERVAL_S: Final = 0.5  # between checks whether the user closed their own httpx client

_WANTS: Final = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class SocketLink:
    """Driver of one socket with its reader thread; any thread may call any method.

    Args:
        link: The protocol state of the connection.
        config: The deadlines and the observers.
        since: When the handshake began, in monotonic seconds.
    """

    def __init__(self, link: Link, config: Config, *, since: float) -> None:
        self._link = link
        self._timeouts = config.timeouts
        self._record = ConnectionRecord(config.observers, now=since)
        self._lock = threading.Lock()
        self._outbox = bytearray()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, name="cartesia-stream", daemon=True)
        self._began = False  # whether the thread may be running

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
            room = self._link.get_buffer()
            size = min(len(room), len(rest))
            room[:size] = rest[:size]
            self._link.receive(size, now=time.monotonic())
            rest = rest[size:]
        self._record.opened(time.monotonic())
        self._began = True
        self._thread.start()

    @property
    def usable(self) -> bool:
        """Whether the connection is open."""
        return self._link.usable

    def fileno(self) -> int:
        """Return the file descriptor of the socket; -1 if it is closed."""
        return self._sock.fileno()

    # --- closing

    def retire(self) -> None:
        """Send a close frame without waiting for the answer of the peer."""
        with self._lock:
            for sleeper in self._link.close():
                sleeper.wake()
            self._flush()

    def close(self) -> None:
        """Close the connection and end the reader thread; safe to call twice."""
        with self._lock:
            for sleeper in self._link.close():
                sleeper.wake()
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
        if self._began:  # a signal came as the thread started, which will meet the end and dispose
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
        else:
            self._selector.close()

    def _dispose(self) -> None:
        self._selector.close()
        self._sock.close()
        with contextlib.suppress(Exception):  # closing the user's client may raise anything
            self._response.close()

    # --- the network; callers hold the lock, except for _run and _drain

    def _run(self) -> None:
        cause: APIConnectionError | None = None
        news: list[Sleeper] = []
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
                        news += self._link.tick(now=time.monotonic())
                    self._flush()
                    if len(self._outbox) > MAX_BACKLOG:
                        cause = peer_not_reading_error()
                        going_on = False
                    going_on = going_on and not self._link.is_closed
                    wait = self._pause()
                    # Last, because a woken thread needs the GIL, which `select` releases next.
                    for sleeper in news:
                        sleeper.wake()
                    news.clear()
        except OSError as error:
            cause = APIConnectionError(f"the connection failed: {error}")
        finally:
            with self._lock:
                news += self._link.receive_eof(now=time.monotonic(), cause=cause)
                for sleeper in news:
                    sleeper.wake()
                self._dispose()
            self._record.closed(self._link.end)

    def _pause(self) -> float:
        """Return the seconds that the reader may wait for the socket."""
        if self._outbox:
            return FLUSH_INTERVAL_S
        seconds = max(0.0, self._link.next_tick() - time.monotonic())
        return seconds if self._is_ours else min(seconds, OWNER_INTERVAL_S)

    def _read(self, news: list[Sleeper]) -> bool:
        """Read all bytes that have arrived; return False at the end of the stream.

        Args:
            news: List to which the sleepers with news are added.
        """
        while True:
            try:
                count = self._sock.recv_into(self._link.get_buffer())
            except _WANTS:
                return True
            if not count:
                return False
            news += self._link.receive(count, now=time.monotonic())
            if self._pending is None or not self._pending():
                return True  # TLS may hold decrypted bytes that the selector cannot see

    def _flush(self) -> bool:
        """Write as much as possible without blocking; return whether everything was written."""
        ending = False
        for data in self._link.websocket.data_to_send():
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
