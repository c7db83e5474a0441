"""POST /voices/clone/url: Create an embedding from a recording on the web."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.sender import Request, Response

from ...models.voice_embedding import VoiceEmbedding

OPERATION: Final = "voices_clone_from_link"


def build_request(*, link: str) -> Request:
    """Return the request.

    Args:
        link: Address of the recording. Only YouTube was supported.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/voices/clone/url",
        params=encode_query({"link": link}),
        accept="application/json",
    )


def parse(response: Response) -> VoiceEmbedding:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, VoiceEmbedding.from_dict)
