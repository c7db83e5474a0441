"""POST /audio/stream: Speak a transcript, at the address of the first releases."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Final

from cartesia_runtime.downloads import AsyncDownload, Download
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Sender

from ...models.speech_request import SpeechRequest

OPERATION: Final = "audio_stream"


def build_request(*, body: SpeechRequest) -> Request:
    """Return the request.

    Args:
        body: The body.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/audio/stream",
        json=body.to_dict(),
        accept="text/event-stream",
    )


def stream(
    *, client: Sender, body: SpeechRequest, options: RequestOptions | None = None
) -> AbstractContextManager[Download]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)


def astream(
    *, client: AsyncSender, body: SpeechRequest, options: RequestOptions | None = None
) -> AbstractAsyncContextManager[AsyncDownload]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)
