"""POST /voice-changer/bytes: Speak a recording with another voice and stream the audio as a file."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Final

from cartesia_runtime.downloads import AsyncDownload, Download
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Sender

from ...models.change_voice_request import ChangeVoiceRequest

OPERATION: Final = "voice_changer_generate"


def build_request(*, body: ChangeVoiceRequest) -> Request:
    """Return the request.

    Args:
        body: The body.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/voice-changer/bytes",
        files=body.to_multipart(),
        accept="audio/*",
    )


def stream(
    *, client: Sender, body: ChangeVoiceRequest, options: RequestOptions | None = None
) -> AbstractContextManager[Download]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)


def astream(
    *, client: AsyncSender, body: ChangeVoiceRequest, options: RequestOptions | None = None
) -> AbstractAsyncContextManager[AsyncDownload]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)
