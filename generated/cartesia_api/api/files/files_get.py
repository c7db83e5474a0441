"""GET /files/{id}: Get the metadata of one stored file."""

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

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/files/{encode_segment('id', id)}",
        accept="application/json",
    )


def parse(response: Response) -> StoredFile:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, StoredFile.from_dict)
