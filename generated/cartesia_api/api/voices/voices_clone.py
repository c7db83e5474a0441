"""POST /voices/clone: Clone a voice from a short recording."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.clone_voice_request import CloneVoiceRequest
from ...models.voice_metadata import VoiceMetadata

OPERATION: Final = "voices_clone"


def build_request(*, body: CloneVoiceRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/voices/clone",
        files=body.to_multipart(),
        accept="application/json",
    )


def parse(response: Response) -> VoiceMetadata:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, VoiceMetadata.from_dict)
