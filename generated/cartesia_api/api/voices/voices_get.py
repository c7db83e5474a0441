"""GET /voices/{id}: Get one voice."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query, encode_segment
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.voice import Voice
from ...models.voice_expand import VoiceExpand

OPERATION: Final = "voices_get"


def build_request(*, id: str, expand: list[VoiceExpand] | Unset = UNSET) -> Request:
    """Return the request.

    Args:
        id: Id of the voice.
        expand: Optional fields to include. The server sends `preview_file_url` only when you
            ask for it here.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/voices/{encode_segment('id', id)}",
        params=encode_query({"expand[]": expand}),
        accept="application/json",
    )


def parse(response: Response) -> Voice:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Voice.from_dict)
