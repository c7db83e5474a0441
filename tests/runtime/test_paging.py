"""Pages, and iteration over all of them."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import pytest
from attrs import define, field
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.paging import AsyncList, Page, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_runtime.errors import PagingError


@define
class Item:
    id: str


@define(kw_only=True)
class Songs(Page[Item]):
    data: list[Item]
    has_more: bool | Unset = UNSET
    next_page: str | Unset | None = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    @classmethod
    def of(cls, ids: str, **more: Any) -> Self:
        return cls(data=list(map(Item, ids)), **more)


@define(kw_only=True)
class Bare(Page[Item]):
    """A page that does not say whether others follow."""

    data: list[Item]
    additional_properties: dict[str, object] = field(init=False, factory=dict)


class MalformedError(Exception):
    """What a sender raises."""


def malformed_error(error: PagingError) -> MalformedError:
    return MalformedError(str(error))


Served = Mapping[object, Page[Item]]


def listed(pages: Served, start: str | Unset = UNSET, end: str | Unset = UNSET) -> Page[Item]:
    """List pages by their cursors; those before a cursor have the key ``(cursor,)``."""

    def fetch(after: str | Unset, before: str | Unset) -> Page[Item]:
        return copy.copy(pages[after if isinstance(before, Unset) else (before,)])

    return first_page(Pages(malformed_error, "songs_list", start, end, fetch, waits=False))


def listed_async(
    pages: Served, start: str | Unset = UNSET, end: str | Unset = UNSET
) -> AsyncList[Page[Item], Item]:
    async def fetch(after: str | Unset, before: str | Unset) -> Page[Item]:
        await asyncio.sleep(0)
        return copy.copy(pages[after if isinstance(before, Unset) else (before,)])

    return AsyncList(Pages(malformed_error, "songs_list", start, end, fetch, waits=True))


def sync_ids(pages: Served, *cursors: str | Unset) -> str:
    return "".join(item.id for item in listed(pages, *cursors))


def async_ids(pages: Served, *cursors: str | Unset) -> str:
    async def ids() -> str:
        return "".join([item.id async for item in listed_async(pages, *cursors)])

    return asyncio.run(ids())


def awaited_ids(pages: Served, *cursors: str | Unset) -> str:
    async def ids() -> str:
        return "".join([item.id async for item in await listed_async(pages, *cursors)])

    return asyncio.run(ids())


every_way = pytest.mark.parametrize("ids", [sync_ids, async_ids, awaited_ids])


@every_way
@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ({UNSET: Songs.of("ab", has_more=True), "b": Songs.of("c", has_more=False)}, "abc"),
        ({UNSET: Songs.of("ab", next_page="b"), "b": Songs.of("c", next_page=None)}, "abc"),
        ({UNSET: Bare(data=[Item("a")]), "a": Bare(data=[])}, "a"),
        ({UNSET: Songs.of("", has_more=True)}, ""),
        (
            {UNSET: Songs.of("", has_more=True, next_page="x"), "x": Songs.of("a", has_more=False)},
            "a",
        ),
        ({UNSET: Songs.of("a", has_more=False, next_page="a")}, "a"),
    ],
)
def test_pages_follow_until_the_last(ids: Any, pages: Served, found: str) -> None:
    assert ids(pages) == found


@every_way
def test_iteration_starts_at_the_cursor(ids: Any) -> None:
    assert ids({"b": Songs.of("c", has_more=False)}, "b") == "c"


@every_way
def test_a_list_before_a_cursor_goes_backwards(ids: Any) -> None:
    pages = {("e",): Songs.of("cd", has_more=True), ("c",): Songs.of("ab", has_more=False)}
    assert ids(pages, UNSET, "e") == "cdab"


@every_way
@pytest.mark.parametrize("start", [UNSET, "a"])
def test_a_cursor_that_comes_twice_is_refused(ids: Any, start: str | Unset) -> None:
    page = Songs.of("a", has_more=True)
    with pytest.raises(MalformedError, match="songs_list: the server sent the same cursor twice"):
        ids({UNSET: page, "a": page}, start)


def test_a_page_has_its_own_data_and_length() -> None:
    page = listed({UNSET: Songs.of("ab", has_more=True), "b": Songs.of("c", has_more=False)})
    assert len(page) == len(page.data) == 2
    assert not listed({UNSET: Songs.of("")})


def test_iteration_begins_anew_each_time() -> None:
    """After a break, and after an error in a later page."""
    pages: dict[object, Page[Item]] = {UNSET: Songs.of("ab", has_more=True)}
    page = listed(pages)
    for item in page:
        assert item.id == "a"
        break
    items = iter(page)
    assert [next(items).id, next(items).id] == ["a", "b"]
    with pytest.raises(KeyError):
        next(items)
    pages["b"] = Songs.of("c", has_more=False)
    assert [item.id for item in page] == ["a", "b", "c"]


def test_a_list_is_a_coroutine_too() -> None:
    """For tasks, as the coroutine of any other call; it may be awaited again."""
    pages: Served = {UNSET: Songs.of("ab", has_more=False)}

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(listed_async(pages))
        assert len(task.result()) == 2
        assert [len(page) for page in await asyncio.gather(*map(listed_async, [pages, pages]))] == [
            2,
            2,
        ]
        songs = listed_async(pages)
        assert len(await songs) == len(await songs) == 2
        cancelled = asyncio.create_task(listed_async(pages))
        await asyncio.sleep(0)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        unused = listed_async(pages)
        unused.close()
        with pytest.raises(KeyError):
            unused.throw(KeyError("a"))

    asyncio.run(main())


async def _first(pages: Served) -> Page[Item]:
    return await listed_async(pages)


@pytest.mark.parametrize(
    "make",
    [
        lambda pages: asyncio.run(_first(pages)),  # of the async client
        lambda pages: pages[UNSET],  # made by hand
        lambda pages: copy.deepcopy(listed(pages)),
        lambda pages: pickle.loads(pickle.dumps(listed(pages))),
    ],
)
def test_a_loop_that_cannot_fetch_says_what_to_use(
    make: Callable[[Served], Page[Item]],
) -> None:
    """If there is a page to fetch; it never ends quietly before the end of the list."""
    with pytest.raises(TypeError, match="use `data`"):
        iter(make({UNSET: Songs.of("ab", has_more=True)}))
    assert [item.id for item in make({UNSET: Songs.of("ab", has_more=False)})] == ["a", "b"]


def test_async_for_over_a_page_of_the_sync_client() -> None:
    with pytest.raises(TypeError, match="use `data`"):
        aiter(listed({UNSET: Songs.of("ab", has_more=True)}))
