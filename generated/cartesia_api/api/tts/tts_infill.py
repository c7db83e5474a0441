"""POST /infill/bytes: Speak a transcript that joins two recordings, and stream the audio as a file."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Final

from cartesia_runtime.downloads import AsyncDownload, Download
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Sender

from ...models.infill_request import InfillRequest

OPERATION: Final = "tts_infill"


def build_request(*, body: InfillRequest) -> Request:
    """Return the request.

    Args:
        body: The body.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/infill/bytes",
        files=body.to_multipart(),
        accept="audio/*",
    )


def stream(
    *, client: Sender, body: InfillRequest, options: RequestOptions | None = None
) -> AbstractContextManager[Download]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)


def astream(
    *, client: AsyncSender, body: InfillRequest, options: RequestOptions | None = None
) -> AbstractAsyncContextManager[AsyncDownload]:
    """Call the operation and return the successful response before its body is read."""
    return client.stream(build_request(body=body), options)
