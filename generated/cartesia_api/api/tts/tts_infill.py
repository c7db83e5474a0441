"""POST /infill/bytes: Speak a transcript that joins two recordings, and stream the audio as a file."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.sender import Request

from ...models.infill_request import InfillRequest

OPERATION: Final = "tts_infill"


def build_request(*, body: InfillRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/infill/bytes",
        files=body.to_multipart(),
        accept="audio/*",
    )
