"""`ApiError`: an error that a client sees, as a response or as a frame."""

from __future__ import annotations

from http import HTTPStatus

__all__ = ["ApiError", "reason"]


def reason(status: int) -> str:
    """Return the standard phrase of an HTTP status, also for numbers without one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Error"


class ApiError(Exception):
    """An error for the client.

    Attributes:
        status: HTTP status, also the ``status_code`` of error frames.
        message: A sentence for a person; names the field at fault.
        code: Machine-readable code, or None where the service has none.
        headers: Response headers that go with it, such as ``Retry-After``.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        title: str | None = None,
        doc_url: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.title: str = title or reason(status)
        self.doc_url = doc_url
        self.headers: dict[str, str] = headers or {}

    @property
    def text(self) -> str:
        """The whole error as one text, as older versions of the API send it."""
        return f"{self.title}: {self.message}"

    def body(self, request_id: str) -> dict[str, object]:
        """Return the JSON body of the response."""
        fields: dict[str, object] = {
            "error_code": self.code,
            "title": self.title,
            "message": self.message,
            "request_id": request_id,
        }
        if self.doc_url is not None:
            fields["doc_url"] = self.doc_url
        return fields

    def frame(self, request_id: str, context_id: str | None = None) -> dict[str, object]:
        """Return the error frame of a websocket or event stream, which ends its context."""
        fields: dict[str, object] = {"type": "error", "done": True, "status_code": self.status}
        fields |= self.body(request_id)
        if context_id is not None:
            fields["context_id"] = context_id
        return fields
