"""What every list of the service shares: things kept by id, newest first, and pages of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import msgspec

from ..errors import ApiError
from ..wire.requests import in_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..wire.call import Call

__all__ = ["Collection", "Item", "Page", "Paging"]

DEFAULT_PAGE = 10


class Item(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Its id, unique in its collection."""
        ...


T = TypeVar("T", bound=Item)


class Collection(Generic[T]):
    """Things by id, newest first. Thread-safe: tests look at it while the server runs.

    Args:
        noun: What one of them is called in messages.
        seed: What is there from the start, oldest first.
        code: Error code of an unknown id, where the service has one.
    """

    def __init__(self, noun: str, seed: Iterable[T] = (), *, code: str | None = None) -> None:
        self._noun = noun
        self._code = code
        self._lock = threading.Lock()
        self._items = {item.id: item for item in seed}

    def get(self, ident: str, *, field: str | None = None) -> T:
        """One by its id.

        Args:
            ident: The id.
            field: Member of the request that named it, for the message.

        Raises:
            ApiError: 404, if there is none.
        """
        with self._lock:
            item = self._items.get(ident)
        if item is None:
            where = f"{field}: there" if field else "There"
            raise ApiError(404, f"{where} is no {self._noun} {ident!r}.", code=self._code)
        return item

    def all(self) -> list[T]:
        """Everything, newest first."""
        with self._lock:
            return list(reversed(self._items.values()))

    def add(self, item: T) -> T:
        """Keep a new one, or the new state of one, which stays in its place."""
        with self._lock:
            self._items[item.id] = item
        return item

    def remove(self, ident: str) -> T:
        """Forget one.

        Raises:
            ApiError: 404, if there is none.
        """
        item = self.get(ident)
        with self._lock:
            self._items.pop(ident, None)
        return item


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a listing, and whether more follow in the direction asked."""

    items: tuple[T, ...]
    has_more: bool
    next_page: str | None

    def answer(self, show: Callable[[T], object]) -> dict[str, object]:
        """The body of the response."""
        return {
            "data": [show(item) for item in self.items],
            "has_more": self.has_more,
            "next_page": self.next_page,
        }


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a listing is asked for."""

    limit: int = DEFAULT_PAGE
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, call: Call, *, backwards: bool = True) -> Paging:
        """Read it from the query.

        Args:
            call: The request.
            backwards: Whether this listing knows ``ending_before``.

        Raises:
            ApiError: 400, for a limit outside 1..100 or two cursors at once.
        """
        limit = call.query_int("limit")
        in_range("limit", limit, 1, 100)
        after = call.query("starting_after")
        before = call.query("ending_before") if backwards else None
        if after and before:
            raise ApiError(400, "starting_after and ending_before exclude each other; send one.")
        return cls(limit=limit or DEFAULT_PAGE, after=after, before=before)

    def cut(self, items: Sequence[T], keep: Callable[[T], bool] = lambda _: True) -> Page[T]:
        """The page of a listing.

        Args:
            items: The whole collection in its order; cursors may name any of it.
            keep: Which of it the listing shows.

        Raises:
            ApiError: 400, for a cursor that names nothing.
        """
        low = 0 if self.after is None else _place(items, "starting_after", self.after) + 1
        high = len(items) if self.before is None else _place(items, "ending_before", self.before)
        kept = [item for item in items[low:high] if keep(item)]
        # Going backwards, the page is the one that ends just before the cursor.
        page = kept[-self.limit :] if self.before is not None else kept[: self.limit]
        more = len(kept) > self.limit
        edge = page[0 if self.before is not None else -1].id if more else None
        return Page(tuple(page), more, edge)


def _place(items: Sequence[T], field: str, ident: str) -> int:
    for place, item in enumerate(items):
        if item.id == ident:
            return place
    raise ApiError(400, f"{field}: {ident!r} names nothing in this list.")
