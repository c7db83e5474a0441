"""DELETE /pronunciation-dicts/{id}: Delete a pronunciation dictionary."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Response, Sender

OPERATION: Final = "pronunciation_dicts_delete"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the pronunciation dictionary.
    """
    return Request(
        operation=OPERATION,
        method="DELETE",
        path=f"/pronunciation-dicts/{encode_segment('id', id)}",
        accept="*/*",
    )


def parse(response: Response) -> None:
    """Return nothing, because a success has no body."""


def sync(*, client: Sender, id: str, options: RequestOptions | None = None) -> None:
    """Call the operation."""
    return client.call(build_request(id=id), parse, options)


async def asyncio(*, client: AsyncSender, id: str, options: RequestOptions | None = None) -> None:
    """Call the operation asynchronously."""
    return await client.call(build_request(id=id), parse, options)
