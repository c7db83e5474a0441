"""Limits of the plan: how many things may happen at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Slots"]


class Slots:
    """A limit on how many of something exist at once."""

    def __init__(self, limit: int, what: str) -> None:
        self._limit = limit
        self._what = what
        self.taken: int = 0

    def acquire(self) -> None:
        """Take one slot.

        Raises:
            ApiError: 429 ``concurrency_limited`` if all are taken.
        """
        if self.taken >= self._limit:
            raise ApiError(
                429,
                f"Too many {self._what}: the limit is {self._limit}.",
                code="concurrency_limited",
                headers={"Retry-After": "1"},
            )
        self.taken += 1

    def release(self) -> None:
        """Give one slot back."""
        self.taken -= 1

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold one slot for the length of a block."""
        self.acquire()
        try:
            yield
        finally:
            self.release()
