"""POST /tts/sse: Speak a transcript and stream audio and timings as server-sent events."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.sender import Request

from ...models.tts_sse_request import TtsSseRequest

OPERATION: Final = "tts_generate_sse"


def build_request(*, body: TtsSseRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/tts/sse",
        json=body.to_dict(),
        accept="text/event-stream",
    )
