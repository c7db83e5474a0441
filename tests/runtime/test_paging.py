"""Iteration over pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.paging import paginate, paginate_async

if TYPE_CHECKING:
    from cartesia_runtime.errors import PagingError


class Item(NamedTuple):
    id: str


class Page:
    def __init__(self, ids: str, **more: object) -> None:
        self.data = list(map(Item, ids))
        vars(self).update(more)


class MalformedError(Exception):
    """What a sender raises."""


def refuse(error: PagingError) -> MalformedError:
    return MalformedError(str(error))


def sync_ids(start: str | Unset, pages: dict[Any, Page]) -> list[str]:
    return [item.id for item in paginate(refuse, "songs_list", start, pages.__getitem__)]


def async_ids(start: str | Unset, pages: dict[Any, Page]) -> list[str]:
    async def fetch(cursor: str | Unset) -> Page:
        return pages[cursor]

    async def ids() -> list[str]:
        return [item.id async for item in paginate_async(refuse, "songs_list", start, fetch)]

    return asyncio.run(ids())


both = pytest.mark.parametrize("ids", [sync_ids, async_ids])


@both
@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ({UNSET: Page("ab", has_more=True), "b": Page("c", has_more=False)}, "abc"),
        ({UNSET: Page("ab", next_page="b"), "b": Page("c", next_page=None)}, "abc"),
        ({UNSET: Page("ab"), "b": Page("")}, "ab"),
        ({UNSET: Page("", has_more=True)}, ""),
        ({UNSET: Page("a", has_more=False, next_page="a")}, "a"),
    ],
)
def test_pages_follow_until_the_last(ids: Any, pages: dict[Any, Page], found: str) -> None:
    assert ids(UNSET, pages) == list(found)


@both
def test_iteration_starts_at_the_cursor(ids: Any) -> None:
    assert ids("b", {"b": Page("c", has_more=False)}) == ["c"]


@both
@pytest.mark.parametrize("start", [UNSET, "a"])
def test_a_cursor_that_comes_twice_is_refused(ids: Any, start: str | Unset) -> None:
    page = Page("a", has_more=True)
    with pytest.raises(MalformedError, match="songs_list: the server sent the same cursor twice"):
        ids(start, {UNSET: page, "a": page})
