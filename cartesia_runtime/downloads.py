"""Downloads: files that you read while they arrive."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping

    from .options import Progress


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[IO[bytes]]:
    """Write a file that replaces the one at the path when the block ends without an error.

    After an error the old file is untouched and the new one is removed.
    """
    target = Path(path).resolve()  # follow a link, to replace the file it points to
    if target.exists() and not target.is_file():  # a device or pipe cannot be replaced
        with target.open("wb") as file:
            yield file
        return
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class Pieces(Protocol):
    """The body of a response, read piece by piece as it arrives."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Stop reading the body."""


class AsyncPieces(Protocol):
    """The body of a response, read piece by piece as it arrives, for asyncio."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None:
        """Stop reading the body."""


class _Received:
    """Base class of `Download` and `AsyncDownload`: the code that does not wait."""

    def __init__(self, headers: Mapping[str, str], request_id: str | None) -> None:
        length = headers.get("content-length", "")
        plain = headers.get("content-encoding", "identity") == "identity"
        self.content_type: str | None = headers.get("content-type")
        self.size: int | None = int(length) if plain and length.isdecimal() else None
        self.request_id: str | None = request_id

    @contextmanager
    def _saving(
        self, path: str | os.PathLike[str], progress: Progress | None
    ) -> Generator[Callable[[bytes], None]]:
        """Return a function that writes a piece to the file and reports the progress."""
        received = 0

        def write(piece: bytes) -> None:
            nonlocal received
            file.write(piece)
            received += len(piece)
            if progress is not None:
                progress(received, self.size)

        with replacing(path) as file:
            yield write


class Download(_Received):
    """A file that you read while it arrives: iterate over it, or call `read` or `save`.

    You get each byte once: what iteration returned, `read` and `save` no longer return.

    Attributes:
        content_type: Media type of the file, or None if the server did not send it.
        size: Size of the whole file in bytes, or None if the server did not send it.
        request_id: The server's id of the request, or None.
    """

    def __init__(
        self, pieces: Pieces, headers: Mapping[str, str], request_id: str | None = None
    ) -> None:
        super().__init__(headers, request_id)
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def read(self) -> bytes:
        """Return all bytes that were not read yet."""
        try:
            return b"".join([piece for piece in self])  # noqa: C416 (a subclass may iterate otherwise)
        except BaseException:  # the rest is not to be taken for the whole
            self._pieces.close()
            raise

    def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> Path:
        """Write the file to disk while it arrives, one piece in memory at a time.

        Args:
            path: Where to write. The file appears when it is complete; after an error or a
                cancellation the path is as it was before.
            progress: Called after each piece with the bytes received so far and the size.
        """
        try:
            with self._saving(path, progress) as write:
                for piece in self:
                    write(piece)
        except BaseException:
            self._pieces.close()
            raise
        return Path(path)


class AsyncDownload(_Received):
    """A file that you read while it arrives, for asyncio: iterate, or call `read` or `save`.

    You get each byte once: what iteration returned, `read` and `save` no longer return.

    Attributes:
        content_type: Media type of the file, or None if the server did not send it.
        size: Size of the whole file in bytes, or None if the server did not send it.
        request_id: The server's id of the request, or None.
    """

    def __init__(
        self,
        pieces: AsyncPieces,
        headers: Mapping[str, str],
        request_id: str | None = None,
    ) -> None:
        super().__init__(headers, request_id)
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._pieces)

    async def read(self) -> bytes:
        """Return all bytes that were not read yet."""
        try:
            return b"".join([piece async for piece in self])
        except BaseException:  # the rest is not to be taken for the whole
            await self._pieces.aclose()
            raise

    async def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> Path:
        """Write the file to disk while it arrives, one piece in memory at a time.

        Args:
            path: Where to write. The file appears when it is complete; after an error or a
                cancellation the path is as it was before.
            progress: Called after each piece with the bytes received so far and the size.
        """
        try:
            with self._saving(path, progress) as write:
                async for piece in self:
                    write(piece)
        except BaseException:
            await self._pieces.aclose()
            raise
        return Path(path)
