"""One HTTP exchange: who asks, what for, and how the answer leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aiohttp import web

from ..errors import ApiError
from .mangle import encode_json
from .multipart import Form
from .requests import decode

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..faults import Fault
    from .recording import RecordedRequest

__all__ = ["Call"]

T = TypeVar("T")
_JSON = "application/json"


class Call:
    """A request with what the server knows about it."""

    def __init__(self, request: web.Request, request_id: str, record: RecordedRequest) -> None:
        self.request = request
        self.id = request_id
        self.record = record
        self.faults: tuple[Fault, ...] = ()
        self.response: web.StreamResponse | None = None

    def begin(self, response: web.StreamResponse) -> None:
        """Note that this response is about to leave, piece by piece."""
        self.response = response
        self.record.status = response.status
        response.headers["X-Request-ID"] = self.id

    @property
    def body(self) -> bytes:
        """The whole body."""
        return self.record.body

    def read(self, kind: type[T]) -> T:
        """The JSON body as a request of that kind.

        Raises:
            ApiError: 415 for a body said to be something else, 400 for one that does not fit.
        """
        if "Content-Type" in self.request.headers and self.request.content_type != _JSON:
            raise ApiError(415, f"Send this request as {_JSON}.")
        return decode(self.body, kind)

    def form(self) -> Form:
        """The multipart body."""
        return Form(self.request.headers.get("Content-Type", ""), self.body)

    def path(self, name: str) -> str:
        """A variable of the path."""
        return self.request.match_info[name]

    @property
    def origin(self) -> str:
        """Scheme, host and port as the client wrote them."""
        return f"{self.request.scheme}://{self.request.host}"

    def find(self, name: str) -> Fault | None:
        """The fault of that name, if it strikes here."""
        return next((fault for fault in self.faults if fault.name == name), None)

    def query(self, name: str) -> str | None:
        """A text from the query; empty is absent, other than for numbers, truth and choices."""
        return self.request.query.get(name) or None

    def query_all(self, name: str) -> list[str]:
        """A repeated query member, with or without brackets."""
        query = self.request.query
        return [*query.getall(f"{name}[]", []), *query.getall(name, [])]

    def query_int(self, name: str) -> int | None:
        """A whole number from the query."""
        value = self.request.query.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise ApiError(400, f"{name}: {value!r} is not a whole number.") from None

    def query_bool(self, name: str) -> bool | None:
        """A truth value from the query."""
        value = self.request.query.get(name)
        if value is not None and value.lower() not in ("true", "false"):
            raise ApiError(400, f"{name}: {value!r} is neither true nor false.")
        return None if value is None else value.lower() == "true"

    def query_choice(self, name: str, allowed: Collection[str]) -> str | None:
        """One of a closed list from the query."""
        value = self.request.query.get(name)
        if value is not None and value not in allowed:
            raise ApiError(400, f"{name}: {value!r} is not one of {', '.join(allowed)}.")
        return value

    def json(
        self,
        value: dict[str, object] | list[object],
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        """A JSON response, mangled if a fault says so."""
        payload = encode_json(value, self.faults)
        if self.find("bad-json"):
            payload = payload[: len(payload) // 2]
        return web.Response(status=status, body=payload, content_type=_JSON, headers=headers)
