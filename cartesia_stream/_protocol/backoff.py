"""When to try again, and after how long: one policy for HTTP calls and handshakes.

A call is repeated only where that cannot do its work twice: an idempotent one after any passing
failure, any other only where it certainly was not carried out: the connection was never made, or
the service refused it with 429.
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
    from random import random  # a module for those who fail

    return random()  # noqa: S311 (spreads load, hides nothing)


class Backoff:
    """The retries of one call.

    Args:
        max_retries: How often to try again at most.
        idempotent: Whether doing the work twice is the same as doing it once.
        repeat_refusals: Whether to try again after 429.
        jitter: Returns a number in 0..1; for tests.
    """

    __slots__ = ("_delay", "_idempotent", "_jitter", "_left", "_repeat_refusals")

    def __init__(
        self,
        max_retries: int,
        *,
        idempotent: bool,
        repeat_refusals: bool = True,
        jitter: Callable[[], float] = _spread,
    ) -> None:
        self._left = max_retries
        self._idempotent = idempotent
        self._repeat_refusals = repeat_refusals
        self._jitter = jitter
        self._delay = FIRST_DELAY_S

    def delay_after(self, error: APIError) -> float | None:
        """Seconds to wait before the next try, or None to give up and raise the error."""
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
        if isinstance(error, APIStatusError) and error.status_code == 429:
            return self._repeat_refusals
        if self._idempotent:
            return True
        return isinstance(error, APIConnectionError) and not error.request_sent
