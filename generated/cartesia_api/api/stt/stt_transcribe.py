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
        encoding: Encoding of headerless samples for speech to text. Needed, with
            `sample_rate`, only for those.
        sample_rate: Sampling rate in Hz. Needed, with `encoding`, only for headerless
            samples.
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
    """Read the body of a success.

    Raises:
        ResponseDecodeError: If the body is not what the document promises.
    """
    return decode(OPERATION, response, Transcription.from_dict)
