"""How the alpha says no: in text, or with the fields that are wrong."""

from __future__ import annotations

from aiohttp import web

from ..errors import ApiError

__all__ = ["InvalidError", "refusal"]


class InvalidError(ApiError):
    """Status 422: fields of a request are missing or not what they should be.

    Args:
        where: The place from the outside in, such as ``("body", "voice")``.
        message: What is wrong there.
        kind: The same for machines.
    """

    def __init__(
        self, where: tuple[str | int, ...], message: str, kind: str = "value_error"
    ) -> None:
        super().__init__(422, f"{'.'.join(map(str, where))}: {message}")
        self.detail: dict[str, object] = {"loc": list(where), "msg": message, "type": kind}


def refusal(error: ApiError, status: int) -> web.Response:
    """The response to a request of the alpha that is not granted: text, but for 422."""
    if isinstance(error, InvalidError):
        return web.json_response({"detail": [error.detail]}, status=status)
    return web.Response(
        status=status,
        reason=error.title.splitlines()[0] or None,
        text=error.message,
        headers=error.headers,
    )
