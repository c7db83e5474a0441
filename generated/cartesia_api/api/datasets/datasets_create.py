"""POST /datasets/: Create an empty dataset."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.dataset import Dataset
from ...models.dataset_request import DatasetRequest

OPERATION: Final = "datasets_create"


def build_request(*, body: DatasetRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/datasets/",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> Dataset:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Dataset.from_dict)
