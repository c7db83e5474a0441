"""What a call tells besides its result: the status and the headers of the response."""

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
    """The result of a call with what came around it; see `Cartesia.with_response`.

    Attributes:
        data: What the call returns.
        status_code: HTTP status.
        headers: Headers, whatever the case of their names; those of a repeated name are joined.
        request_id: The service's id of the request, if it gave one.
    """

    data: T
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None


class ResponseRecorder:
    """Notes the last response of what is called within it; a context manager.

    Attributes:
        response: The response, once there is one.
    """

    _current: Final[ContextVar[ResponseRecorder | None]] = ContextVar(
        "cartesia_watch", default=None
    )

    def __init__(self) -> None:
        self.response: httpx.Response | None = None

    @classmethod
    def note(cls, response: httpx.Response) -> None:
        """Tell whoever watches of a success."""
        recorder = cls._current.get()
        if recorder is not None:
            recorder.response = response

    def __enter__(self) -> Self:
        self._token = self._current.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._current.reset(self._token)

    def answer(self, data: T) -> Response[T]:
        """The result with its response.

        Raises:
            ConfigurationError: If nothing was sent, or not over HTTP.
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
