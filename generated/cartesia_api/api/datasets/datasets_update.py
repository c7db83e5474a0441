"""PATCH /datasets/{id}: Change the name and the description of a dataset."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.dataset_request import DatasetRequest

OPERATION: Final = "datasets_update"


def build_request(*, id: str, body: DatasetRequest) -> Request:
    """Return the request.

    Args:
        id: Id of the dataset.
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="PATCH",
        path=f"/datasets/{encode_segment('id', id)}",
        json=body.to_dict(),
        accept="*/*",
    )


def parse(response: Response) -> None:
    """Return nothing, because a success has no body."""
