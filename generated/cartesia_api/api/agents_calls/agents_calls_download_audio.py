"""GET /agents/calls/{call_id}/audio: Stream the recording of a call as a WAV file."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request

OPERATION: Final = "agents_calls_download_audio"


def build_request(*, call_id: str) -> Request:
    """Return the request.

    Args:
        call_id: Id of the call.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/agents/calls/{encode_segment('call_id', call_id)}/audio",
        accept="audio/wav",
    )
