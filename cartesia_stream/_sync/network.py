"""Connections of threads: the only place where this package opens one."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Final

import httpcore

from .._http.deadlines import ReadDeadline

SEND_S: Final = 10.0  # for a write through TLS within TLS


class Stream(httpcore.NetworkStream):
    """One connection, with the deadlines of its reads.

    Args:
        stream: The connection.

    Attributes:
        deadline: When its reads must end.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self.deadline: ReadDeadline = ReadDeadline()
        self._stream = stream
        self._unread = b""
        self._handed_over = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived, as soon as there is something; nothing at the end."""
        if self._unread:
            data, self._unread = self._unread[:max_bytes], self._unread[max_bytes:]
            return data
        left = self.deadline.left(timeout, time.monotonic())
        if left is not None and left < 0:
            raise httpcore.ReadTimeout("timed out")
        return self._stream.read(max_bytes, left)

    def unread(self, data: bytes) -> None:
        """Put back what was read too far."""
        self._unread = data + self._unread

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        try:
            self._stream.write(buffer, timeout)
        finally:  # an answer may be read even so
            self.deadline.wrote(time.monotonic())

    def start_tls(  # type: ignore[override]  # a deadline, and the same stream
        self, ssl_context: ssl.SSLContext, server_hostname: str, until: float | None
    ) -> None:
        """Go on in TLS.

        Args:
            ssl_context: Whom to trust, and as whom.
            server_hostname: The peer.
            until: When it must be done, monotonic seconds.
        """
        self._stream = self._stream.start_tls(ssl_context, server_hostname, _left(until))

    def hand_over(self) -> httpcore.NetworkStream:
        """Leave the connection to the caller; closing this one does not close it any more."""
        self._handed_over = True
        return self._stream

    def close(self) -> None:
        """Close it."""
        if not self._handed_over:
            self._stream.close()

    def get_extra_info(self, info: str) -> object:
        """What the connection knows about itself."""
        value: object = self._stream.get_extra_info(info)
        return value


def open_stream(host: str, port: int, until: float | None) -> Stream:
    """Connect to the first address of a host that answers.

    Each address has its share of the time that is left.

    Args:
        host: A name or an address.
        port: A port.
        until: When it must stand, monotonic seconds; None waits for ever.

    Raises:
        httpcore.ConnectTimeout: If it does not in time.
        httpcore.ConnectError: If no address answers.
    """
    backend = httpcore.SyncBackend()
    failure: Exception | None = None
    try:
        addresses = _addresses(host, port, until)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("timed out") from error
    except OSError as error:
        raise httpcore.ConnectError(f"{host}:{port}: {error}") from error
    for count, address in enumerate(addresses):
        left = _left(until)
        seconds = None if left is None else left / (len(addresses) - count)
        try:
            return Stream(backend.connect_tcp(address, port, seconds))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            failure = error
    if isinstance(failure, httpcore.ConnectError):
        raise httpcore.ConnectError(f"{host}:{port}: {failure}") from failure
    raise failure or httpcore.ConnectError(f"{host} has no address")


def _addresses(host: str, port: int, until: float | None) -> list[str]:
    """The addresses of a host; the system's resolver knows no deadline, hence the thread."""
    with suppress(socket.gaierror):  # an address needs no resolver
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
    """Seconds until then.

    Raises:
        httpcore.ConnectTimeout: If there are none.
    """
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ConnectTimeout("timed out")
    return left


class SocketOverStream:
    """The non-blocking socket of a connection that has none of its own, as TLS within TLS.

    Args:
        stream: The connection.
        sock: The socket beneath it.
    """

    def __init__(self, stream: httpcore.NetworkStream, sock: socket.socket) -> None:
        self._stream = stream
        self._sock = sock

    def recv_into(self, buffer: memoryview) -> int:
        """Read what has arrived, without waiting."""
        try:
            data = self._stream.read(len(buffer), 0)
        except httpcore.ReadError as error:
            raise _os_error(error) from None
        buffer[: len(data)] = data
        return len(data)

    def send(self, data: bytes | bytearray) -> int:
        """Write all of it; a peer that takes nothing is waited for, since TLS knows no half."""
        try:
            self._stream.write(bytes(data), SEND_S)
        except (httpcore.WriteError, httpcore.WriteTimeout) as error:
            raise _os_error(error) from None
        return len(data)

    def pending(self) -> int:
        """Whether to read on: there may be more, until a read says that there is nothing."""
        return 1

    def fileno(self) -> int:
        """The number of the socket."""
        return self._sock.fileno()

    def shutdown(self, how: int) -> None:
        """Shut down the socket."""
        self._sock.shutdown(how)

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()


def _os_error(error: Exception) -> OSError:
    """The error of the socket behind one of httpcore."""
    return error.__cause__ if isinstance(error.__cause__, OSError) else OSError(str(error))


def socket_of(stream: httpcore.NetworkStream) -> tuple[socket.socket | SocketOverStream, bytes]:
    """Return the non-blocking socket of a connection, and what was read from it already."""
    rest = b""
    with suppress(httpcore.ReadError):  # nothing has arrived
        rest = stream.read(1 << 16, 0)
    if isinstance(stream, Stream):
        stream = stream.hand_over()
    sock: socket.socket = stream.get_extra_info("socket")
    if isinstance(stream.get_extra_info("ssl_object"), ssl.SSLObject):
        return SocketOverStream(stream, sock), rest
    sock.setblocking(False)
    return sock, rest
