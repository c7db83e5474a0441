"""Progress of uploads: report how much of a request's body was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.options import Progress


class CountedBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request body that calls ``progress`` after each piece with the bytes sent so far."""

    def __init__(self, request: httpx.Request, progress: Progress) -> None:
        length = request.headers.get("content-length", "")
        self._size = int(length) if length else None
        self._stream = request.stream
        self._progress = progress

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._stream, httpx.SyncByteStream)
        sent = 0
        for piece in self._stream:
            yield piece
            sent += len(piece)
            self._progress(sent, self._size)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._stream, httpx.AsyncByteStream)
        sent = 0
        async for piece in self._stream:
            yield piece
            sent += len(piece)
            self._progress(sent, self._size)
