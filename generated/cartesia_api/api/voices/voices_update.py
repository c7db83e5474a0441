"""PATCH /voices/{id}: Change the name, description, gender or accent of a voice you own."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.update_voice_request import UpdateVoiceRequest
from ...models.voice import Voice

OPERATION: Final = "voices_update"


def build_request(*, id: str, body: UpdateVoiceRequest) -> Request:
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
        path=f"/voices/{encode_segment('id', id)}",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> Voice:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Voice.from_dict)
