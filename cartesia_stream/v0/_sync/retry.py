# Written by tools/unasync.py from v0/_aio/retry.py: edit that file, then `make generate`.
"""The decorator of the alpha's package that calls again when a connection fails."""

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
    """Call a function again when a connection fails; a generator only until its first item.

    Args:
        max_retries: Attempts, the first included.
        backoff_factor: Seconds before the second attempt; each further wait is twice as long.
        logger: Told of each further attempt.

    Returns:
        A decorator. What it makes raises `APIConnectionError` when all attempts have failed.
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
