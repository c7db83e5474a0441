"""POST /tts/bytes: Speak a transcript and stream the audio as a file."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.sender import Request

from ...models.tts_request import TtsRequest

OPERATION: Final = "tts_generate"


def build_request(*, body: TtsRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION, method="POST", path="/tts/bytes", json=body.to_dict(), accept="audio/*"
    )
