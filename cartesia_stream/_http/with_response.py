"""The result of a call together with the status and the headers of its response."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

import msgspec

from .._protocol.faults import request_id_of
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

__all__ = ["Response"]

T = TypeVar("T")


class Response(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """The result of a call with the details of its HTTP response; see `Cartesia.with_response`.

    Attributes:
        data: The value that the call returns.
        status_code: HTTP status.
        headers: Headers; names ignore case, and the values of a repeated name are joined.
        request_id: Id that the service gave the request, or None.
    """

    data: T
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None


class ResponseRecorder:
    """Context manager that records the last HTTP response of the calls inside it.

    Attributes:
        response: The last successful response; None before the first.
    """

    _current: Final[ContextVar[ResponseRecorder | None]] = ContextVar(
        "cartesia_watch", default=None
    )

    def __init__(self) -> None:
        self.response: httpx.Response | None = None

    @classmethod
    def note(cls, response: httpx.Response) -> None:
        """Give a successful response to the active recorder, if there is one."""
        recorder = cls._current.get()
        if recorder is not None:
            recorder.response = response

    def __enter__(self) -> Self:
        self._token = self._current.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._current.reset(self._token)

    def answer(self, data: T) -> Response[T]:
        """Return the result of a call with the details of its response.

        Raises:
            ConfigurationError: If the call sent no HTTP request.
        """
        response = self.response
        if response is None:
            raise ConfigurationError("the call sent no HTTP request, so it has no response")
        return Response(
            data=data,
            status_code=response.status_code,
            headers=response.headers,
            request_id=request_id_of(response.headers),
        )
