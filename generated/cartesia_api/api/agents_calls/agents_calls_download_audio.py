"""GET /agents/calls/{call_id}/audio: Stream the recording of a call as a WAV file."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Final

from cartesia_runtime.downloads import AsyncDownload, Download
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Sender

OPERATION: Final = "agents_calls_download_audio"


def build_request(*, call_id: str) -> Request:
    """Return the request.

    Args:
        call_id: Id of the call.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/agents/calls/{encode_segment('call_id', call_id)}/audio",
        accept="audio/wav",
    )


def stream(
    *, client: Sender, call_id: str, options: RequestOptions | None = None
) -> AbstractContextManager[Download]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(call_id=call_id), options)


def astream(
    *, client: AsyncSender, call_id: str, options: RequestOptions | None = None
) -> AbstractAsyncContextManager[AsyncDownload]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(call_id=call_id), options)
