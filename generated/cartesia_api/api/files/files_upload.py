"""POST /files: Store a file."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.stored_file import StoredFile
from ...models.upload_file_request import UploadFileRequest

OPERATION: Final = "files_upload"


def build_request(*, body: UploadFileRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/files",
        files=body.to_multipart(),
        accept="application/json",
    )


def parse(response: Response) -> StoredFile:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, StoredFile.from_dict)
