"""The latest requests of clients, kept for tests."""

from __future__ import annotations

import threading
from collections import deque
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
        frames: Text messages received on the websocket, in order.
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
    """The latest requests, oldest first. Thread-safe."""

    def __init__(self, limit: int) -> None:
        self._lock = threading.Lock()
        self._requests = deque[RecordedRequest](maxlen=limit)

    @property
    def keeps(self) -> bool:
        """Whether it keeps any requests."""
        return self._requests.maxlen != 0

    def add(self, request: RecordedRequest) -> None:
        """Keep a request; drop the oldest beyond the limit."""
        with self._lock:
            self._requests.append(request)

    def all(self) -> tuple[RecordedRequest, ...]:
        """Return the requests kept."""
        with self._lock:
            return tuple(self._requests)

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()
