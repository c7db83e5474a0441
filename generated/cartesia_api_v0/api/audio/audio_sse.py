"""POST /audio/sse: Speak a transcript."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.sender import Request

from ...models.speech_request import SpeechRequest

OPERATION: Final = "audio_sse"


def build_request(*, body: SpeechRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/audio/sse",
        json=body.to_dict(),
        accept="text/event-stream",
    )
