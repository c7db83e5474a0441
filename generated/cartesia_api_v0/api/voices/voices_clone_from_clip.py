"""POST /voices/clone/clip: Create an embedding from a recording."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.clip_upload import ClipUpload
from ...models.voice_embedding import VoiceEmbedding

OPERATION: Final = "voices_clone_from_clip"


def build_request(*, body: ClipUpload) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/voices/clone/clip",
        files=body.to_multipart(),
        accept="application/json",
    )


def parse(response: Response) -> VoiceEmbedding:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, VoiceEmbedding.from_dict)
