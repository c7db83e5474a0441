"""POST /stt: Transcribe a recording."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.stt_encoding import SttEncoding
from ...models.transcribe_request import TranscribeRequest
from ...models.transcription import Transcription

OPERATION: Final = "stt_transcribe"


def build_request(
    *,
    body: TranscribeRequest,
    encoding: SttEncoding | Unset = UNSET,
    sample_rate: int | Unset = UNSET,
) -> Request:
    """Return the request.

    Args:
        body: The body.
        encoding: Encoding of samples without a header.
        sample_rate: Sampling rate in Hz. Give it, with `encoding`, only for samples without a
            header.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/stt",
        params=encode_query({"encoding": encoding, "sample_rate": sample_rate}),
        files=body.to_multipart(),
        accept="application/json",
    )


def parse(response: Response) -> Transcription:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Transcription.from_dict)
