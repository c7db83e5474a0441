"""Exceptions of the client.

    CartesiaError                            .retryable
    ├── ConfigurationError (ValueError)      your call cannot work; raised before any byte is sent
    ├── LocalStateError (RuntimeError)       a call at a wrong time: a push after no_more_inputs
    ├── DamagedAudioError (ValueError)       .at .position: where the file that you gave is damaged
    ├── BufferOverflowError                  you read audio too slowly; the buffer is full
    └── APIError                             .message .request_id .context_id
        ├── APIConnectionError               the network failed
        │   ├── APITimeoutError (TimeoutError)   .phase: which deadline passed
        │   ├── ConnectionClosedError        .code .reason: who closed the socket, and why
        │   ├── StreamTruncatedError         .chunks .nbytes: audio received before the break
        │   └── TranscriptTruncatedError     .start .end: audio whose text is incomplete
        ├── RemoteProtocolError              the service broke the API's contract
        └── APIStatusError                   .status_code .error_code .title .doc_url .body
            └── BadRequestError · AuthenticationError · PermissionDeniedError · NotFoundError ·
                ConflictError · UnprocessableEntityError · RateLimitError · InternalServerError

The class says what went wrong, whatever the transport: a socket handshake answered with 401 raises
`AuthenticationError`, as an HTTP call does. No message contains the API key, even if the server
echoes it.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal, TypeVar

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
    "DamagedAudioError",
    "InternalServerError",
    "LocalStateError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RemoteProtocolError",
    "StreamTruncatedError",
    "TimeoutPhase",
    "TranscriptTruncatedError",
    "UnprocessableEntityError",
]

TimeoutPhase = Literal[
    "connect",
    "pool",
    "queue",
    "read",
    "write",
    "first_audio",
    "idle",
    "input",
    "final",
    "drain",
    "close",
]
"""Names of the deadlines, as in `Timeouts`."""


_E = TypeVar("_E", bound="CartesiaError")


class CartesiaError(Exception):
    """Base class of the exceptions of this package; they can be pickled and copied."""

    def __reduce__(self) -> tuple[object, ...]:
        # The default calls the class with `args`, which lack the keyword arguments.
        return _restored, (type(self), self.args, vars(self))

    @property
    def retryable(self) -> bool:
        """Whether the same call, unchanged, may succeed later."""
        return False


def _restored(kind: type[_E], args: tuple[object, ...], state: dict[str, object]) -> _E:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(state)
    return error


class ConfigurationError(CartesiaError, ValueError):
    """A wrong argument, option or environment variable; the client sent nothing.

    Attributes:
        option: The argument, field or environment variable to change, if known.
    """

    def __init__(self, message: str, *, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


class LocalStateError(CartesiaError, RuntimeError):
    """A call that the current state of the stream or client does not allow.

    Attributes:
        context_id: The context of the call, if any.
    """

    def __init__(self, message: str, *, context_id: str | None = None) -> None:
        super().__init__(message)
        self.context_id = context_id


class DamagedAudioError(CartesiaError, ValueError):
    """A file that a listener reads is damaged; everything before the damage was heard.

    Attributes:
        at: Seconds of audio before the damage.
        position: The first byte of the file that cannot be used.
        delivered: The text that was heard.
    """

    def __init__(
        self, message: str, *, at: float = 0.0, position: int = 0, delivered: str | None = None
    ) -> None:
        super().__init__(message)
        self.at = at
        self.position = position
        self.delivered = delivered


class BufferOverflowError(CartesiaError):
    """The buffer of unread audio is full, because the consumer reads too slowly.

    Attributes:
        limit: Maximum size of the buffer, in bytes; see ``max_buffer_bytes``.
        context_id: The context whose buffer is full.
    """

    def __init__(self, message: str, *, limit: int = 0, context_id: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.context_id = context_id


class APIError(CartesiaError):
    """The service or the connection to it failed; base class of both kinds of error.

    Attributes:
        message: What happened, without the ids.
        request_id: The service's id of the request; quote it to support.
        context_id: The context that failed, if any.
        delivered: If speech broke off, the start of the text whose audio you got in full. Exact
            with timestamps, otherwise estimated. If a listener broke off, the text that it heard.
        remaining: The rest of that text, still to be spoken.
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
    """The network failed, or the service closed the connection.

    Attributes:
        request_sent: False if the connection failed before any byte of the request was sent, so
            that the service certainly did nothing.
        passing: Whether the failure may be temporary. False for an untrusted certificate, and for a
            host that does not exist.
    """

    request_sent: bool = True
    passing: bool = True

    @property
    def retryable(self) -> bool:
        """Same as `passing`. A retry of a call that creates something may create it twice."""
        return self.passing


class APITimeoutError(APIConnectionError, TimeoutError):
    """A deadline passed; see `Timeouts`.

    Attributes:
        phase: Which deadline: ``connect``, ``pool``, ``queue`` (for a slot of the plan), ``read``,
            ``write``, ``first_audio``, ``idle`` (for the next event), ``input`` (for your next
            push), ``final`` and ``drain`` (for the text of a listener) or ``close``.
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
    """The socket closed before a context could be opened or was done.

    Attributes:
        code: WebSocket close code; 1006 if the connection was lost without a close frame.
        reason: Reason in the close frame, often empty.
        by: Who closed the socket: ``local`` (this client) or ``remote`` (the service).
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
    """A stream ended before its last event, so that the audio is incomplete.

    Attributes:
        chunks: Audio chunks that were received.
        nbytes: Bytes of audio that were received.
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


class TranscriptTruncatedError(APIConnectionError):
    """A listener lost its connection before all audio was heard, and no other one could go on.

    The text that it heard is `delivered`.

    Attributes:
        start: Start of the audio whose text is incomplete, in seconds.
        end: End of that audio.
    """

    def __init__(
        self,
        message: str,
        *,
        start: float = 0.0,
        end: float = 0.0,
        request_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id, context_id=context_id)
        self.start = start
        self.end = end


class RemoteProtocolError(APIError):
    """The service broke the API's contract. The message does not contain the payload.

    Attributes:
        passing: Whether the failure may be temporary: a message that cannot be read.
    """

    passing: bool = False

    @property
    def retryable(self) -> bool:
        """Same as `passing`."""
        return self.passing


class APIStatusError(APIError):
    """The service answered with an error, in an HTTP response or an error frame.

    Attributes:
        status_code: HTTP status of the response or in the frame; 0 if the frame has none.
        error_code: The service's code, such as ``voice_not_found``, or None. The service adds new
            codes without notice.
        title: Short name of the error.
        doc_url: Link to the documentation of the error, or None.
        body: The start of the response's text; None for an error frame.
        retry_after: Seconds that the service asked to wait, or None.
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
        """Whether the status is 408, 409, 429 or 5xx."""
        return self.status_code in self._RETRYABLE or self.status_code >= 500

    @staticmethod
    def class_for(status_code: int) -> type[APIStatusError]:
        """Return the exception class for an HTTP status."""
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
    """404: the voice, accent, route or other object does not exist."""


class ConflictError(APIStatusError):
    """409: the object is in a state that does not allow this."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed, but the service cannot process it."""


class RateLimitError(APIStatusError):
    """429: too many requests or contexts, or no credits; `retry_after` says how long to wait."""

    @property
    def concurrency_limited(self) -> bool:
        """Whether the plan's limit on concurrent contexts was reached, so that a slot may help.

        The code says so. In an answer without a code, as older API versions send it, the text does.
        """
        if self.error_code is not None:
            return self.error_code.casefold() == "concurrency_limited"
        return "concurren" in f"{self.title} {self.message}".casefold()


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
