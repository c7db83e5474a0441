"""Downloads: files that you read while they arrive."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, overload

from .saving import start_of, write_all, writing
from .wav import WavLengths, with_true_lengths

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping

    from .options import Progress
    from .saving import Refusal, SaveTarget


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

    def __init__(
        self, headers: Mapping[str, str], request_id: str | None, refused: Refusal
    ) -> None:
        length = headers.get("content-length", "")
        plain = headers.get("content-encoding", "identity") == "identity"
        self.content_type: str | None = headers.get("content-type")
        self.size: int | None = int(length) if plain and length.isdecimal() else None
        self.request_id: str | None = request_id
        self._refused = refused

    @property
    def _is_wav(self) -> bool:
        return "wav" in (self.content_type or "").lower()

    @contextmanager
    def _saving(
        self, target: SaveTarget, progress: Progress | None
    ) -> Generator[Callable[[bytes], None]]:
        """Return a function that writes a piece to the file and reports the progress."""
        received = 0
        lengths = WavLengths() if self._is_wav else None

        def write(piece: bytes) -> None:
            nonlocal received
            write_all(file, piece)
            received += len(piece)
            if lengths is not None:
                lengths.take(piece)
            if progress is not None:
                progress(received, self.size)

        with writing(target, self._refused) as file:
            start = start_of(file)
            yield write
            if lengths is not None and start is not None:
                lengths.correct(file, start)

    def _whole(self, pieces: list[bytes]) -> bytes:
        data = b"".join(pieces)
        return with_true_lengths(data) if self._is_wav else data


def _path_of(target: SaveTarget) -> Path | None:
    return Path(target) if isinstance(target, str | os.PathLike) else None


class Download(_Received):
    """A file that you read while it arrives: iterate over it, or call `read` or `save`.

    You get each byte once: what iteration returned, `read` and `save` no longer return. If the
    server sends a WAV file before it knows how long it is, `read` and `save` correct its header.

    Attributes:
        content_type: Media type of the file, or None if the server did not send it.
        size: Size of the whole file in bytes, or None if the server did not send it.
        request_id: The server's id of the request, or None.
    """

    def __init__(
        self,
        pieces: Pieces,
        headers: Mapping[str, str],
        request_id: str | None = None,
        *,
        refused: Refusal = ValueError,
    ) -> None:
        super().__init__(headers, request_id, refused)
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def read(self) -> bytes:
        """Return all bytes that were not read yet."""
        try:
            return self._whole([piece for piece in self])  # noqa: C416 (a subclass may iterate otherwise)
        except BaseException:  # the rest is not to be taken for the whole
            self._pieces.close()
            raise

    @overload
    def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> Path: ...
    @overload
    def save(self, path: IO[bytes], *, progress: Progress | None = None) -> None: ...
    def save(self, path: SaveTarget, *, progress: Progress | None = None) -> Path | None:
        """Write the file to disk while it arrives, one piece in memory at a time.

        Args:
            path: A path, or a file open for writing bytes. A file at a path appears when it is
                complete; after an error or a cancellation the path is as it was before.
            progress: Called after each piece with the bytes received so far and the size.

        Returns:
            The path, or None for a file of yours.
        """
        try:
            with self._saving(path, progress) as write:
                for piece in self:
                    write(piece)
        except BaseException:
            self._pieces.close()
            raise
        return _path_of(path)


class AsyncDownload(_Received):
    """A file that you read while it arrives, for asyncio: iterate, or call `read` or `save`.

    You get each byte once: what iteration returned, `read` and `save` no longer return. If the
    server sends a WAV file before it knows how long it is, `read` and `save` correct its header.

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
        *,
        refused: Refusal = ValueError,
    ) -> None:
        super().__init__(headers, request_id, refused)
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._pieces)

    async def read(self) -> bytes:
        """Return all bytes that were not read yet."""
        try:
            return self._whole([piece async for piece in self])
        except BaseException:  # the rest is not to be taken for the whole
            await self._pieces.aclose()
            raise

    @overload
    async def save(
        self, path: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> Path: ...
    @overload
    async def save(self, path: IO[bytes], *, progress: Progress | None = None) -> None: ...
    async def save(self, path: SaveTarget, *, progress: Progress | None = None) -> Path | None:
        """Write the file to disk while it arrives, one piece in memory at a time.

        Args:
            path: A path, or a file open for writing bytes. A file at a path appears when it is
                complete; after an error or a cancellation the path is as it was before.
            progress: Called after each piece with the bytes received so far and the size.

        Returns:
            The path, or None for a file of yours.
        """
        try:
            with self._saving(path, progress) as write:
                async for piece in self:
                    write(piece)
        except BaseException:
            await self._pieces.aclose()
            raise
        return _path_of(path)
