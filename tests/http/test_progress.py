"""Progress of an upload, counted where the body is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from cartesia_stream._http.progress import CountedBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PIECES = [b"ab", b"", b"cde"]


def upload(*, known: bool) -> httpx.Request:
    """A request whose body comes in pieces, for both kinds of client."""
    headers = {"content-length": "5"} if known else {}
    return httpx.Request("POST", "http://localhost", headers=headers, stream=Pieces())


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield from PIECES

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in PIECES:
            yield piece


def read(body: CountedBody, *, is_async: bool) -> list[bytes]:
    async def pieces() -> list[bytes]:
        return [piece async for piece in body]

    return asyncio.run(pieces()) if is_async else list(body)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(("known", "total"), [(True, 5), (False, None)])
def test_each_piece_is_counted_when_it_was_sent(
    *, is_async: bool, known: bool, total: int | None
) -> None:
    """The total is that of the Content-Length header, or None without one."""
    told: list[tuple[int, int | None]] = []
    body = CountedBody(upload(known=known), lambda *now: told.append(now))
    assert read(body, is_async=is_async) == PIECES
    assert told == [(2, total), (2, total), (5, total)]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_retry_counts_from_the_start(*, is_async: bool) -> None:
    told: list[int] = []
    body = CountedBody(upload(known=True), lambda sent, _: told.append(sent))
    for _ in range(2):
        read(body, is_async=is_async)
    assert told == [2, 2, 5] * 2


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_what_progress_raises_ends_the_upload(*, is_async: bool) -> None:
    def progress(sent: int, total: int | None) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        read(CountedBody(upload(known=True), progress), is_async=is_async)
