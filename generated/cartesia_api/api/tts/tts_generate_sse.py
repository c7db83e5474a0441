"""POST /tts/sse: Speak a transcript and stream audio and timings as server-sent events."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Final

from cartesia_runtime.downloads import AsyncDownload, Download
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Sender

from ...models.tts_sse_request import TtsSseRequest

OPERATION: Final = "tts_generate_sse"


def build_request(*, body: TtsSseRequest) -> Request:
    """Return the request.

    Args:
        body: The body.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/tts/sse",
        json=body.to_dict(),
        accept="text/event-stream",
    )


def stream(
    *, client: Sender, body: TtsSseRequest, options: RequestOptions | None = None
) -> AbstractContextManager[Download]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)


def astream(
    *, client: AsyncSender, body: TtsSseRequest, options: RequestOptions | None = None
) -> AbstractAsyncContextManager[AsyncDownload]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)
