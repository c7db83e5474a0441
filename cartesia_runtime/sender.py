"""Interface between the generated operations and a transport.

An operation passes two functions to a `Sender`: one builds the `Request`, the other one parses the
`Response`. The sender handles connections, credentials, retries and error classes, also for an
`EncodeError`, which building raises for an argument that cannot be sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from .downloads import AsyncDownload, Download
    from .errors import PagingError, ResponseDecodeError
    from .files import FileContent, RequestFiles
    from .options import RequestOptions

T = TypeVar("T")

_IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})


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
        idempotent: Whether sending it twice has the same effect as sending it once; None leaves
            that to the method.
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

    def __repr__(self) -> str:
        return f"Request({self.operation}: {self.method} {self.path})"

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice has the same effect as sending it once.

        It is so for GET, HEAD, PUT and DELETE, unless the operation says otherwise.
        """
        return self.method in _IDEMPOTENT_METHODS if self.idempotent is None else self.idempotent

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

    def malformed_error(self, error: ResponseDecodeError | PagingError) -> Exception:
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

    def malformed_error(self, error: ResponseDecodeError | PagingError) -> Exception:
        """Return the sender's exception for a response that breaks the API's contract."""
        ...

    def stream(
        self, build: Callable[[], Request], options: RequestOptions | None = None
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Build and send a request; yield its 2xx response as soon as the headers are there."""
        ...
