"""POST /voices/localize: Create a new voice that speaks with another accent or language."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.localize_voice_request import LocalizeVoiceRequest
from ...models.voice_metadata import VoiceMetadata

OPERATION: Final = "voices_localize"


def build_request(*, body: LocalizeVoiceRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/voices/localize",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> VoiceMetadata:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, VoiceMetadata.from_dict)
