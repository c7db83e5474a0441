"""POST /pronunciation-dicts/: Create a pronunciation dictionary."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.create_pronunciation_dict_request import CreatePronunciationDictRequest
from ...models.pronunciation_dict import PronunciationDict

OPERATION: Final = "pronunciation_dicts_create"


def build_request(*, body: CreatePronunciationDictRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/pronunciation-dicts/",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> PronunciationDict:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, PronunciationDict.from_dict)
