"""The latest requests of clients, kept for tests."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RecordedRequest", "Recorder"]


@dataclass(slots=True)
class RecordedRequest:
    """One HTTP request or websocket handshake.

    Attributes:
        method: HTTP method.
        path: Path without the query.
        query: Query members in order, repeated names kept.
        headers: Header names in lower case.
        body: The whole body; empty for a websocket.
        frames: Text messages received on the websocket, in order; the latest, if they are many
            megabytes.
        audio_bytes: Bytes of audio received on the websocket.
        request_id: The id the emulator answered with.
        status: Status of the response; None while it is under way.
    """

    method: str
    path: str
    # Keys travel in headers and, to older servers, in the query; they stay out of the repr.
    query: tuple[tuple[str, str], ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    frames: list[str] = field(default_factory=list[str], repr=False)
    audio_bytes: int = 0
    request_id: str = ""
    status: int | None = None


class Recorder:
    """The latest requests, oldest first. Thread-safe.

    Args:
        limit: How many requests it keeps at most.
        limit_bytes: How much of their bodies and messages it keeps at most. The oldest requests go
            first; of the very latest one, the oldest messages.
    """

    def __init__(self, limit: int, limit_bytes: int = 64 * 1024 * 1024) -> None:
        self._lock = threading.Lock()
        self._requests = OrderedDict[int, RecordedRequest]()
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._bytes = 0

    def add(self, request: RecordedRequest) -> None:
        """Keep a request; drop the oldest beyond the limits."""
        with self._lock:
            self._requests[id(request)] = request
            self._grow(_size(request))

    def add_body(self, request: RecordedRequest, body: bytes) -> None:
        """Note the body of a request."""
        with self._lock:
            request.body = body
            if id(request) in self._requests:
                self._grow(len(body))

    def add_frame(self, request: RecordedRequest, frame: str) -> None:
        """Note a message that came over the websocket of a request."""
        with self._lock:
            if id(request) in self._requests:
                request.frames.append(frame)
                self._grow(len(frame))

    def all(self) -> tuple[RecordedRequest, ...]:
        """Return the requests kept."""
        with self._lock:
            return tuple(self._requests.values())

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()
            self._bytes = 0

    def _grow(self, by: int) -> None:
        self._bytes += by
        while len(self._requests) > self._limit or (
            self._bytes > self._limit_bytes and len(self._requests) > 1
        ):
            _, oldest = self._requests.popitem(last=False)
            self._bytes -= _size(oldest)
        if self._bytes > self._limit_bytes:
            for request in self._requests.values():
                self._bytes -= sum(map(len, request.frames))
                # Half of them, so that a long conversation is not counted anew by every message.
                del request.frames[: len(request.frames) // 2 + 1]
                self._bytes += sum(map(len, request.frames))


def _size(request: RecordedRequest) -> int:
    texts = (request.path, *request.headers.values(), *(value for _, value in request.query))
    return len(request.body) + sum(map(len, (*request.frames, *texts)))
