"""Iterate over lists that the server sends page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from .errors import PagingError
from .models import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence


class HasId(Protocol):
    """An item of a page."""

    @property
    def id(self) -> str:
        """The id of the item, which is also its cursor."""
        ...


Item_co = TypeVar("Item_co", bound=HasId, covariant=True)


class Page(Protocol[Item_co]):
    """One page of a list, with `has_more` (a boolean), `next_page` (an id or null) or neither."""

    @property
    def data(self) -> Sequence[Item_co]:
        """The items."""
        ...


class _Cursors:
    """Finds the next cursor of one iteration, and detects a repeated one.

    Args:
        refuse: Returns the exception to raise for a repeated cursor.
        operation: `operationId` of the list.
        start: The first cursor.
    """

    def __init__(
        self, refuse: Callable[[PagingError], Exception], operation: str, start: str | Unset
    ) -> None:
        self._refuse = refuse
        self._operation = operation
        self._seen: set[str] = {start} if isinstance(start, str) else set()

    def after(self, page: Page[HasId]) -> str | None:
        """Return the cursor of the next page, or None after the last one.

        If the page has neither `has_more` nor `next_page`, the list ends with an empty page.
        """
        more = getattr(page, "has_more", None)
        if more is None:
            more = getattr(page, "next_page", UNSET) is not None
        if not page.data or not more:
            return None
        cursor = page.data[-1].id
        if cursor in self._seen:
            raise self._refuse(PagingError(self._operation))
        self._seen.add(cursor)
        return cursor


def paginate(
    refuse: Callable[[PagingError], Exception],
    operation: str,
    start: str | Unset,
    fetch: Callable[[str | Unset], Page[Item_co]],
) -> Iterator[Item_co]:
    """Yield the items of all pages from the cursor `start` on; fetch each page when needed.

    Raises:
        Exception: The exception from `refuse`, if the server sends a cursor twice.
    """
    cursors = _Cursors(refuse, operation, start)
    cursor: str | Unset | None = start
    while cursor is not None:
        page = fetch(cursor)
        yield from page.data
        cursor = cursors.after(page)


async def paginate_async(
    refuse: Callable[[PagingError], Exception],
    operation: str,
    start: str | Unset,
    fetch: Callable[[str | Unset], Awaitable[Page[Item_co]]],
) -> AsyncIterator[Item_co]:
    """Yield the items of all pages from the cursor `start` on; fetch each page when needed.

    Raises:
        Exception: The exception from `refuse`, if the server sends a cursor twice.
    """
    cursors = _Cursors(refuse, operation, start)
    cursor: str | Unset | None = start
    while cursor is not None:
        page = await fetch(cursor)
        for item in page.data:
            yield item
        cursor = cursors.after(page)
