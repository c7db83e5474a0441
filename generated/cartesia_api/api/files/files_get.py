"""GET /files/{id}: Get what is known about one stored file."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.stored_file import StoredFile

OPERATION: Final = "files_get"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the file, such as `file_...`.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/files/{encode_segment('id', id)}",
        accept="application/json",
    )


def parse(response: Response) -> StoredFile:
    """Read the body of a success.

    Raises:
        ResponseDecodeError: If the body is not what the document promises.
    """
    return decode(OPERATION, response, StoredFile.from_dict)
