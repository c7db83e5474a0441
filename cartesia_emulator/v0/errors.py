"""Errors of v0: a text, or for 422 the fields that are wrong."""

from __future__ import annotations

from aiohttp import web

from ..errors import ApiError

__all__ = ["InvalidError", "refusal"]


class InvalidError(ApiError):
    """Status 422: fields of a request are missing or invalid.

    Args:
        where: The path to the field, such as ``("body", "voice")``.
        message: What is wrong with it.
        kind: The machine-readable type of the error.
    """

    def __init__(
        self, where: tuple[str | int, ...], message: str, kind: str = "value_error"
    ) -> None:
        super().__init__(422, f"{'.'.join(map(str, where))}: {message}")
        self.detail: dict[str, object] = {"loc": list(where), "msg": message, "type": kind}


def refusal(error: ApiError, status: int) -> web.Response:
    """Return the error response of v0: a text, or for 422 JSON."""
    if isinstance(error, InvalidError):
        return web.json_response({"detail": [error.detail]}, status=status)
    return web.Response(
        status=status,
        reason=error.title.splitlines()[0] or None,
        text=error.message,
        headers=error.headers,
    )
