"""DELETE /voices/{id}/accents/{accent_id}: Detach an accent from a voice you own."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.voice import Voice

OPERATION: Final = "voices_delete_accent"


def build_request(*, id: str, accent_id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the voice.
        accent_id: Catalog id of an accent attached to the voice, such as `british`.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="DELETE",
        path=f"/voices/{encode_segment('id', id)}/accents/{encode_segment('accent_id', accent_id)}",
        accept="application/json",
    )


def parse(response: Response) -> Voice:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Voice.from_dict)
