"""Downloads: read, iterated over, or saved whole or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from cartesia_runtime.downloads import AsyncDownload, Download

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping
    from pathlib import Path

    Save = Callable[[list[bytes | Exception], Path, list[tuple[int, int | None]]], Path]


def pieces(*arriving: bytes) -> Generator[bytes]:
    yield from arriving


def sync_save(
    pieces: list[bytes | Exception], path: Path, told: list[tuple[int, int | None]]
) -> Path:
    def arriving() -> Generator[bytes]:
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    download = Download(arriving(), {"content-length": "5"})
    return download.save(path, progress=lambda *now: told.append(now))


def async_save(
    pieces: list[bytes | Exception], path: Path, told: list[tuple[int, int | None]]
) -> Path:
    async def arriving() -> AsyncGenerator[bytes]:
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def save() -> Path:
        download = AsyncDownload(arriving(), {"content-length": "5"})
        return await download.save(path, progress=lambda *now: told.append(now))

    return asyncio.run(save())


both = pytest.mark.parametrize("save", [sync_save, async_save])


@both
def test_a_saved_file_replaces_the_old_one(save: Save, tmp_path: Path) -> None:
    """The progress after each piece counts the bytes so far."""
    path, told = tmp_path / "a.wav", list[tuple[int, int | None]]()
    path.write_bytes(b"old")
    assert save([b"ab", b"cde"], path, told) == path
    assert path.read_bytes() == b"abcde"
    assert told == [(2, 5), (5, 5)]
    assert list(tmp_path.iterdir()) == [path]


@both
def test_a_download_that_breaks_leaves_the_old_file(save: Save, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    with pytest.raises(ConnectionError):
        save([b"ab", ConnectionError()], path, [])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_each_byte_comes_once() -> None:
    download = Download(pieces(b"ab", b"cd"), {})
    assert next(iter(download)) == b"ab"
    assert download.read() == b"cd"
    assert download.read() == b""


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ({"content-length": "5"}, 5),
        ({}, None),
        ({"content-length": "5", "content-encoding": "gzip"}, None),
        ({"content-length": "five"}, None),
    ],
)
def test_the_size_is_that_of_what_arrives(headers: Mapping[str, str], size: int | None) -> None:
    """The length of compressed bytes says nothing about the file."""
    assert Download(pieces(), headers).size == size


def test_what_the_headers_tell() -> None:
    download = Download(pieces(), {"content-type": "audio/wav"}, "r1")
    assert (download.content_type, download.request_id) == ("audio/wav", "r1")
