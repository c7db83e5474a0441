"""DELETE /fine-tunes/{id}: Delete a fine-tune."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

OPERATION: Final = "fine_tunes_delete"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the fine-tune.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="DELETE",
        path=f"/fine-tunes/{encode_segment('id', id)}",
        accept="*/*",
    )


def parse(response: Response) -> None:
    """Return nothing, because a success has no body."""
