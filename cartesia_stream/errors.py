"""What can go wrong, by whose fault it is.

    CartesiaError                            .retryable
    ├── ConfigurationError (ValueError)      your call cannot work; raised before a byte is sent
    ├── LocalStateError (RuntimeError)       an illegal move, such as a push after no_more_inputs
    ├── BufferOverflowError                  the consumer fell too far behind the service
    └── APIError                             .message .request_id .context_id
        ├── APIConnectionError               the network
        │   ├── APITimeoutError (TimeoutError)   .phase: what was waited for
        │   ├── ConnectionClosedError        .code .reason: who closed the socket, and why
        │   └── StreamTruncatedError         .chunks .nbytes: what came before a stream broke off
        ├── RemoteProtocolError              the peer broke the contract
        └── APIStatusError                   .status_code .error_code .title .doc_url .body
            └── BadRequestError · AuthenticationError · PermissionDeniedError · NotFoundError ·
                ConflictError · UnprocessableEntityError · RateLimitError · InternalServerError

The class says what went wrong and never which transport met it: a socket handshake refused with
401 raises `AuthenticationError`, as an HTTP call does. No message carries the API key, even when
the server echoes it.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "BufferOverflowError",
    "CartesiaError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionClosedError",
    "InternalServerError",
    "LocalStateError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RemoteProtocolError",
    "StreamTruncatedError",
    "TimeoutPhase",
    "UnprocessableEntityError",
]

TimeoutPhase = Literal[
    "connect", "pool", "queue", "read", "write", "first_audio", "idle", "input", "close"
]


class CartesiaError(Exception):
    """Base of everything this package raises on purpose."""

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later, unchanged."""
        return False


class ConfigurationError(CartesiaError, ValueError):
    """The call cannot work as it stands; nothing was sent.

    Attributes:
        option: The argument, field or environment variable to change.
    """

    def __init__(self, message: str, *, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


class LocalStateError(CartesiaError, RuntimeError):
    """A move that the present state does not allow.

    Attributes:
        context_id: The context it was tried on, if any.
    """

    def __init__(self, message: str, *, context_id: str | None = None) -> None:
        super().__init__(message)
        self.context_id = context_id


class BufferOverflowError(CartesiaError):
    """Audio arrived faster than it was consumed, past the bound of the buffer.

    Attributes:
        limit: The bound, in bytes; see ``max_buffer_bytes``.
        context_id: The context whose buffer is full.
    """

    def __init__(self, message: str, *, limit: int = 0, context_id: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.context_id = context_id


class APIError(CartesiaError):
    """The service, or the way to it, failed.

    Attributes:
        message: What happened, as a sentence.
        request_id: The service's id of the request; quote it to support.
        context_id: The context it concerns, if one.
        delivered: The start of the text whose audio was handed out in full, where a speech broke
            off. Exact with timestamps, otherwise estimated.
        remaining: The rest of that text.
    """

    delivered: str | None = None
    remaining: str | None = None

    def __init__(
        self, message: str, *, request_id: str | None = None, context_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.context_id = context_id

    def __str__(self) -> str:
        ids = (("request_id", self.request_id), ("context_id", self.context_id))
        known = ", ".join(f"{name} {value}" for name, value in ids if value)
        return f"{self.message} ({known})" if known else self.message


class APIConnectionError(APIError):
    """The network failed, or the peer went away.

    Attributes:
        request_sent: False when it failed before any byte of the request could leave, so that the
            service certainly did nothing.
        passing: Whether the same may work later. False for a certificate that is not trusted, and
            for a host that does not exist.
    """

    request_sent: bool = True
    passing: bool = True

    @property
    def retryable(self) -> bool:
        """`passing`: the network may recover. Repeat a call that creates something knowingly."""
        return self.passing


class APITimeoutError(APIConnectionError, TimeoutError):
    """A deadline passed.

    Attributes:
        phase: What was waited for: ``connect``, ``pool``, ``queue`` (a slot of the plan),
            ``read``, ``write``, ``first_audio``, ``idle`` (the next event), ``input`` (your next
            push) or ``close``.
        seconds: The deadline, if known.
    """

    def __init__(
        self,
        message: str,
        *,
        phase: TimeoutPhase = "read",
        seconds: float | None = None,
        request_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id, context_id=context_id)
        self.phase: TimeoutPhase = phase
        self.seconds = seconds


class ConnectionClosedError(APIConnectionError):
    """The socket closed under a context that was not finished, or before one was opened.

    Attributes:
        code: WebSocket close code; 1006 when the peer vanished without a close frame.
        reason: The peer's reason, often empty.
        by: Who closed: ``local`` or ``remote``.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int = 1006,
        reason: str = "",
        by: Literal["local", "remote"] = "remote",
        request_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id, context_id=context_id)
        self.code = code
        self.reason = reason
        self.by: Literal["local", "remote"] = by


class StreamTruncatedError(APIConnectionError):
    """A stream ended before its terminal event: what arrived is not the whole.

    Attributes:
        chunks: Audio chunks received before the end.
        nbytes: Bytes of audio received before the end.
    """

    def __init__(
        self,
        message: str,
        *,
        chunks: int = 0,
        nbytes: int = 0,
        request_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id, context_id=context_id)
        self.chunks = chunks
        self.nbytes = nbytes


class RemoteProtocolError(APIError):
    """The peer sent something that the API does not allow; the payload is not in the message."""


class APIStatusError(APIError):
    """The service answered with an error, over HTTP or in a frame.

    Attributes:
        status_code: HTTP status, of the response or given in the frame.
        error_code: Such as ``voice_not_found``; None where the service gave none. New values
            appear without notice.
        title: Short name of the error.
        doc_url: Where the error is documented, if the service said.
        body: The start of the response's text; None for an error frame of a socket.
        retry_after: Seconds that the service asked to wait, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 0,
        error_code: str | None = None,
        title: str | None = None,
        doc_url: str | None = None,
        body: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id, context_id=context_id)
        self.status_code = status_code
        self.error_code = error_code
        self.title = title
        self.doc_url = doc_url
        self.body = body
        self.retry_after = retry_after

    _RETRYABLE: ClassVar[frozenset[int]] = frozenset({408, 409, 429})

    @property
    def retryable(self) -> bool:
        """True for 408, 409, 429 and every 5xx."""
        return self.status_code in self._RETRYABLE or self.status_code >= 500

    @staticmethod
    def class_for(status_code: int) -> type[APIStatusError]:
        """The most exact class for a status."""
        if status_code >= 500:
            return InternalServerError
        return _BY_STATUS.get(status_code, APIStatusError)

    def __str__(self) -> str:
        label = " ".join(str(part) for part in (self.status_code, self.error_code) if part)
        return f"{label}: {super().__str__()}" if label else super().__str__()


class BadRequestError(APIStatusError):
    """400: the request is malformed or its values do not fit together."""


class AuthenticationError(APIStatusError):
    """401: the API key or token is missing, unknown or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the key is known but may not do this."""


class NotFoundError(APIStatusError):
    """404: no such voice, accent, route or other object."""


class ConflictError(APIStatusError):
    """409: the object is in a state that does not allow this."""


class UnprocessableEntityError(APIStatusError):
    """422: well-formed, but the service cannot process it."""


class RateLimitError(APIStatusError):
    """429: too many requests or contexts at once; `retry_after` says how long to wait."""


class InternalServerError(APIStatusError):
    """5xx: the service failed."""


_BY_STATUS: Final[dict[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
