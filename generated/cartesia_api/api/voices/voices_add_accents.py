"""PATCH /voices/{id}/accents: Attach accents to a voice you own."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.add_accents_request import AddAccentsRequest
from ...models.voice import Voice

OPERATION: Final = "voices_add_accents"


def build_request(*, id: str, body: AddAccentsRequest) -> Request:
    """Return the request.

    Args:
        id: Id of the voice.
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="PATCH",
        path=f"/voices/{encode_segment('id', id)}/accents",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> Voice:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Voice.from_dict)
