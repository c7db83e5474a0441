"""GET /models/{model_id}/voices: List the voices of a model."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode, list_of, read_str
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

OPERATION: Final = "models_list_voices"


def build_request(*, model_id: str) -> Request:
    """Return the request.

    Args:
        model_id: Id of the model.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/models/{encode_segment('model_id', model_id)}/voices",
        accept="application/json",
    )


def parse(response: Response) -> list[str]:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, list_of(read_str))
