"""Build and validate the requests for speech over HTTP; the generated models write the JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from .._protocol.faults import request_id_of
from .._protocol.fields import check_transcript, speech_fields, voice_id_of
from ..audio import AudioFormat
from ..errors import ConfigurationError, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx
    from cartesia_api.models.infill_model import InfillModel
    from cartesia_api.models.language import Language
    from cartesia_runtime.errors import PagingError, ResponseDecodeError
    from cartesia_runtime.files import File
    from cartesia_runtime.models import Unset
    from cartesia_runtime.sender import Request

    from .._protocol.response import ResponseDecoder
    from ..options import BytesOptions, SpeechOptions


T = TypeVar("T")


def parsed(response: httpx.Response, parse: Callable[[httpx.Response], T]) -> T:
    """Parse a successful response.

    Raises:
        RemoteProtocolError: If the response does not match the OpenAPI document.
    """
    from cartesia_runtime.errors import ResponseDecodeError

    try:
        return parse(response)
    except ResponseDecodeError as error:
        raise refused(error, request_id_of(response.headers)) from None


def refused(
    error: ResponseDecodeError | PagingError, request_id: str | None = None
) -> RemoteProtocolError:
    """Make the exception for a malformed response; it does not quote the payload."""
    return RemoteProtocolError(
        f"the response does not match the OpenAPI document: {error}", request_id=request_id
    )


class SpeechRequest(NamedTuple):
    """A request for speech, and the decoder for its response."""

    request: Request
    decoder: type[ResponseDecoder]
    transcript: str
    format: AudioFormat
    context_id: str | None = None

    @property
    def model_id(self) -> object:
        """The id of the requested model, or None."""
        return (self.request.json or {}).get("model_id")


def bytes_request(
    transcript: str, voice: str | Mapping[str, object], options: BytesOptions
) -> SpeechRequest:
    """Build the request ``POST /tts/bytes``."""
    text = check_transcript(transcript)
    fields, fmt = speech_fields(voice, options, raw_only=False)

    from cartesia_api.api.tts import tts_generate
    from cartesia_api.models.tts_request import TtsRequest

    from .._protocol.response import AudioDecoder

    body = TtsRequest.from_dict({"transcript": text, **fields})
    return SpeechRequest(tts_generate.build_request(body=body), AudioDecoder, text, fmt)


def sse_request(
    transcript: str,
    voice: str | Mapping[str, object],
    options: SpeechOptions,
    context_id: str | None,
) -> SpeechRequest:
    """Build the request ``POST /tts/sse``."""
    text = check_transcript(transcript)
    fields, fmt = speech_fields(voice, options)
    if context_id is not None:
        fields["context_id"] = context_id

    from cartesia_api.api.tts import tts_generate_sse
    from cartesia_api.models.tts_sse_request import TtsSseRequest

    from .._protocol.response import EventStreamDecoder

    body = TtsSseRequest.from_dict({"transcript": text, **fields})
    return SpeechRequest(
        tts_generate_sse.build_request(body=body), EventStreamDecoder, text, fmt, context_id
    )


class Change(NamedTuple):
    """The validated arguments of the voice changer, without the recording."""

    voice_id: str
    format: AudioFormat
    events: bool

    @classmethod
    def of(
        cls,
        voice: str | Mapping[str, object],
        output_format: AudioFormat | Mapping[str, object],
        *,
        events: bool = False,
    ) -> Change:
        """Validate the arguments of a call.

        Raises:
            ConfigurationError: If the voice is missing or the format is invalid.
        """
        return cls(voice_id_of(voice), AudioFormat.of(output_format), events)

    def request(self, clip: File) -> SpeechRequest:
        """Build the request ``POST /voice-changer/bytes`` or ``/voice-changer/sse``."""
        from cartesia_api.api.voice_changer import (
            voice_changer_generate,
            voice_changer_generate_sse,
        )
        from cartesia_api.models.change_voice_request import ChangeVoiceRequest

        from .._protocol.response import AudioDecoder, UntypedEventStreamDecoder

        body = ChangeVoiceRequest.from_dict(
            {"clip": b"", "voice[id]": self.voice_id, **_flat(self.format)}
        )
        body.clip = clip
        if self.events:
            request = voice_changer_generate_sse.build_request(body=body)
            return SpeechRequest(request, UntypedEventStreamDecoder, "", self.format)
        request = voice_changer_generate.build_request(body=body)
        return SpeechRequest(request, AudioDecoder, "", self.format)


class Infill(NamedTuple):
    """The validated arguments of an infill, without the recordings."""

    transcript: str
    voice_id: str
    language: Language | str
    model_id: InfillModel | str
    format: AudioFormat

    @classmethod
    def of(
        cls,
        transcript: str,
        voice: str | Mapping[str, object],
        language: Language | str,
        model_id: InfillModel | str,
        output_format: AudioFormat | Mapping[str, object],
        *,
        recordings: int,
    ) -> Infill:
        """Validate the arguments of a call.

        Raises:
            ConfigurationError: If an argument is missing or invalid.
        """
        if not recordings:
            raise ConfigurationError("give left_audio, right_audio or both", option="left_audio")
        text, voice_id = check_transcript(transcript), voice_id_of(voice)
        return cls(text, voice_id, language, model_id, AudioFormat.of(output_format))

    def request(self, left_audio: File | Unset, right_audio: File | Unset) -> SpeechRequest:
        """Build the request ``POST /infill/bytes``."""
        from cartesia_api.api.tts import tts_infill
        from cartesia_api.models.infill_request import InfillRequest

        from .._protocol.response import AudioDecoder

        body = InfillRequest.from_dict(
            {
                "transcript": self.transcript,
                "voice_id": self.voice_id,
                "language": self.language,
                "model_id": self.model_id,
                **_flat(self.format),
            }
        )
        body.left_audio, body.right_audio = left_audio, right_audio
        request = tts_infill.build_request(body=body)
        return SpeechRequest(request, AudioDecoder, self.transcript, self.format)


def _flat(fmt: AudioFormat) -> dict[str, object]:
    """Return an audio format as the fields of a multipart form."""
    return {f"output_format[{name}]": value for name, value in fmt.to_wire().items()}
