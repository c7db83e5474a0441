"""POST /tts/bytes: Speak a transcript and stream the audio as a file."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Final

from cartesia_runtime.downloads import AsyncDownload, Download
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Sender

from ...models.tts_request import TtsRequest

OPERATION: Final = "tts_generate"


def build_request(*, body: TtsRequest) -> Request:
    """Return the request.

    Args:
        body: The body.
    """
    return Request(
        operation=OPERATION, method="POST", path="/tts/bytes", json=body.to_dict(), accept="audio/*"
    )


def stream(
    *, client: Sender, body: TtsRequest, options: RequestOptions | None = None
) -> AbstractContextManager[Download]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)


def astream(
    *, client: AsyncSender, body: TtsRequest, options: RequestOptions | None = None
) -> AbstractAsyncContextManager[AsyncDownload]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)
