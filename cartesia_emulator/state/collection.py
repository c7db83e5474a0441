"""A collection of the service: items kept by id, newest first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from ..errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["USER_ID", "Collection", "Item"]

USER_ID: Final = "user_emulator"
"""The user to whom everything belongs that clients make."""


class Item(Protocol):
    """An object with an id."""

    @property
    def id(self) -> str:
        """The id, unique in its collection."""
        ...


T = TypeVar("T", bound=Item)


class Collection(Generic[T]):
    """Items by id, newest first. Thread-safe, because tests read it while the server runs.

    Args:
        noun: The word for one item in messages.
        seed: The first items, oldest first.
        code: Error code of an unknown id, where the service has one.
    """

    def __init__(self, noun: str, seed: Iterable[T] = (), *, code: str | None = None) -> None:
        self._noun = noun
        self._code = code
        self._lock = threading.Lock()
        self._items = {item.id: item for item in seed}

    def get(self, ident: str, *, field: str | None = None) -> T:
        """Return an item by its id.

        Args:
            ident: The id.
            field: Member of the request that named it, for the message.

        Raises:
            ApiError: 404, if it does not exist.
        """
        with self._lock:
            item = self._items.get(ident)
        if item is None:
            where = f"{field}: there" if field else "There"
            raise ApiError(404, f"{where} is no {self._noun} {ident!r}.", code=self._code)
        return item

    def all(self) -> list[T]:
        """Return all items, newest first."""
        with self._lock:
            return list(reversed(self._items.values()))

    def add(self, item: T) -> T:
        """Add an item, or replace one in its place."""
        with self._lock:
            self._items[item.id] = item
        return item

    def remove(self, ident: str) -> T:
        """Remove an item.

        Raises:
            ApiError: 404, if it does not exist.
        """
        item = self.get(ident)
        with self._lock:
            self._items.pop(ident, None)
        return item
