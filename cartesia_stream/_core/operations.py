"""The requests of speech over HTTP, built and checked; the generated models write the JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..errors import RemoteProtocolError
from .faults import request_id_of
from .request import check_transcript, speech_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx
    from cartesia_api.client import Request
    from cartesia_api.errors import PagingError, ResponseDecodeError

    from ..audio import AudioFormat
    from .request import BytesOptions, SpeechOptions
    from .response import ResponseDecoder


T = TypeVar("T")


def parsed(response: httpx.Response, parse: Callable[[httpx.Response], T]) -> T:
    """What a success says.

    Raises:
        RemoteProtocolError: If it is not what the document promises.
    """
    from cartesia_api.errors import ResponseDecodeError

    try:
        return parse(response)
    except ResponseDecodeError as error:
        raise refused(error, request_id_of(response.headers)) from None


def refused(
    error: ResponseDecodeError | PagingError, request_id: str | None = None
) -> RemoteProtocolError:
    """Our exception for an answer that breaks the contract; the payload is not in it."""
    return RemoteProtocolError(f"the answer is not as documented: {error}", request_id=request_id)


class SpeechRequest(NamedTuple):
    """A request, and how to read what answers it."""

    request: Request
    decoder: type[ResponseDecoder]
    transcript: str
    format: AudioFormat
    context_id: str | None = None


def bytes_request(
    transcript: str, voice: str | Mapping[str, object], options: BytesOptions
) -> SpeechRequest:
    """``POST /tts/bytes``."""
    text = check_transcript(transcript)
    fields, fmt = speech_fields(voice, options, raw_only=False)

    from cartesia_api.api.tts import tts_generate
    from cartesia_api.models.tts_request import TtsRequest

    from .response import AudioDecoder

    body = TtsRequest.from_dict({"transcript": text, **fields})
    return SpeechRequest(tts_generate.build_request(body=body), AudioDecoder, text, fmt)


def sse_request(
    transcript: str,
    voice: str | Mapping[str, object],
    options: SpeechOptions,
    context_id: str | None,
) -> SpeechRequest:
    """``POST /tts/sse``."""
    text = check_transcript(transcript)
    fields, fmt = speech_fields(voice, options)
    if context_id is not None:
        fields["context_id"] = context_id

    from cartesia_api.api.tts import tts_generate_sse
    from cartesia_api.models.tts_sse_request import TtsSseRequest

    from .response import EventStreamDecoder

    body = TtsSseRequest.from_dict({"transcript": text, **fields})
    return SpeechRequest(
        tts_generate_sse.build_request(body=body), EventStreamDecoder, text, fmt, context_id
    )
