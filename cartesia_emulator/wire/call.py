"""`Call`: one HTTP request, its faults, and its response."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aiohttp import web

from ..catalog import VERSIONS
from ..errors import ApiError
from .mangle import encode_json
from .multipart import Form
from .requests import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..faults import Fault
    from .recording import RecordedRequest

__all__ = ["Call"]

T = TypeVar("T")
_JSON = "application/json"


class Call:
    """One HTTP request or websocket handshake, with readers for its body, path and query."""

    def __init__(self, request: web.Request, request_id: str, record: RecordedRequest) -> None:
        self.request = request
        self.id = request_id
        self.record = record
        self.faults: tuple[Fault, ...] = ()
        self.response: web.StreamResponse | None = None
        self.body: bytes = b""
        """The whole body, until the response starts."""
        self._drop_upload: Callable[[], None] | None = None

    @property
    def version(self) -> str:
        """Version of the API that the request names, the newest if it names none."""
        named = self.request.headers.get("Cartesia-Version")
        if "Upgrade" in self.request.headers:
            named = self.request.query.get("cartesia_version", named)
        return named or VERSIONS[-1]

    @property
    def plain_errors(self) -> bool:
        """Whether errors are texts, as they were in versions before they had a structure."""
        return self.version in VERSIONS and self.version < "2026-03-01"

    @property
    def holds_upload(self) -> bool:
        """Whether the body is one of the large ones whose number is limited."""
        return self._drop_upload is not None

    def hold_upload(self, drop: Callable[[], None]) -> None:
        """Take one of the places of large bodies; ``drop`` gives it back."""
        self._drop_upload = drop

    def drop_upload(self) -> None:
        """Forget the body and give its place back."""
        self.body = b""
        drop, self._drop_upload = self._drop_upload, None
        if drop is not None:
            drop()

    def begin(self, response: web.StreamResponse) -> None:
        """Note that a streamed response is about to start."""
        self.drop_upload()
        self.response = response
        self.record.status = response.status
        response.headers["X-Request-ID"] = self.id

    def read(self, kind: type[T]) -> T:
        """Decode the JSON body to a type.

        Raises:
            ApiError: 415 for another content type, 400 for an invalid body.
        """
        if "Content-Type" in self.request.headers and self.request.content_type != _JSON:
            raise ApiError(415, f"Send this request as {_JSON}.")
        return decode(self.body, kind)

    def form(self) -> Form:
        """Parse the multipart body."""
        return Form(self.request.headers.get("Content-Type", ""), self.body)

    def path(self, name: str) -> str:
        """Return a variable of the path."""
        return self.request.match_info[name]

    @property
    def origin(self) -> str:
        """Scheme, host and port as the client wrote them."""
        return f"{self.request.scheme}://{self.request.host}"

    def find(self, name: str) -> Fault | None:
        """Return the fault of that name, if the request has it."""
        return next((fault for fault in self.faults if fault.name == name), None)

    def query(self, name: str) -> str | None:
        """Read a text from the query; an empty one counts as absent."""
        return self.request.query.get(name) or None

    def query_all(self, name: str) -> list[str]:
        """Read a repeated query member, with or without brackets."""
        query = self.request.query
        return [*query.getall(f"{name}[]", []), *query.getall(name, [])]

    def query_int(self, name: str) -> int | None:
        """Read a whole number from the query."""
        value = self.request.query.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise ApiError(400, f"{name}: {value!r} is not a whole number.") from None

    def query_bool(self, name: str) -> bool | None:
        """Read a boolean from the query."""
        value = self.request.query.get(name)
        if value is not None and value.lower() not in ("true", "false"):
            raise ApiError(400, f"{name}: {value!r} is neither true nor false.")
        return None if value is None else value.lower() == "true"

    def query_choice(self, name: str, allowed: Collection[str]) -> str | None:
        """Read one of a fixed list of values from the query."""
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
        """Make a JSON response, with the faults of the request applied."""
        payload = encode_json(value, self.faults)
        if self.find("bad-json"):
            payload = payload[: len(payload) // 2]
        return web.Response(status=status, body=payload, content_type=_JSON, headers=headers)
