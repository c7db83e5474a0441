"""Interface between the generated operations and a transport.

An operation passes two functions to a `Sender`: one builds the `Request`, the other one parses the
`Response`. The sender handles connections, credentials, retries and error classes, also for an
`EncodeError`, which building raises for an argument that cannot be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypedDict, TypeVar

import msgspec

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from .downloads import AsyncDownload, Download
    from .errors import PagingError, ResponseDecodeError
    from .files import FileContent, RequestFiles

T = TypeVar("T")

Progress: TypeAlias = Callable[[int, int | None], object]
"""Function called with the bytes sent or received so far, and the total, or None if unknown."""

_IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})


class PhaseTimeouts(Protocol):
    """Seconds for each phase of a call, such as an `httpx.Timeout`; None means no deadline."""

    @property
    def connect(self) -> float | None:
        """Seconds to open a connection."""

    @property
    def read(self) -> float | None:
        """Seconds for each wait for the response."""

    @property
    def write(self) -> float | None:
        """Seconds for each send."""

    @property
    def pool(self) -> float | None:
        """Seconds for a free connection of the pool."""


class RequestOptions(TypedDict, total=False):
    """Options of one call; they override those of its sender.

    Attributes:
        timeout: Seconds for each phase of the call: one number for all, or one for each. None means
            no deadline.
        headers: More headers to send. They override those of the sender.
        extra_query: Parameters to add to the query, such as those that are newer than this client.
            They replace parameters of the same name.
        extra_body: Fields to add to the body: members of the JSON object, or parts of the form.
            They replace fields of the same name; JSON objects are merged.
        extra_headers: As ``headers``; they win over those.
        idempotent: Whether the sender may retry the call after a failure with unknown effect.
        max_retries: Maximum number of retries, if the sender retries calls.
        progress: Called with the bytes of the body sent so far and the total, which includes the
            framing of a form. A retry starts again from 0. If it raises an exception, the call
            fails with it.
    """

    timeout: float | PhaseTimeouts | None
    headers: Mapping[str, str]
    extra_query: Mapping[str, object]
    extra_body: Mapping[str, object]
    extra_headers: Mapping[str, str]
    idempotent: bool
    max_retries: int
    progress: Progress


def _can_be_read_again(content: FileContent) -> bool:
    if isinstance(content, bytes):
        return True
    try:
        return content.seekable()
    except (AttributeError, ValueError):  # the file has only `read`, or is closed
        return False


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One call of an operation, ready to be sent.

    At most one of `json`, `files` and `content` is set.

    Attributes:
        operation: `operationId` in the OpenAPI document.
        method: HTTP method.
        path: Path below the base URL, each segment percent-encoded.
        params: Names and values of the query string.
        headers: Headers of the operation.
        accept: Media type of a successful response.
        json: Body as a JSON object.
        files: Body as the parts of a multipart form. The sender picks a random boundary.
        content: Body as bytes.
        idempotent: Whether sending it twice has the same effect as sending it once. Default: True
            for GET, HEAD, PUT and DELETE.
    """

    operation: str
    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    accept: str = "*/*"
    json: Mapping[str, object] | None = None
    files: RequestFiles | None = None
    content: bytes | None = None
    idempotent: bool | None = None

    def __post_init__(self) -> None:
        if self.idempotent is None:
            is_idempotent = self.method in _IDEMPOTENT_METHODS
            msgspec.structs.force_setattr(self, "idempotent", is_idempotent)

    def __repr__(self) -> str:
        return f"Request({self.operation}: {self.method} {self.path})"

    @property
    def replayable(self) -> bool:
        """Whether the body can be sent again: a file can be rewound, a pipe cannot."""
        return all(_can_be_read_again(content) for _, (_, content, _) in self.files or [])


class Response(Protocol):
    """A successful response with its whole body, such as an `httpx.Response`."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers; their names are case-insensitive."""
        ...

    @property
    def content(self) -> bytes:
        """The body."""
        ...

    @property
    def text(self) -> str:
        """The body as text."""
        ...


class Sender(Protocol):
    """Sends requests and blocks until the server has answered."""

    def call(
        self,
        build: Callable[[], Request],
        parse: Callable[[Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Build and send a request; return its parsed 2xx response, or raise for any other."""
        ...

    def refuse(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return the sender's exception for a response that breaks the API's contract."""
        ...

    def stream(
        self, build: Callable[[], Request], options: RequestOptions | None = None
    ) -> AbstractContextManager[Download]:
        """Build and send a request; yield its 2xx response as soon as the headers are there."""
        ...


class AsyncSender(Protocol):
    """Sends requests and waits for the answers in an event loop."""

    async def call(
        self,
        build: Callable[[], Request],
        parse: Callable[[Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        """Build and send a request; return its parsed 2xx response, or raise for any other."""
        ...

    def refuse(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return the sender's exception for a response that breaks the API's contract."""
        ...

    def stream(
        self, build: Callable[[], Request], options: RequestOptions | None = None
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Build and send a request; yield its 2xx response as soon as the headers are there."""
        ...
