"""Errors that the generated code raises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx

from .types import DecodeError, Reader, T

if TYPE_CHECKING:
    from .models.error_info import ErrorInfo


class ApiStatusError(Exception):
    """The server answered with a status other than success.

    Attributes:
        status_code: HTTP status. It need not be a registered one.
        headers: Headers of the answer.
        content: Body of the answer, as it came but for credentials in it.
        body: The body as the API defines it, None where it is something else, such as a proxy's page.
    """

    def __init__(
        self, status_code: int, headers: httpx.Headers, content: bytes, body: ErrorInfo | None
    ) -> None:
        super().__init__(status_code, headers, content, body)
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.body = body

    def __str__(self) -> str:
        parts = [f"status {self.status_code}"]
        if self.body is not None:
            known = (self.body.error,)
            parts += [text for text in known if text]
        return ", ".join(parts)

    @classmethod
    def from_response(cls, response: httpx.Response, secret: str | None = None) -> ApiStatusError:
        """Make the error from an answer that was read. Any status, any body.

        Args:
            response: The answer.
            secret: Credentials of the request, which some servers repeat in the body. They are
                taken out.
        """
        content = response.content
        if secret:
            content = content.replace(secret.encode(), b"[secret]")
        return cls(response.status_code, response.headers, content, read_error(content))


class ResponseDecodeError(Exception):
    """The server answered with success, but not with what the API promises.

    Neither the message nor the traceback holds anything of the answer, which may be private.

    Attributes:
        operation: `operationId` of the request.
        reason: The first thing that was wrong and where, such as `data[0].id: missing`.
    """

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(operation, reason)
        self.operation = operation
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.operation}: {self.reason}"


class PagingError(Exception):
    """A list would never end, because the server sent a cursor again.

    Attributes:
        operation: `operationId` of the request.
    """

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self.operation = operation

    def __str__(self) -> str:
        return f"{self.operation}: the server sent the same cursor twice"


def read_error(content: bytes) -> ErrorInfo | None:
    """Return the body of a failed request, None if it is not what the API defines."""
    from .models.error_info import ErrorInfo

    try:
        return ErrorInfo.from_dict(json.loads(content))
    except (ValueError, RecursionError):  # not JSON, not text, or JSON of another shape
        return None


def decode(operation: str, response: httpx.Response, read: Reader[T]) -> T:
    """Read the JSON body of a success.

    Raises:
        ResponseDecodeError: If the body is not JSON or not of the promised shape.
    """
    try:
        return read(response.json())
    except DecodeError as error:
        reason = str(error)
    except (ValueError, RecursionError):
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        reason = f"the body is not JSON ({kind})"
    # Raised out here, so that the error has no context: a JSON error holds the whole body.
    raise ResponseDecodeError(operation, reason)


__all__ = ["ApiStatusError", "PagingError", "ResponseDecodeError", "read_error"]
