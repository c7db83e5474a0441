"""GET /datasets/{id}: Get one dataset."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.dataset import Dataset

OPERATION: Final = "datasets_retrieve"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the dataset.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/datasets/{encode_segment('id', id)}",
        accept="application/json",
    )


def parse(response: Response) -> Dataset:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Dataset.from_dict)
