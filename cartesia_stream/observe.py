"""Observers: who watches a client, and what they are told of its streams, sockets and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from ._protocol.stats import StreamOutcome, StreamStats

if TYPE_CHECKING:
    from .audio import AudioFormat
    from .errors import APIConnectionError, APIError

__all__ = [
    "ObservedConnection",
    "ObservedRequest",
    "ObservedStream",
    "Observer",
    "RestartReason",
    "StreamOutcome",
    "StreamStats",
    "StreamTransport",
]

StreamTransport = Literal["websocket", "sse", "bytes"]
RestartReason = Literal["refused", "replayed", "resumed"]


class ObservedStream(Protocol):
    """A stream of speech, as observers see it.

    It is the same object in each call, and can be the key of what you keep about the stream.
    """

    @property
    def transport(self) -> StreamTransport:
        """How it comes: ``websocket``, ``sse`` or ``bytes``."""
        ...

    @property
    def model_id(self) -> str | None:
        """The model that speaks; None for the voice changer."""
        ...

    @property
    def format(self) -> AudioFormat:
        """Format of the audio."""
        ...

    @property
    def base_url(self) -> str:
        """The service."""
        ...

    @property
    def stats(self) -> StreamStats:
        """Its statistics as they are now."""
        ...


class ObservedConnection(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A socket that was opened; compared by identity.

    Attributes:
        base_url: The service.
        seconds: How long it took to open, with name resolution, TLS and the handshake.
    """

    base_url: str
    seconds: float


class ObservedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP call that is over, its retries included; for a stream, once its answer began.

    Attributes:
        operation: Name of the operation in the API's document, such as ``voices_list``.
        method: HTTP method.
        base_url: The service.
        seconds: How long it took.
        status_code: HTTP status; None if there was no answer.
        request_id: The service's id of the request, if it gave one.
        error: Why it failed; None for a success.
    """

    operation: str
    method: str
    base_url: str
    seconds: float
    status_code: int | None
    request_id: str | None
    error: Exception | None


class Observer:
    """Is told what happens in a client; override what you want to know.

    Give it to a client as ``observers=[...]``. The methods are called at once, by the thread or
    task in which it happens: they must be quick, must not wait, and must not use the client. Those
    of different streams, and the end of a stream that is closed by another thread, may come at the
    same time. Those of a stream run in a copy of the context (`contextvars`) in which the stream
    was asked for. What a method raises is logged, and harms nothing else.
    """

    def stream_started(self, stream: ObservedStream) -> None:
        """A stream was begun; a context, with its first push."""

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        """The consumer got the first audio, which had come so many seconds after the start."""

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        """A stream begins again.

        Args:
            stream: Which one.
            reason: ``refused`` if the plan's limit did not let it start, ``replayed`` if none of
                its audio had been handed out, ``resumed`` if it goes on behind what was.
            error: What had happened.
        """

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        """A stream was read to its end, failed or was closed; its statistics are final.

        Called once for each that was started; for one that is dropped without being closed, in
        another thread or task than the one that dropped it.

        Args:
            stream: Which one; ``stream.stats.outcome`` tells how it ended.
            error: What the consumer gets, if it failed.
        """

    def connection_opened(self, connection: ObservedConnection) -> None:
        """A socket was opened."""

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        """A socket was closed or lost; the cause tells by whom and why."""

    def request_finished(self, request: ObservedRequest) -> None:
        """An HTTP call is over."""
