"""Pages of a listing, by ``limit`` and cursors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

from ..errors import ApiError
from ..state.collection import Item
from ..wire.requests import in_range

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..wire.call import Call

__all__ = ["Page", "Paging"]

DEFAULT_PAGE: Final = 10

T = TypeVar("T", bound=Item)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a listing, and whether more follow in the direction of the request."""

    items: tuple[T, ...]
    has_more: bool
    next_page: str | None

    def answer(self, show: Callable[[T], object]) -> dict[str, object]:
        """Return the body of the response."""
        return {
            "data": [show(item) for item in self.items],
            "has_more": self.has_more,
            "next_page": self.next_page,
        }


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a listing a request asks for."""

    limit: int = DEFAULT_PAGE
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, call: Call, *, backwards: bool = True) -> Paging:
        """Read the page from the query.

        Args:
            call: The request.
            backwards: Whether this listing accepts ``ending_before``.

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
        """Cut one page out of a listing.

        Args:
            items: The whole collection in order; cursors may name any item of it.
            keep: Whether the listing shows an item.

        Raises:
            ApiError: 400, for a cursor that names no item.
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
