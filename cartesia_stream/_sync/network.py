"""Network connections for threads; the sync client opens all of them here."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Final

import httpcore

from .._http.http11 import ReadDeadline
from .._protocol.faults import host_and_port

READ_SIZE: Final = 1 << 16  # bytes of a read, allocated beforehand and cut to what arrived
SEND_S: Final = 10.0  # timeout of a write through TLS within TLS


class Stream(httpcore.NetworkStream):
    """One connection with its read deadline.

    Attributes:
        deadline: The read deadline of the connection.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self.deadline: ReadDeadline = ReadDeadline()
        self._stream = stream
        self._unread = b""
        self._handed_over = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes and return them; return ``b""`` at the end of the stream."""
        if self._unread:
            data, self._unread = self._unread[:max_bytes], self._unread[max_bytes:]
            return data
        left = self.deadline.left(timeout, time.monotonic())
        if left is not None and left < 0:
            raise httpcore.ReadTimeout("timed out")
        return self._stream.read(max_bytes, left)

    def unread(self, data: bytes) -> None:
        """Put bytes back, so that the next read returns them."""
        self._unread = data + self._unread

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        try:
            self._stream.write(buffer, timeout)
        finally:  # after a failure too: the peer may have answered already
            self.deadline.wrote(time.monotonic())

    def start_tls(  # type: ignore[override]  # a deadline, and the same stream
        self, ssl_context: ssl.SSLContext, server_hostname: str, until: float | None
    ) -> None:
        """Start TLS on this connection, by a deadline in monotonic seconds."""
        self._stream = self._stream.start_tls(ssl_context, server_hostname, _left(until))

    def hand_over(self) -> httpcore.NetworkStream:
        """Hand the connection over to the caller; `close` then no longer closes it."""
        self._handed_over = True
        return self._stream

    def close(self) -> None:
        """Close the connection, unless it was handed over."""
        if not self._handed_over:
            self._stream.close()

    def get_extra_info(self, info: str) -> object:
        """Return a detail of the connection, such as its socket."""
        value: object = self._stream.get_extra_info(info)
        return value


def open_stream(host: str, port: int, until: float | None) -> Stream:
    """Connect to the first address of a host that answers, by a deadline in monotonic seconds.

    The time left is divided among the addresses that are still to be tried.

    Raises:
        httpcore.ConnectTimeout: If no address answers before the deadline.
        httpcore.ConnectError: If no address answers.
    """
    backend = httpcore.SyncBackend()
    failure: Exception | None = None
    try:
        addresses = resolved(host, port, until)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("timed out") from error
    except (OSError, UnicodeError) as error:  # a name that IDNA does not have
        raise httpcore.ConnectError(f"{host_and_port(host, port)}: {error}") from error
    for count, address in enumerate(addresses):
        left = _left(until)
        seconds = None if left is None else left / (len(addresses) - count)
        try:
            return Stream(backend.connect_tcp(address, port, seconds))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            failure = error
    if isinstance(failure, httpcore.ConnectError):
        raise httpcore.ConnectError(f"{host_and_port(host, port)}: {failure}") from failure
    raise failure or httpcore.ConnectError(f"{host} has no address")


def resolved(host: str, port: int, until: float | None) -> list[str]:
    """Resolve a host in a thread, because the system's resolver has no timeout.

    The deadline is in monotonic seconds.

    Raises:
        TimeoutError: If there is no answer before the deadline.
        OSError: If the host has no address.
        UnicodeError: If no host can have the name.
    """
    with suppress(socket.gaierror):  # an IP address needs no resolver
        return _look_up(host, port, socket.AI_NUMERICHOST)
    from concurrent.futures import Future

    found: Future[list[str]] = Future()

    def look() -> None:
        try:
            found.set_result(_look_up(host, port))
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=look, name="cartesia-resolve", daemon=True).start()
    return found.result(_left(until))


def _look_up(host: str, port: int, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [str(address[0]) for *_, address in found]


def _left(until: float | None) -> float | None:
    """Return the seconds until a deadline.

    Raises:
        httpcore.ConnectTimeout: If the deadline has passed.
    """
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ConnectTimeout("timed out")
    return left


class SocketOverStream:
    """A non-blocking socket for a connection without its own, such as TLS within TLS.

    Args:
        stream: The connection.
        sock: The socket that carries the outer TLS.
    """

    def __init__(self, stream: httpcore.NetworkStream, sock: socket.socket) -> None:
        self._stream = stream
        self._sock = sock

    def recv_into(self, buffer: memoryview) -> int:
        """Read the bytes that have arrived, without waiting."""
        try:
            data = self._stream.read(len(buffer), 0)
        except httpcore.ReadError as error:
            raise _os_error(error) from None
        buffer[: len(data)] = data
        return len(data)

    def send(self, data: bytes | bytearray) -> int:
        """Write all bytes; wait for the peer, because a TLS record cannot be half sent."""
        try:
            self._stream.write(bytes(data), SEND_S)
        except (httpcore.WriteError, httpcore.WriteTimeout) as error:
            raise _os_error(error) from None
        return len(data)

    def pending(self) -> int:
        """Return 1: there may be more bytes, until a read raises that there are none."""
        return 1

    def fileno(self) -> int:
        """Return the file descriptor of the socket."""
        return self._sock.fileno()

    def shutdown(self, how: int) -> None:
        """Shut down the socket."""
        self._sock.shutdown(how)

    def close(self) -> None:
        """Close the connection and its socket."""
        self._stream.close()


def _os_error(error: Exception) -> OSError:
    return error.__cause__ if isinstance(error.__cause__, OSError) else OSError(str(error))


def socket_of(stream: httpcore.NetworkStream) -> tuple[socket.socket | SocketOverStream, bytes]:
    """Return the non-blocking socket of a connection, and the bytes already read from it."""
    rest = b""
    with suppress(httpcore.ReadError):  # no bytes have arrived
        rest = stream.read(READ_SIZE, 0)
    if isinstance(stream, Stream):
        stream = stream.hand_over()
    sock: socket.socket = stream.get_extra_info("socket")
    if isinstance(stream.get_extra_info("ssl_object"), ssl.SSLObject):
        return SocketOverStream(stream, sock), rest
    sock.setblocking(False)
    return sock, rest
