"""Deadlines of an HTTP exchange: for the whole of each wait, and not per read."""

from __future__ import annotations


class ReadDeadline:
    """When the reads of a connection must end, one exchange after the other.

    The whole head of a response is due so many seconds after the last byte of the request was
    written, so a slow upload does not count, and bytes that drip do not stretch it. Then each read
    has its own deadline. `wait_until` sets one for all reads up to the next phase.

    Attributes:
        sent_at: When the last byte of the present request was written, monotonic seconds.
    """

    __slots__ = ("_answered", "_each", "_until", "sent_at")

    def __init__(self) -> None:
        self.sent_at = 0.0
        self._answered = True
        self._each = True
        self._until: float | None = None

    def wrote(self, now: float) -> None:
        """Account for a part of a request."""
        self.sent_at = now
        self._answered, self._each = False, True

    def answered(self) -> None:
        """Account for the head of a response, which is whole."""
        self._answered = self._each = True

    def wait_until(self, deadline: float | None) -> None:
        """Bound the next reads together; None lets them wait for ever."""
        self._each = False
        self._until = deadline

    def left(self, timeout: float | None, now: float) -> float | None:
        """Return the seconds that a read may take; None for as long as it wants.

        Args:
            timeout: Seconds that it was given.
            now: Monotonic seconds.
        """
        if not self._each:
            deadline = self._until
        elif self._answered:
            return timeout
        else:
            deadline = None if timeout is None else self.sent_at + timeout
        return None if deadline is None else deadline - now
