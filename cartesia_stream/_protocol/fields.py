"""Validate speech options and turn them into request fields before any byte is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from .._checks import TextJoiner, check_names, id_of, json_of, mapping_of, merged, text_of
from ..errors import ConfigurationError
from ..formats import PCM_24K, AudioFormat
from ..options import BytesOptions, ContextOptions, GenerationConfig, Piece, SpeechOptions

if TYPE_CHECKING:
    from ..options import VoiceLike

DEFAULT_MODEL: Final = "sonic-latest"
SPEED_RANGE: Final = (0.6, 1.5)
VOLUME_RANGE: Final = (0.5, 2.0)
MAX_BUFFER_DELAY_MS: Final = 5000

_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "tts.generate": BytesOptions.__optional_keys__,
    "tts.generate_sse": SpeechOptions.__optional_keys__,
    "tts.speak": ContextOptions.__optional_keys__,
    "context": ContextOptions.__optional_keys__,
}
_NO_TEXTS: Final = (bytes, bytearray, Mapping)  # iterable, but not over text
_TEXTS: Final = ("model_id", "language", "locale", "normalization", "pronunciation_dict_id")
_FLAGS: Final = ("add_timestamps", "add_phoneme_timestamps", "use_normalized_timestamps")
_MANNER: Final = GenerationConfig.__optional_keys__
_VOICE: Final = ("id", "mode")  # `mode` is of older versions; the service still takes it
_EXTRA: Final = "To send a field that this version does not know, use extra={...}."

# What the client sets itself, or computes with: another value on the wire would break the stream.
_OURS: Final = ("context_id", "transcript", "continue", "flush", "cancel")
_OF_FORMAT: Final = ("container", "encoding", "sample_rate", "bit_rate")


def speech_fields(
    voice: VoiceLike, options: BytesOptions | SpeechOptions | ContextOptions, of: str
) -> tuple[dict[str, object], AudioFormat]:
    """Return the constant fields of a generation request, and the format of its audio.

    Args:
        voice: The voice.
        options: The options; `with_extra` adds what is in their ``extra``.
        of: The method: ``tts.generate``, ``tts.generate_sse``, ``tts.speak`` or ``context``.

    Raises:
        ConfigurationError: If a name is unknown, a value is out of range, or two options exclude
            each other.
    """
    check_names(options, _OPTIONS[of], of, elsewhere=_elsewhere(of), otherwise=_EXTRA)
    fmt = AudioFormat.of(options.get("output_format", PCM_24K))
    if of != "tts.generate" and fmt.container != "raw":
        raise ConfigurationError(
            f"output_format: streams carry raw audio, not {fmt.container}; use tts.generate, "
            "or save the stream as a WAV file",
            option="output_format.container",
        )
    if options.get("language") is not None and options.get("locale") is not None:
        raise ConfigurationError("give language or locale, not both", option="locale")
    given = {name: value for name, value in options.items() if value is not None}
    given.pop("extra", None)
    for name in _TEXTS:
        if name in given:
            given[name] = text_of(given[name], name)
    for name in _FLAGS:
        if not isinstance(given.get(name, False), bool):
            raise ConfigurationError(f"{name} is {given[name]!r}; give a bool", option=name)
    delay = given.get("max_buffer_delay_ms")
    if delay is not None:
        _in_range("max_buffer_delay_ms", delay, (0, MAX_BUFFER_DELAY_MS), whole=True)
    fields: dict[str, object] = {
        "model_id": DEFAULT_MODEL,
        **given,
        "voice": voice_field(voice),
        "output_format": fmt.to_wire(),
    }
    if "generation_config" in given:
        fields["generation_config"] = manner_of(given["generation_config"])
    return fields, fmt


def with_extra(
    fields: dict[str, object], options: BytesOptions | SpeechOptions | ContextOptions
) -> dict[str, object]:
    """Return request fields with those of the option ``extra``, which win.

    Raises:
        ConfigurationError: If JSON cannot express a value, or the client sets a field itself.
    """
    given = options.get("extra")
    if given is None:
        return fields
    extra = json_of(given, "extra")
    for name in _OURS:
        if name in extra:
            raise ConfigurationError(f"extra: the client sets {name!r} itself", option="extra")
    new_format = extra.get("output_format", {})
    if not isinstance(new_format, dict) or any(name in new_format for name in _OF_FORMAT):
        raise ConfigurationError(
            "extra: set the format of the audio with the option output_format", option="extra"
        )
    voice = fields["voice"]
    if isinstance(extra.get("voice"), dict) and isinstance(voice, str):
        fields = {**fields, "voice": {"id": voice}}
    return merged(fields, extra)


def _elsewhere(method: str) -> dict[str, str]:
    """Return names that callers may try, and where they belong instead."""
    places = {name: f"generation_config={{{name!r}: ...}}" for name in _MANNER}
    places |= {name: f"output_format={{{name!r}: ...}}" for name in _OF_FORMAT}
    places |= {
        name: f"client.with_options({name}=...)" for name in ("timeout", "max_retries", "headers")
    }
    for other in ("tts.generate_sse", "tts.speak"):
        for name in _OPTIONS[other] - _OPTIONS[method]:
            places[name] = f"{other}(..., {name}=...)"
    return places | {"voice_id": "'voice'", "model": "'model_id'"}


def check_transcript(transcript: object) -> str:
    """Return the transcript if it is a string that is not blank.

    Raises:
        ConfigurationError: If it is not a string, has only white space, or has half a character.
    """
    text = text_of(transcript, "transcript")
    if not text.strip():
        raise ConfigurationError("transcript is empty", option="transcript")
    return text


def check_text(text: object, iterable: tuple[type, ...]) -> object:
    """Check the text argument of `speak`: a string, or an iterable of strings.

    Returns:
        The text that can be sent, or the iterable.

    Raises:
        ConfigurationError: If it is neither, or a string with only white space or half a character.
    """
    if isinstance(text, str):
        return check_transcript(text)
    kind = type(text).__name__
    if not isinstance(text, iterable) or isinstance(text, _NO_TEXTS):
        raise ConfigurationError(
            f"text must be a string or an iterable of strings, not {kind}", option="text"
        )
    return text


class End(NamedTuple):
    """The end of what a thread reads for others, with the exception that it met, if any."""

    error: BaseException | None


class PieceReader:
    """Checks the pieces of a text as they come, and joins the halves of characters."""

    __slots__ = ("_joiner",)

    def __init__(self) -> None:
        self._joiner = TextJoiner("text")

    def take(self, piece: object) -> str | Piece:
        """Return a piece that can be sent; None, which language models may send, is no text.

        Raises:
            ConfigurationError: If it is no piece, its options are invalid, or half a character is
                alone.
        """
        if type(piece) is not Piece:
            return self._joiner.take(piece)
        manner = piece.generation_config
        if manner is not None:
            manner = cast("GenerationConfig", manner_of(manner))
        return Piece(self._joiner.take(piece.text), manner, piece.flush)

    def finish(self) -> None:
        """End the text.

        Raises:
            ConfigurationError: If it ends with half a character.
        """
        self._joiner.finish()


def voice_field(voice: object) -> object:
    """Return a voice as a request has it: an id, or the API's object form.

    Raises:
        ConfigurationError: If it has no id, or a member that a voice does not have.
    """
    if isinstance(voice, Mapping):
        members = cast("Mapping[str, object]", voice)
        hint = "Of a voice that was listed, give its id."
        check_names(members, _VOICE, "voice", otherwise=f"{hint} {_EXTRA}")
        given = members.get("id")
    else:
        members = None
        given = voice if isinstance(voice, str) else getattr(voice, "id", None)
    if not isinstance(given, str) or not given.strip():
        raise ConfigurationError(
            "voice must be the id of a voice, or a voice that client.voices.list() returned",
            option="voice",
        )
    if members is None:
        return text_of(given, "voice")
    return {name: id_of(value, f"voice.{name}") for name, value in members.items()}


def voice_id_of(voice: VoiceLike) -> str:
    """Return the id of a voice.

    Raises:
        ConfigurationError: If the voice has no id.
    """
    given = voice_field(voice)
    return given if isinstance(given, str) else str(cast("Mapping[str, object]", given)["id"])


def manner_of(config: object) -> dict[str, object]:
    """Return speed, volume and emotion as a request has them.

    Raises:
        ConfigurationError: If a name is unknown, or a value is out of range.
    """
    manner = mapping_of(config, "generation_config")
    hint = 'To send a member that this version does not know, use extra={"generation_config": ...}.'
    check_names(manner, _MANNER, "generation_config", otherwise=hint)
    given = {name: value for name, value in manner.items() if value is not None}
    for name, bounds in (("speed", SPEED_RANGE), ("volume", VOLUME_RANGE)):
        if name in given:
            _in_range(f"generation_config.{name}", given[name], bounds)
    if "emotion" in given:
        given["emotion"] = text_of(given["emotion"], "generation_config.emotion")
    return given


def _in_range(
    name: str, value: object, bounds: tuple[float, float], *, whole: bool = False
) -> None:
    low, high = bounds
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise ConfigurationError(f"{name} is {value!r}; allowed: {low} to {high}", option=name)
