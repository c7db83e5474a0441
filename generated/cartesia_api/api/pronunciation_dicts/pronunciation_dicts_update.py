"""PATCH /pronunciation-dicts/{id}: Change the name or the items of a pronunciation dictionary."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.pronunciation_dict import PronunciationDict
from ...models.update_pronunciation_dict_request import UpdatePronunciationDictRequest

OPERATION: Final = "pronunciation_dicts_update"


def build_request(*, id: str, body: UpdatePronunciationDictRequest) -> Request:
    """Return the request.

    Args:
        id: Id of the pronunciation dictionary.
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="PATCH",
        path=f"/pronunciation-dicts/{encode_segment('id', id)}",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> PronunciationDict:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, PronunciationDict.from_dict)
