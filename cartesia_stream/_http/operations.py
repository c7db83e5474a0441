"""Build and validate the requests for speech over HTTP; the generated models write the JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from msgspec.structs import replace

from .._checks import id_of, merged, text_of
from .._protocol.faults import request_id_of
from .._protocol.fields import check_transcript, speech_fields, voice_id_of, with_extra
from ..audio import AudioFormat
from ..errors import ConfigurationError, RemoteProtocolError
from .config import check_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx
    from cartesia_api.models.infill_model import InfillModel
    from cartesia_api.models.language import Language
    from cartesia_runtime.errors import PagingError, ResponseDecodeError
    from cartesia_runtime.files import UploadFile, Uploads
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import Request

    from .._protocol.response import ResponseDecoder
    from ..options import BytesOptions, SpeechOptions, VoiceLike


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
        raise malformed_error(error, request_id_of(response.headers)) from None


def malformed_error(
    error: ResponseDecodeError | PagingError, request_id: str | None = None
) -> RemoteProtocolError:
    """Make the exception for a malformed response; it does not quote the payload."""
    return RemoteProtocolError(
        f"the response does not match the OpenAPI document: {error}", request_id=request_id
    )


def sendable(make: Callable[[], T]) -> T:
    """Make a part of a request; an argument that cannot be sent is an error of ours.

    Raises:
        ConfigurationError: If an argument cannot be sent; the message names it.
    """
    from cartesia_runtime.errors import DecodeError, EncodeError

    try:
        return make()
    except (DecodeError, EncodeError) as error:
        raise ConfigurationError(str(error), option=error.place or None) from None


def built(build: Callable[[], Request], options: RequestOptions | None = None) -> Request:
    """Build the request of an operation, with the extra query and body of the call's options.

    Raises:
        ConfigurationError: If an option is invalid, or an argument cannot be sent; the message
            names it.
    """
    check_options(options)
    request = sendable(build)
    return sendable(lambda: _extended(request, options)) if options else request


_WITH_BODY: Final = ("POST", "PUT", "PATCH")


def _extended(request: Request, options: RequestOptions) -> Request:
    from cartesia_runtime.encoding import encode_object, encode_parts, encode_query

    query, body = options.get("extra_query"), options.get("extra_body")
    if query:
        kept = tuple(pair for pair in request.params if pair[0] not in query)
        request = replace(request, params=kept + encode_query(query))
    if body and request.files is not None:
        parts = [part for part in request.files if part[0] not in body]
        request = replace(request, files=parts + encode_parts({}, body))
    elif body and request.method in _WITH_BODY and request.content is None:
        json = merged(request.json or {}, encode_object(body, {}))
        request = replace(request, json=json)
    elif body:
        raise ConfigurationError("extra_body: this call has no body", option="extra_body")
    return request


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
    transcript: str, voice: VoiceLike, speech: BytesOptions, options: RequestOptions | None
) -> SpeechRequest:
    """Build the request ``POST /tts/bytes``."""
    text = check_transcript(transcript)
    fields, fmt = speech_fields(voice, speech, "tts.generate")

    from cartesia_api.api.tts import tts_generate
    from cartesia_api.models.tts_request import TtsRequest

    from .._protocol.response import AudioDecoder

    request = _speech(
        lambda: tts_generate.build_request(
            body=TtsRequest.from_dict({"transcript": text, **fields})
        ),
        speech,
        options,
    )
    return SpeechRequest(request, AudioDecoder, text, fmt)


def sse_request(
    transcript: str,
    voice: VoiceLike,
    speech: SpeechOptions,
    context_id: str | None,
    options: RequestOptions | None,
) -> SpeechRequest:
    """Build the request ``POST /tts/sse``."""
    text = check_transcript(transcript)
    fields, fmt = speech_fields(voice, speech, "tts.generate_sse")
    if context_id is not None:
        fields["context_id"] = context_id = id_of(context_id, "context_id")

    from cartesia_api.api.tts import tts_generate_sse
    from cartesia_api.models.tts_sse_request import TtsSseRequest

    from .._protocol.response import EventStreamDecoder

    request = _speech(
        lambda: tts_generate_sse.build_request(
            body=TtsSseRequest.from_dict({"transcript": text, **fields})
        ),
        speech,
        options,
    )
    return SpeechRequest(request, EventStreamDecoder, text, fmt, context_id)


def _speech(
    build: Callable[[], Request], speech: BytesOptions, options: RequestOptions | None
) -> Request:
    """Build a request for speech, with the fields of the option ``extra``."""
    request = built(build, options)
    if "extra" in speech:
        request = replace(request, json=with_extra(dict(request.json or {}), speech))
    return request


class Change(NamedTuple):
    """The validated arguments of the voice changer; its recording is not opened yet."""

    clip: UploadFile
    voice_id: str
    format: AudioFormat
    events: bool
    model_id: None = None

    @classmethod
    def of(
        cls,
        clip: UploadFile,
        voice: VoiceLike,
        output_format: AudioFormat | Mapping[str, object],
        *,
        events: bool = False,
    ) -> Change:
        """Validate the arguments of a call.

        Raises:
            ConfigurationError: If the voice is missing or the format is invalid.
        """
        return cls(clip, voice_id_of(voice), AudioFormat.of(output_format), events)

    def request(self, uploads: Uploads, options: RequestOptions | None) -> SpeechRequest:
        """Build the request ``POST /voice-changer/bytes`` or ``/voice-changer/sse``."""
        from cartesia_api.api.voice_changer import (
            voice_changer_generate,
            voice_changer_generate_sse,
        )
        from cartesia_api.models.change_voice_request import ChangeVoiceRequest

        from .._protocol.response import AudioDecoder, UntypedEventStreamDecoder

        clip = sendable(lambda: uploads.file(self.clip, "clip"))
        body = ChangeVoiceRequest.from_dict(
            {"clip": b"", "voice[id]": self.voice_id, **_flat(self.format)}
        )
        body.clip = clip
        if self.events:
            request = built(lambda: voice_changer_generate_sse.build_request(body=body), options)
            return SpeechRequest(request, UntypedEventStreamDecoder, "", self.format)
        request = built(lambda: voice_changer_generate.build_request(body=body), options)
        return SpeechRequest(request, AudioDecoder, "", self.format)


class Infill(NamedTuple):
    """The validated arguments of an infill; its recordings are not opened yet."""

    recordings: Mapping[str, UploadFile | None]
    transcript: str
    voice_id: str
    language: Language | str
    model_id: InfillModel | str
    format: AudioFormat

    @classmethod
    def of(
        cls,
        recordings: Mapping[str, UploadFile | None],
        transcript: str,
        voice: VoiceLike,
        language: Language | str,
        model_id: InfillModel | str,
        output_format: AudioFormat | Mapping[str, object],
    ) -> Infill:
        """Validate the arguments of a call.

        Raises:
            ConfigurationError: If an argument is missing or invalid.
        """
        if all(recording is None for recording in recordings.values()):
            raise ConfigurationError("give left_audio, right_audio or both", option="left_audio")
        return cls(
            recordings,
            check_transcript(transcript),
            voice_id_of(voice),
            text_of(language, "language"),
            text_of(model_id, "model_id"),
            AudioFormat.of(output_format),
        )

    def request(self, uploads: Uploads, options: RequestOptions | None) -> SpeechRequest:
        """Build the request ``POST /infill/bytes``."""
        from cartesia_api.api.tts import tts_infill
        from cartesia_api.models.infill_request import InfillRequest
        from cartesia_runtime.models import UNSET

        from .._protocol.response import AudioDecoder

        left, right = (
            UNSET if recording is None else sendable(partial(uploads.file, recording, name))
            for name, recording in self.recordings.items()
        )
        body = InfillRequest.from_dict(
            {
                "transcript": self.transcript,
                "voice_id": self.voice_id,
                "language": self.language,
                "model_id": self.model_id,
                **_flat(self.format),
            }
        )
        body.left_audio, body.right_audio = left, right
        request = built(lambda: tts_infill.build_request(body=body), options)
        return SpeechRequest(request, AudioDecoder, self.transcript, self.format)


def _flat(fmt: AudioFormat) -> dict[str, object]:
    return {f"output_format[{name}]": value for name, value in fmt.to_wire().items()}
