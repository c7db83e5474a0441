"""Retry policy for HTTP calls and WebSocket handshakes, with exponential backoff and jitter.

A retry must not do the work twice. An idempotent call is retried after any temporary failure. Any
other call is retried only when the service certainly did not carry it out: the connection was never
made, or the service answered 429. A wait of more than a minute is left to the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..errors import APIConnectionError, APIError, APIStatusError
from .faults import MAX_RETRY_AFTER_S

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_DELAY_S: Final = 0.5
MAX_DELAY_S: Final = 8.0


def _spread() -> float:
    from random import random  # imported only after a failure

    return random()  # noqa: S311 (spreads load; not for security)


class Backoff:
    """Decide whether, and after what delay, one call is retried.

    Args:
        max_retries: Maximum number of retries.
        idempotent: Whether doing the work twice has the same effect as doing it once.
        jitter: Returns a random number in 0..1. Tests replace it.
    """

    __slots__ = ("_delay", "_idempotent", "_jitter", "_left")

    def __init__(
        self,
        max_retries: int,
        *,
        idempotent: bool,
        jitter: Callable[[], float] = _spread,
    ) -> None:
        self._left = max_retries
        self._idempotent = idempotent
        self._jitter = jitter
        self._delay = FIRST_DELAY_S

    def delay_after(self, error: APIError) -> float | None:
        """Return the seconds to wait before the next try, or None to give up."""
        if self._left <= 0 or not self._may_repeat(error):
            return None
        asked = error.retry_after if isinstance(error, APIStatusError) else None
        if asked is not None and asked > MAX_RETRY_AFTER_S:
            return None
        self._left -= 1
        backoff, self._delay = self._delay, min(self._delay * 2, MAX_DELAY_S)
        backoff *= 0.5 + self._jitter() / 2
        return backoff if asked is None else asked + 0.1 * backoff

    def _may_repeat(self, error: APIError) -> bool:
        if not error.retryable:
            return False
        if self._idempotent or (isinstance(error, APIStatusError) and error.status_code == 429):
            return True
        return isinstance(error, APIConnectionError) and not error.request_sent
