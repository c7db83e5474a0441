# Written by tools/unasync.py from v0/_aio/retry.py: edit that file, then `make generate`.
"""The decorator of package 0.0.6 that retries a function when a connection fails."""

from __future__ import annotations

import inspect
from contextlib import closing
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from ..._sync.flow import sleep
from .._failures import BACKOFF_FACTOR, MAX_ATTEMPTS, Attempts, connection_errors

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Generator

P = ParamSpec("P")
T = TypeVar("T")


def retry_on_connection_error(
    max_retries: int = MAX_ATTEMPTS,
    backoff_factor: float = BACKOFF_FACTOR,
    logger: logging.Logger | None = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Retry a function when a connection fails; a generator is retried only before its first item.

    Args:
        max_retries: Maximum number of attempts, including the first.
        backoff_factor: Seconds before the second attempt; each further wait is twice as long.
        logger: Logger for a warning before each further attempt.

    Returns:
        A decorator. The decorated function raises `APIConnectionError` if all attempts fail.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        def call(*args: P.args, **kwargs: P.kwargs) -> object:
            attempts = Attempts(max_retries, backoff_factor, logger)
            while True:
                try:
                    return cast("object", function(*args, **kwargs))
                except connection_errors() as error:
                    delay = attempts.delay_after(error)
                sleep(delay)

        def items(*args: P.args, **kwargs: P.kwargs) -> Generator[object]:
            attempts = Attempts(max_retries, backoff_factor, logger)
            while True:
                yielded = False
                try:
                    pieces = cast("Generator[object]", function(*args, **kwargs))
                    with closing(pieces):
                        for item in pieces:
                            yielded = True
                            yield item
                    return
                except connection_errors() as error:
                    if yielded:
                        raise
                    delay = attempts.delay_after(error)
                sleep(delay)

        wrapper = items if inspect.isgeneratorfunction(function) else call
        return cast("Callable[P, T]", wraps(function)(wrapper))

    return decorate
