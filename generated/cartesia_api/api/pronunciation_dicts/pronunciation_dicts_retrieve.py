"""GET /pronunciation-dicts/{id}: Get one pronunciation dictionary."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.pronunciation_dict import PronunciationDict

OPERATION: Final = "pronunciation_dicts_retrieve"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the pronunciation dictionary.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/pronunciation-dicts/{encode_segment('id', id)}",
        accept="application/json",
    )


def parse(response: Response) -> PronunciationDict:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, PronunciationDict.from_dict)
