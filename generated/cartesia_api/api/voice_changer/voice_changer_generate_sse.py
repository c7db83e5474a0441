"""POST /voice-changer/sse: Speak a recording with another voice and stream the audio as server-sent events."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.sender import Request

from ...models.change_voice_request import ChangeVoiceRequest

OPERATION: Final = "voice_changer_generate_sse"


def build_request(*, body: ChangeVoiceRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/voice-changer/sse",
        files=body.to_multipart(),
        accept="text/event-stream",
    )
