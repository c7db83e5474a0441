"""DELETE /datasets/{id}/files/{file_id}: Remove a file from a dataset."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

OPERATION: Final = "datasets_files_delete"


def build_request(*, id: str, file_id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the dataset.
        file_id: Id of the file.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="DELETE",
        path=f"/datasets/{encode_segment('id', id)}/files/{encode_segment('file_id', file_id)}",
        accept="*/*",
    )


def parse(response: Response) -> None:
    """Return nothing, because a success has no body."""
