"""POST /voices/{id}/embedding: Get the embedding of a voice, by the first documented route."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.voice_embedding import VoiceEmbedding

OPERATION: Final = "voices_get_embedding_early"


def build_request(*, id: str) -> Request:
    """Return the request.

    Args:
        id: Id of the voice.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path=f"/voices/{encode_segment('id', id)}/embedding",
        accept="application/json",
    )


def parse(response: Response) -> VoiceEmbedding:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, VoiceEmbedding.from_dict)
