"""POST /audio/stream: Speak a transcript, at the address of the first releases."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.sender import Request

from ...models.speech_request import SpeechRequest

OPERATION: Final = "audio_stream"


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
        path="/audio/stream",
        json=body.to_dict(),
        accept="text/event-stream",
    )
