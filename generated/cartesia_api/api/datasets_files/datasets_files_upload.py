"""POST /datasets/{id}/files: Upload a file to a dataset."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.upload_dataset_file_request import UploadDatasetFileRequest

OPERATION: Final = "datasets_files_upload"


def build_request(*, id: str, body: UploadDatasetFileRequest) -> Request:
    """Return the request.

    Args:
        id: Id of the dataset.
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path=f"/datasets/{encode_segment('id', id)}/files",
        files=body.to_multipart(),
        accept="*/*",
    )


def parse(response: Response) -> None:
    """Return nothing, because a success has no body."""
