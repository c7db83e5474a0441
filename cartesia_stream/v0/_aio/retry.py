"""The decorator of package 0.0.6 that retries a function when a connection fails."""

from __future__ import annotations

import inspect
from contextlib import aclosing
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from ..._aio.flow import sleep
from .._failures import BACKOFF_FACTOR, MAX_ATTEMPTS, Attempts, connection_errors

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncGenerator, Awaitable, Callable

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
        async def call(*args: P.args, **kwargs: P.kwargs) -> object:
            attempts = Attempts(max_retries, backoff_factor, logger)
            while True:
                try:
                    return await cast("Awaitable[object]", function(*args, **kwargs))
                except connection_errors() as error:
                    delay = attempts.delay_after(error)
                await sleep(delay)

        async def items(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[object]:
            attempts = Attempts(max_retries, backoff_factor, logger)
            while True:
                yielded = False
                try:
                    pieces = cast("AsyncGenerator[object]", function(*args, **kwargs))
                    async with aclosing(pieces):
                        async for item in pieces:
                            yielded = True
                            yield item
                    return
                except connection_errors() as error:
                    if yielded:
                        raise
                    delay = attempts.delay_after(error)
                await sleep(delay)

        wrapper = items if inspect.isasyncgenfunction(function) else call
        return cast("Callable[P, T]", wraps(function)(wrapper))

    return decorate
