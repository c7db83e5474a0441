"""Bodies of requests: bounded in size, time and number."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from cartesia_emulator.errors import ApiError
from cartesia_emulator.wire.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1 << 20


class Upload:
    """A request whose body comes in pieces; it stops where a piece is missing (None)."""

    def __init__(self, *pieces: bytes | Exception | None) -> None:
        self._pieces = list(pieces)
        self.request = SimpleNamespace(content=self)
        self.dropped: Callable[[], None] | None = None

    async def readany(self) -> bytes:
        piece = self._pieces.pop(0) if self._pieces else b""
        if piece is None:
            await asyncio.Event().wait()
        if isinstance(piece, Exception):
            raise piece
        return piece or b""

    @property
    def holds_upload(self) -> bool:
        return self.dropped is not None

    def hold_upload(self, drop: Callable[[], None]) -> None:
        self.dropped = drop


def read(*pieces: bytes | Exception | None, most: int = 3 * MIB, timeout_s: float = 5.0) -> bytes:
    async def main() -> bytes:
        upload: Any = Upload(*pieces)
        return await Uploads(most, timeout_s).read(upload)

    return asyncio.run(main())


def test_a_body_is_what_its_pieces_are() -> None:
    assert read(b"ab", b"c") == b"abc"
    assert read() == b""
    assert len(read(bytes(MIB), bytes(MIB))) == 2 * MIB


def test_a_body_of_the_largest_size() -> None:
    assert len(read(bytes(9), b"0", most=10)) == 10
    with pytest.raises(ApiError, match="exceeds 10 bytes") as caught:
        read(bytes(9), b"00", None, most=10)  # the rest is not waited for
    assert (caught.value.status, caught.value.code) == (413, "file_too_large")


def test_a_body_that_does_not_come_is_408_and_ends_the_connection() -> None:
    with pytest.raises(ApiError, match=r"did not arrive within 0\.01 s") as caught:
        read(b"a", None, timeout_s=0.01)
    assert caught.value.status == 408
    assert caught.value.headers == {"Connection": "close"}


def test_a_body_that_breaks_off_is_400() -> None:
    with pytest.raises(ApiError, match="cannot be read: gone") as caught:
        read(b"a", web.RequestPayloadError("gone"))
    assert caught.value.status == 400


async def _turns() -> list[bool]:
    loop, ahead = asyncio.get_running_loop(), 0.0
    now = loop.time
    loop.time = lambda: now() + ahead  # type: ignore[method-assign]  # a clock to turn on
    uploads = Uploads(10 * MIB, timeout_s=5.0)
    large: list[Any] = [Upload(bytes(MIB + 1)) for _ in range(3)]
    small: Any = Upload(bytes(MIB))
    for upload in large[:2]:
        await uploads.read(upload)
    waiting = asyncio.ensure_future(uploads.read(large[2]))
    await asyncio.sleep(0)
    assert len(await uploads.read(small)) == MIB
    ahead = 100.0  # longer than the deadline
    for _ in range(5):
        await asyncio.sleep(0)
    states = [upload.holds_upload for upload in (*large, small)]
    large[0].dropped()
    assert len(await waiting) == MIB + 1
    return [*states, large[2].holds_upload]


def test_large_bodies_take_turns_and_waiting_is_not_slow() -> None:
    """Small ones pass by."""
    assert asyncio.run(_turns()) == [True, True, False, False, True]
