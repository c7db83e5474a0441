"""Deadlines of an HTTP exchange: each bounds a whole wait, however many reads it takes."""

from __future__ import annotations


class ReadDeadline:
    """The read deadline of a connection, for one exchange after the other.

    The read timeout of a response's head starts when the last byte of the request was written, and
    bounds the whole head. So a slow upload does not use it up, and a peer that sends single bytes
    does not extend it. After the head, the timeout applies to each read. `wait_until` sets one
    deadline for all reads until the next phase.

    Attributes:
        sent_at: When the last byte of the current request was written, in monotonic seconds.
    """

    __slots__ = ("_answered", "_each", "_until", "sent_at")

    def __init__(self) -> None:
        self.sent_at = 0.0
        self._answered = True
        self._each = True
        self._until: float | None = None

    def wrote(self, now: float) -> None:
        """Note that a part of a request was written."""
        self.sent_at = now
        self._answered, self._each = False, True

    def answered(self) -> None:
        """Note that the whole head of a response has arrived."""
        self._answered = self._each = True

    def wait_until(self, deadline: float | None) -> None:
        """Set one deadline for all following reads; None lets them wait without a limit."""
        self._each = False
        self._until = deadline

    def left(self, timeout: float | None, now: float) -> float | None:
        """Return how many seconds a read may take; None means without a limit.

        Args:
            timeout: The read timeout of the request, in seconds.
            now: Monotonic seconds.
        """
        if not self._each:
            deadline = self._until
        elif self._answered:
            return timeout
        else:
            deadline = None if timeout is None else self.sent_at + timeout
        return None if deadline is None else deadline - now
