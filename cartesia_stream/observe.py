"""Observers: callbacks for the streams, sockets and HTTP calls of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from ._protocol.stats import StreamOutcome, StreamStats

if TYPE_CHECKING:
    from .errors import APIConnectionError, APIError
    from .formats import AudioFormat
    from .transcripts import ListenFormat, ListenStats

__all__ = [
    "ListenTransport",
    "ObservedConnection",
    "ObservedListener",
    "ObservedRequest",
    "ObservedStream",
    "Observer",
    "RestartReason",
    "StreamOutcome",
    "StreamStats",
    "StreamTransport",
]

StreamTransport = Literal["websocket", "sse", "bytes"]
"""What carries a stream of speech; ``bytes`` is the body of one HTTP response."""
ListenTransport = Literal["listen", "dictate"]
"""The method that started a listener."""
RestartReason = Literal["rate_limited", "replayed", "resumed"]
"""Why a speech began again: the plan was full, no audio had arrived, or it goes on after a loss."""


class ObservedStream(Protocol):
    """A stream of speech, as an observer gets it.

    Each call for a stream passes the same object, so you can use it as a dictionary key.
    """

    @property
    def transport(self) -> StreamTransport:
        """Transport of the audio: ``websocket``, ``sse`` or ``bytes``."""
        ...

    @property
    def model_id(self) -> str | None:
        """Id of the model that speaks; None for the voice changer."""
        ...

    @property
    def format(self) -> AudioFormat:
        """Format of the audio."""
        ...

    @property
    def base_url(self) -> str:
        """Base URL of the service."""
        ...

    @property
    def stats(self) -> StreamStats:
        """Statistics of the stream at this moment."""
        ...


class ObservedListener(Protocol):
    """A listener, as an observer gets it; each call for one passes the same object."""

    @property
    def transport(self) -> ListenTransport:
        """The method that started it: ``listen`` or ``dictate``."""
        ...

    @property
    def model_id(self) -> str:
        """Id of the model that listens."""
        ...

    @property
    def format(self) -> ListenFormat:
        """Format of the audio."""
        ...

    @property
    def base_url(self) -> str:
        """Base URL of the service."""
        ...

    @property
    def stats(self) -> ListenStats:
        """Statistics of the listener at this moment."""
        ...


class ObservedConnection(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An opened socket; compared by identity.

    Attributes:
        base_url: Base URL of the service.
        seconds: Time to open it, including name resolution, TLS and the handshake.
    """

    base_url: str
    seconds: float


class ObservedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A finished HTTP call, including its retries. A streaming call counts until its headers.

    Attributes:
        operation: Name of the operation in the OpenAPI document, such as ``voices_list``.
        method: HTTP method.
        base_url: Base URL of the service.
        seconds: Duration of the call.
        status_code: HTTP status; None if the service did not answer.
        request_id: The service's id of the request, or None.
        error: The error that the call raised; None for a success.
    """

    operation: str
    method: str
    base_url: str
    seconds: float
    status_code: int | None
    request_id: str | None
    error: Exception | None


class Observer:
    """Base class of observers; override the methods for the events you need.

    Pass observers to a client as ``observers=[...]``. The client calls the methods directly, in the
    thread or task of the event: they must be fast, must not block, and must not use the client.
    Calls for different streams may run at the same time; so may the end of a stream, if another
    thread closes it. Methods for a stream run in a copy of the context (`contextvars`) in which you
    requested the stream. The client logs an exception of a method and continues.
    """

    def stream_started(self, stream: ObservedStream) -> None:
        """Called when a stream starts; for a context, on its first push."""

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        """Called when the consumer gets the first audio.

        Args:
            stream: The stream.
            seconds: Time from the start of the stream to the arrival of this audio.
        """

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        """Called when a stream restarts in a new context or with a new request.

        Args:
            stream: The stream.
            reason: ``rate_limited`` if the service answered 429 before any audio; ``replayed`` if
                the consumer had no audio yet; ``resumed`` if the stream continues after that audio.
            error: The failure that caused the restart.
        """

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        """Called when a stream was read to its end, failed or was closed.

        The client calls it once for each started stream; its statistics are then final. For a
        stream that you drop without closing it, another thread or task makes the call.

        Args:
            stream: The stream; ``stream.stats.outcome`` says how it ended.
            error: The error that the consumer gets, or None.
        """

    def listener_started(self, listener: ObservedListener) -> None:
        """Called when a listener starts."""

    def listener_restarted(self, listener: ObservedListener, error: APIError) -> None:
        """Called when a listener lost its connection, for the reason given, and opens another."""

    def listener_ended(self, listener: ObservedListener, error: Exception | None) -> None:
        """Called when a listener has ended; ``listener.stats.outcome`` says how.

        Args:
            listener: The listener; its statistics are final.
            error: The error that the consumer gets, or None.
        """

    def connection_opened(self, connection: ObservedConnection) -> None:
        """Called when a socket was opened."""

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        """Called when a socket was closed or lost; the cause says by whom and why."""

    def request_finished(self, request: ObservedRequest) -> None:
        """Called when an HTTP call has finished."""
