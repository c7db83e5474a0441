"""POST /fine-tunes/: Fine-tune a model on a dataset."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.create_fine_tune_request import CreateFineTuneRequest
from ...models.fine_tune import FineTune

OPERATION: Final = "fine_tunes_create"


def build_request(*, body: CreateFineTuneRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/fine-tunes/",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> FineTune:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, FineTune.from_dict)
