"""How long one connection may keep an HTTP exchange waiting: as a whole, and not per read."""

from __future__ import annotations

from typing import Final

# Requests to a proxy: a tunnel of HTTP, and the two of SOCKS. No other request begins like that.
_TO_A_PROXY: Final = (b"CONNECT ", b"\x05", b"\x01")


class Patience:
    """The deadlines of one connection and of the exchanges on it, one after the other.

    Name resolution, connection, the tunnel of a proxy and TLS share one deadline. The whole head
    of a response is due so many seconds after the last byte of the request was written, so a slow
    upload does not count, and bytes that drip do not stretch it. Then each read has its own, unless
    `wait_until` says when the next event is due.

    Args:
        connect_by: When the connection must stand, in monotonic seconds; None is never.

    Attributes:
        connecting: Whether no request was written yet.
        sent_at: When the last byte of the present request was written.
    """

    __slots__ = ("_answered", "_connect_by", "_each", "_until", "connecting", "sent_at")

    def __init__(self, connect_by: float | None) -> None:
        self.connecting = True
        self.sent_at = 0.0
        self._connect_by = connect_by
        self._answered = False
        self._each = True
        self._until: float | None = None

    def wrote(self, data: bytes, now: float) -> None:
        """Account for a part of a request."""
        if data:
            self.connecting = self.connecting and data.startswith(_TO_A_PROXY)
        self.sent_at = now
        self._answered, self._each = False, True

    def answered(self) -> None:
        """Account for the head of a response, which is whole."""
        self._answered = True

    def wait_until(self, deadline: float | None) -> None:
        """Bound the reads of the body together; None lets them wait for ever."""
        self._each = False
        self._until = deadline

    def left(self, timeout: float | None, now: float) -> float | None:
        """Seconds that a read, or a step of connecting, may take.

        Args:
            timeout: Seconds that it was given.
            now: Monotonic seconds.
        """
        if self.connecting:
            deadline = self._connect_by
        elif not self._answered:
            deadline = None if timeout is None else self.sent_at + timeout
        elif self._each:
            return timeout
        else:
            deadline = self._until
        return None if deadline is None else deadline - now
