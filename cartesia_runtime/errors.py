"""Errors inside operations, which a sender turns into its own exceptions."""

from __future__ import annotations

from typing import Self


class _PlacedError(ValueError):
    """A problem of a value inside another value.

    Attributes:
        reason: What is wrong; it does not quote the value.
        place: Where the value is, such as `data[0].id`. Empty for the whole value.
    """

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason, place)
        self.reason = reason
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason

    def inside(self, outer: str) -> Self:
        """Return the error with `outer`, the enclosing field or item, added to its place."""
        dot = "." if self.place and not self.place.startswith("[") else ""
        return type(self)(self.reason, f"{outer}{dot}{self.place}")


class DecodeError(_PlacedError):
    """A JSON value does not match the API's schema."""


class EncodeError(_PlacedError):
    """An argument cannot be sent, such as text with half a character."""


class ResponseDecodeError(Exception):
    """The body of a successful response does not match the API's schema.

    Neither the message nor the traceback contains the body, which may be private.

    Attributes:
        operation: `operationId` of the request.
        reason: The first problem and its place, such as `data[0].id: missing`.
    """

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(operation, reason)
        self.operation = operation
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.operation}: {self.reason}"


class PagingError(Exception):
    """The server sent the same cursor twice, so that the list would never end.

    Attributes:
        operation: `operationId` of the request.
    """

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self.operation = operation

    def __str__(self) -> str:
        return f"{self.operation}: the server sent the same cursor twice"
