"""Arguments and results of the v0 client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NotRequired, TypeAlias, TypedDict, cast

import msgspec
import pybase64

from .._checks import is_number, text_of
from ..errors import ConfigurationError, RemoteProtocolError, StreamTruncatedError
from ..events import AudioChunk, Cancelled
from ..formats import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartesia_api_v0.models.voice import Voice

    from .._sound.encodings import Encoding
    from ..events import SpeechEvent

EMBEDDING_SIZE: Final = 192

Embedding: TypeAlias = list[float]
"""The embedding of a voice: a list of 192 numbers."""

OutputFormat: TypeAlias = Literal[
    "fp32",
    "pcm",
    "fp32_16000",
    "fp32_22050",
    "fp32_44100",
    "pcm_16000",
    "pcm_22050",
    "pcm_44100",
    "mulaw_8000",
]
"""Sample encoding and rate (Hz) of the audio, which is raw and has one channel."""


class AudioOutput(TypedDict):
    """The whole audio, or one chunk of it.

    Attributes:
        audio: Raw samples of one channel, in the output format.
        sampling_rate: Sampling rate in Hz.
        context_id: The id that was given to ``_generate_ws``, if one was.
    """

    audio: bytes
    sampling_rate: int
    context_id: NotRequired[str]


class VoiceMetadata(TypedDict):
    """A voice of the library; the last four fields are missing if embeddings are skipped.

    Attributes:
        id: Id of the voice.
        name: Name of the voice; several voices may share it.
        description: Description of the voice.
        embedding: Embedding, 192 numbers.
        user_id: Id of the user who owns the voice.
        is_public: Whether all users may use the voice.
        created_at: When the voice was created.
    """

    id: str
    name: str
    description: str
    embedding: NotRequired[Embedding]
    user_id: NotRequired[str | None]
    is_public: NotRequired[bool]
    created_at: NotRequired[str]


# --- arguments


class _NoTextError(ConfigurationError, AttributeError):
    """The transcript is not a string; package 0.0.6 raised an AttributeError in this case."""


def check_inputs(transcript: str, duration: float | None, chunk_time: float | None) -> None:
    """Validate the arguments that package 0.0.6 validates, in the same order.

    Raises:
        ConfigurationError: For the first invalid argument.
        AttributeError: If the transcript is not a string; it is a ConfigurationError too.
    """
    if chunk_time is not None and not (is_number(chunk_time) and 0.1 <= chunk_time <= 0.5):
        raise _bad("`chunk_time` must be between 0.1 and 0.5")
    if duration is not None:
        if not (is_number(duration) and duration > 0):
            raise _bad("`duration` must be a number of seconds above 0")
        if chunk_time is not None and duration <= chunk_time:
            raise _bad("`duration` must be greater than chunk_time")
    if not isinstance(cast("object", transcript), str):
        kind = type(transcript).__name__
        raise _NoTextError(f"{kind!r} object has no attribute 'strip'", option="transcript")
    if not transcript.strip():
        raise _bad("`transcript` must be non empty")


def speech_body(
    *,
    transcript: str,
    voice: Sequence[float] | None,
    model_id: str,
    duration: float | None,
    chunk_time: float | None,
    output_format: str | None,
) -> dict[str, object]:
    """Build the body of a request for speech; leave out what the service should choose.

    Raises:
        ConfigurationError: If the voice is not an embedding, or a text has half a character.
    """
    body: dict[str, object] = {
        "transcript": text_of(transcript, "transcript"),
        "voice": _embedding(voice),
    }
    given: dict[str, object] = {"duration": duration, "chunk_time": chunk_time}
    for name, value in (("output_format", output_format), ("model_id", model_id)):
        if value:
            given[name] = text_of(value, name)
    return body | {name: value for name, value in given.items() if value is not None}


def _embedding(voice: object) -> Embedding | None:
    if voice is None:
        return None
    if isinstance(voice, str) or not isinstance(voice, Sequence):
        raise _bad(f"`voice` must be an embedding, a list of numbers, not {type(voice).__name__}")
    numbers = cast("Sequence[object]", voice)
    if len(numbers) != EMBEDDING_SIZE:
        raise _bad(f"`voice` must have {EMBEDDING_SIZE} numbers, not {len(numbers)}")
    if not all(map(is_number, numbers)):
        raise _bad("`voice` must have finite numbers only")
    return list(cast("Sequence[float]", numbers))


def check_one_source(voice_id: object, filepath: object, link: object) -> None:
    """Check that exactly one source of an embedding is given.

    Raises:
        ConfigurationError: If there is no source, or more than one.
    """
    if sum(map(bool, (voice_id, filepath, link))) != 1:
        error = _bad("Exactly one of `voice_id`, `filepath` or `url` should be specified.")
        error.add_note("The argument that this message calls `url` is `link`.")
        raise error


def _bad(message: str) -> ConfigurationError:
    return ConfigurationError(message, option=message.split("`")[1])


_MAGIC: Final = (
    (b"RIFF", "wav", "audio/wav"),
    (b"ID3", "mp3", "audio/mpeg"),
    (b"\xff\xfb", "mp3", "audio/mpeg"),
    (b"OggS", "ogg", "audio/ogg"),
    (b"fLaC", "flac", "audio/flac"),
    (b"\x1aE\xdf\xa3", "webm", "audio/webm"),
)


def name_of_audio(data: bytes) -> tuple[str, str | None]:
    """Guess a file name and a media type for a recording from its first bytes."""
    for magic, extension, media_type in _MAGIC:
        if data.startswith(magic):
            return f"input.{extension}", media_type
    if data[4:8] == b"ftyp":
        return "input.m4a", "audio/mp4"
    return "input", "application/octet-stream"


# --- results


def embedding_of(value: list[float] | str) -> Embedding:
    """Return the numbers of an embedding, which some responses encode as a string.

    Raises:
        RemoteProtocolError: If the string is not a JSON array of numbers.
    """
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value, type=list[float])
    except (ValueError, RecursionError):
        raise RemoteProtocolError(
            "an embedding must be a list of numbers or a string with a JSON array of numbers"
        ) from None


def metadata(voice: Voice) -> VoiceMetadata:
    """Convert a voice to the dict that the v0 client returns."""
    fields = voice.to_dict()
    embedding = voice.embedding
    if isinstance(embedding, str | list):
        fields["embedding"] = embedding_of(embedding)
    return cast("VoiceMetadata", fields)


def by_name(voices: Sequence[VoiceMetadata]) -> dict[str, VoiceMetadata]:
    """Index voices by name; the last of several voices with the same name wins."""
    return {voice["name"]: voice for voice in voices}


_ENCODINGS: Final[Mapping[str, Encoding]] = {
    "fp32": "pcm_f32le",
    "pcm": "pcm_s16le",
    "mulaw": "pcm_mulaw",
}


def audio_format(output_format: object) -> AudioFormat:
    """Parse the string for an output format; the service reports unknown ones.

    Returns:
        The format; that of ``fp32`` for an unknown string.
    """
    kind, _, rate = str(output_format).partition("_")
    try:
        return AudioFormat("raw", _ENCODINGS[kind], int(rate or 44100))
    except (KeyError, ValueError):
        return AudioFormat("raw", "pcm_f32le", 44100)


class Outputs:
    """Converter from the events of one generation to outputs.

    Args:
        body: The body of the request.
        context_id: Id to put into every output, or None.
    """

    def __init__(self, body: Mapping[str, object], context_id: str | None = None) -> None:
        self.format: AudioFormat = audio_format(body.get("output_format") or "fp32")
        self._context_id = context_id
        self._rate: int | None = None
        self._chunks = 0
        self._nbytes = 0

    def take(self, event: SpeechEvent) -> AudioOutput | None:
        """Convert an event to an output; return None for events without audio.

        Raises:
            RemoteProtocolError: If a chunk has no sampling rate, or the rate has changed.
            StreamTruncatedError: If the generation was stopped before its end.
        """
        if isinstance(event, Cancelled):
            raise StreamTruncatedError(
                f"the generation was stopped after {self._chunks} chunks and {self._nbytes} bytes "
                "of audio, by the next one or by closing the client",
                chunks=self._chunks,
                nbytes=self._nbytes,
            )
        if not isinstance(event, AudioChunk):
            return None
        rate = event.extra.get("sampling_rate")
        if type(rate) is not int or rate <= 0:
            raise RemoteProtocolError("a chunk frame has a missing or malformed sampling_rate")
        if self._rate not in (None, rate):
            raise RemoteProtocolError(f"the sampling rate changed from {self._rate} to {rate} Hz")
        self._rate = rate
        self._chunks += 1
        self._nbytes += len(event.data)
        return self._output(event.data, rate)

    def whole(self, audio: bytes) -> AudioOutput:
        """Return all audio as one output."""
        return self._output(audio, self._rate or self.format.sample_rate)

    def _output(self, audio: bytes, rate: int) -> AudioOutput:
        output = AudioOutput(audio=audio, sampling_rate=rate)
        if self._context_id:
            output["context_id"] = self._context_id
        return output


def convert_response(response: Mapping[str, object], include_context_id: bool) -> AudioOutput:
    """Convert one JSON object of the service to an output.

    Args:
        response: The object, with its audio in base64.
        include_context_id: Whether to copy the ``context_id`` to the output.

    Raises:
        RemoteProtocolError: If the object has no audio or no sampling rate.
    """
    data, rate = response.get("data"), response.get("sampling_rate")
    if not isinstance(data, str) or type(rate) is not int:
        raise RemoteProtocolError("a chunk frame has a missing or malformed data or sampling_rate")
    try:
        output = AudioOutput(audio=pybase64.b64decode(data, validate=True), sampling_rate=rate)
    except ValueError:
        raise RemoteProtocolError("a chunk frame has a missing or malformed data") from None
    if include_context_id:
        output["context_id"] = str(response.get("context_id"))
    return output
