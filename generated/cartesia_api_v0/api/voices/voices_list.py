"""GET /voices: List all voices you may use."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode, list_of
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.voice import Voice

OPERATION: Final = "voices_list"


def build_request(*, select: str | Unset = UNSET) -> Request:
    """Return the request.

    Args:
        select: Fields of each voice that the server sends, separated by commas, such as `id,
            name, description`. The server sends all fields when it is left out. It is not
            documented whether other selections work.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/voices",
        params=encode_query({"select": select}),
        accept="application/json",
    )


def parse(response: Response) -> list[Voice]:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, list_of(Voice.from_dict))
