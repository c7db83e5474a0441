"""GET /fine-tunes/{id}: Get one fine-tune."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.fine_tune import FineTune

OPERATION: Final = "fine_tunes_retrieve"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the fine-tune.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/fine-tunes/{encode_segment('id', id)}",
        accept="application/json",
    )


def parse(response: Response) -> FineTune:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, FineTune.from_dict)
