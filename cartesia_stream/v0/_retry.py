"""The policy of the alpha's decorators: which failures are worth another attempt, and when."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..errors import APIConnectionError

if TYPE_CHECKING:
    import logging

BACKOFF_FACTOR: float = 1
"""Of the decorators. The clients wait as today's do: with jitter, and as long as they are asked."""

_KINDS = (
    ("httpx", "TransportError"),
    ("requests", "ConnectionError"),
    ("requests", "Timeout"),
    ("aiohttp", "ClientConnectionError"),
)


class Attempts:
    """Counts attempts, and says how long to wait for the next one.

    Args:
        most: Attempts at most, the first included.
        factor: Seconds before the second one; each further wait is twice as long.
        logger: Told of each further attempt.
    """

    def __init__(self, most: int, factor: float, logger: logging.Logger | None) -> None:
        self._most = max(1, most)
        self._factor = factor
        self._logger = logger
        self._made = 0

    def delay_after(self, error: BaseException) -> float:
        """Seconds to wait.

        Raises:
            APIConnectionError: If all attempts were made.
        """
        self._made += 1
        if self._made >= self._most:
            text = f"Exception occurred after {self._most} tries."
            raise APIConnectionError(text) from error
        delay = self._factor * 2.0 ** (self._made - 1)
        if self._logger is not None:
            self._logger.warning(
                "%s: attempt %d of %d in %g s",
                type(error).__name__,
                self._made + 1,
                self._most,
                delay,
            )
        return delay


def connection_errors() -> tuple[type[BaseException], ...]:
    """What is worth another attempt, of ours and of the libraries that are in use."""
    kinds: list[type[BaseException]] = [APIConnectionError, ConnectionError, TimeoutError]
    kinds += [
        getattr(sys.modules[module], name) for module, name in _KINDS if module in sys.modules
    ]
    return tuple(kinds)
