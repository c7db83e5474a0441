"""Lists that the server sends page by page: pages, and iterators over the items of all pages."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

from .errors import PagingError
from .models import UNSET, Model, Unset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
    from types import TracebackType

T_co = TypeVar("T_co", covariant=True)


class HasId(Protocol):
    """An item of a page."""

    @property
    def id(self) -> str:
        """The id of the item, which is also its cursor."""
        ...


Item = TypeVar("Item", bound=HasId)


class Page(Model, Generic[Item]):
    """Base class of pages, which have `has_more`, `next_page` (an id or null) or neither.

    `data` and `len` are those of this page alone. Iterating over it goes on: it yields the items of
    this page and of all that follow, and fetches each page when needed. A page that was listed with
    `ending_before` is followed by the pages before it.
    """

    __slots__ = ("_pages",)

    data: list[Item]
    _pages: Pages[Any]

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Item]:
        return _items(self, self._pages_for("for", waits=False))

    def __aiter__(self) -> AsyncIterator[Item]:
        return _items_async(self, self._pages_for("async for", waits=True))

    def _pages_for(self, loop: str, *, waits: bool) -> Pages[Any]:
        """Return the pages that follow.

        Raises:
            TypeError: If there are any, and a loop of this kind cannot fetch them.
        """
        pages: Pages[Any] | None = getattr(self, "_pages", None)
        if pages is not None and pages.waits == waits:
            return pages
        if _cursor_after(self, backwards=False) is not None:
            raise TypeError(
                f"`{loop}` cannot fetch the pages that follow this one: use `data` for this page "
                "alone, `for` with the sync client, or `async for` with the async client"
            )
        return Pages(_never, "", UNSET, UNSET, _never, waits=waits)


PageT = TypeVar("PageT", bound=Page[Any])


class Pages(Generic[T_co]):
    """The pages of one list.

    Args:
        malformed_error: Returns the exception to raise for a repeated cursor.
        operation: `operationId` of the list.
        start: Cursor before the first page.
        end: Cursor after the first page; if it is given alone, the list goes backwards.
        fetch: Fetches the page between two cursors.
        waits: Whether the result of ``fetch`` is to be awaited.
    """

    def __init__(
        self,
        malformed_error: Callable[[PagingError], Exception],
        operation: str,
        start: str | Unset,
        end: str | Unset,
        fetch: Callable[[str | Unset, str | Unset], T_co],
        *,
        waits: bool,
    ) -> None:
        self.waits = waits
        self._malformed_error = malformed_error
        self._operation = operation
        self._start = start
        self._end = end
        self._fetch = fetch
        self._backwards = isinstance(start, Unset) and not isinstance(end, Unset)

    def first(self) -> T_co:
        """Fetch the first page."""
        return self._fetch(self._start, self._end)

    def after(self, cursor: str) -> T_co:
        """Fetch the page at a cursor."""
        return self._fetch(UNSET, cursor) if self._backwards else self._fetch(cursor, UNSET)

    def cursors(self) -> Callable[[Page[Any]], str | None]:
        """Return a function that finds the cursor after a page, or None after the last.

        The function raises the exception of ``malformed_error`` for a cursor that comes twice,
        because the list would never end.
        """
        seen = {self._end if self._backwards else self._start}

        def after(page: Page[Any]) -> str | None:
            cursor = _cursor_after(page, backwards=self._backwards)
            if cursor in seen:
                raise self._malformed_error(PagingError(self._operation))
            if cursor is not None:
                seen.add(cursor)
            return cursor

        return after


def _never(*_: object) -> NoReturn:
    raise AssertionError("no page follows")


def _cursor_after(page: Page[Any], *, backwards: bool) -> str | None:
    """Return the cursor after a page, or None if it is the last.

    If the page has neither `has_more` nor `next_page`, the list ends with an empty page.
    """
    named, more = getattr(page, "next_page", UNSET), getattr(page, "has_more", UNSET)
    if named is None if more is UNSET else not more:
        return None
    if page.data:
        cursor: str = page.data[0 if backwards else -1].id
        return cursor
    return named if isinstance(named, str) and not backwards else None


def _items(page: Page[Item], pages: Pages[Page[Item]]) -> Iterator[Item]:
    cursor_after = pages.cursors()
    while True:
        yield from page.data
        cursor = cursor_after(page)
        if cursor is None:
            return
        page = pages.after(cursor)


async def _items_async(
    page: Page[Item], pages: Pages[Awaitable[Page[Item]]]
) -> AsyncIterator[Item]:
    cursor_after = pages.cursors()
    while True:
        for item in page.data:
            yield item
        cursor = cursor_after(page)
        if cursor is None:
            return
        page = await pages.after(cursor)


def first_page(pages: Pages[PageT]) -> PageT:
    """Fetch the first page of a list; iterating over it fetches the others."""
    page = pages.first()
    page._pages = pages  # noqa: SLF001 (not a field)  # pyright: ignore[reportPrivateUsage]
    return page


class AsyncList(Coroutine[object, object, PageT], Generic[PageT, Item]):
    """A list of the async client: `await` returns its first page, `async for` iterates over all.

    It is a coroutine too, for `asyncio.create_task` and `asyncio.TaskGroup`.

    Args:
        pages: The pages of the list.
    """

    def __init__(self, pages: Pages[Coroutine[object, object, PageT]]) -> None:
        self._pages: Pages[Coroutine[object, object, PageT]] = pages
        self._running: Coroutine[object, object, PageT] | None = None

    async def _first(self) -> PageT:
        page = await self._pages.first()
        page._pages = self._pages  # noqa: SLF001 (not a field)  # pyright: ignore[reportPrivateUsage]
        return page

    def __await__(self) -> Generator[Any, None, PageT]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for item in _items_async(await self._pages.first(), self._pages):
            yield item

    # --- as a coroutine

    def _started(self) -> Coroutine[object, object, PageT]:
        if self._running is None:
            self._running = self._first()
        return self._running

    def send(self, value: object) -> object:
        """Start or continue the call."""
        return self._started().send(value)

    def throw(
        self,
        typ: type[BaseException] | BaseException,
        val: object = None,
        tb: TracebackType | None = None,
        /,
    ) -> object:
        """Raise an exception in the call."""
        return self._started().throw(typ if val is None else val)  # type: ignore[call-overload]

    def close(self) -> None:
        """End the call."""
        if self._running is not None:
            self._running.close()
