"""What can be asked for: typed options in, checked wire fields out, before a byte is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypedDict, cast

from ..audio import PCM_24K, AudioFormat
from ..errors import ConfigurationError
from .config import DEFAULT_MODEL

if TYPE_CHECKING:
    from cartesia_api.models.emotion import Emotion
    from cartesia_api.models.language import Language
    from cartesia_api.models.tts_model import TtsModel

__all__ = ["BytesOptions", "ContextOptions", "GenerationConfig", "SpeechOptions", "VoiceId"]

SPEED_RANGE: Final = (0.6, 1.5)
VOLUME_RANGE: Final = (0.5, 2.0)
MAX_BUFFER_DELAY_MS: Final = 5000


class GenerationConfig(TypedDict, total=False):
    """How the voice speaks. Works with sonic-3 and newer.

    Attributes:
        speed: 0.6 to 1.5, both included; 1 is normal.
        volume: 0.5 to 2.0, both included; 1 is normal.
        emotion: Such as ``calm`` or ``excited``; the service adds values freely.
    """

    speed: float
    volume: float
    emotion: Emotion | str


class VoiceId(TypedDict):
    """A voice as the wire writes it; a plain id string means the same."""

    id: str


class BytesOptions(TypedDict, total=False):
    """Options of every kind of speech. What is left out, the service decides.

    Attributes:
        model_id: Default ``sonic-latest``. Professional clones need a dated id.
        output_format: Default 16-bit samples at 24 kHz, raw. ``wav`` and ``mp3`` only with
            `tts.generate`.
        language: Such as ``en``; not together with ``locale``.
        locale: Such as ``en-GB``; not together with ``language``.
        normalization: ``auto``, ``off`` or a locale code.
        generation_config: Speed, volume, emotion.
        pronunciation_dict_id: Needs sonic-3 or newer.
    """

    model_id: TtsModel | str
    output_format: AudioFormat | Mapping[str, object]
    language: Language | str
    locale: str
    normalization: str
    generation_config: GenerationConfig
    pronunciation_dict_id: str


class SpeechOptions(BytesOptions, total=False):
    """`BytesOptions` and the timestamps that streams can carry.

    Attributes:
        add_timestamps: Yield `WordTimestamps`.
        add_phoneme_timestamps: Yield `PhonemeTimestamps`.
        use_normalized_timestamps: Words as spoken ("seven thirty") and not as written ("7:30").
    """

    add_timestamps: bool
    add_phoneme_timestamps: bool
    use_normalized_timestamps: bool


class ContextOptions(SpeechOptions, total=False):
    """`SpeechOptions` and how text is gathered on a socket.

    Attributes:
        max_buffer_delay_ms: How long the service may hold text back to make better sentences: 0
            to 5000 ms, 3000 if left out. 0 speaks each push at once.
    """

    max_buffer_delay_ms: int


def speech_fields(
    voice: str | Mapping[str, object],
    options: BytesOptions | SpeechOptions | ContextOptions,
    *,
    raw_only: bool = True,
) -> tuple[dict[str, object], AudioFormat]:
    """The constant fields of a generation request, and the format to expect.

    Raises:
        ConfigurationError: If a value is out of range or two do not go together.
    """
    fmt = AudioFormat.of(options.get("output_format", PCM_24K))
    if raw_only and fmt.container != "raw":
        raise ConfigurationError(
            f"output_format: streams carry raw audio, not {fmt.container}; use tts.generate, "
            "or save the stream as a WAV file",
            option="output_format.container",
        )
    if options.get("language") is not None and options.get("locale") is not None:
        raise ConfigurationError("give language or locale, not both", option="locale")
    delay = options.get("max_buffer_delay_ms")
    if delay is not None:
        _in_range("max_buffer_delay_ms", delay, (0, MAX_BUFFER_DELAY_MS), whole=True)
    fields: dict[str, object] = {
        "model_id": DEFAULT_MODEL,
        **{name: value for name, value in options.items() if value is not None},
        "voice": _voice(voice),
        "output_format": fmt.to_wire(),
    }
    config = options.get("generation_config")
    if config is not None:
        fields["generation_config"] = _generation_config(config)
    return fields, fmt


def check_transcript(transcript: object) -> str:
    """Text for a whole utterance.

    Raises:
        ConfigurationError: If it is not a string or has nothing to say.
    """
    if not isinstance(transcript, str):
        raise ConfigurationError(
            f"transcript must be a string, not {type(transcript).__name__}", option="transcript"
        )
    if not transcript.strip():
        raise ConfigurationError("transcript is empty", option="transcript")
    return transcript


def check_text(text: object, iterable: tuple[type, ...]) -> None:
    """Check what `speak` is given: a whole text, or its pieces.

    Args:
        text: The text.
        iterable: What its pieces may come in.

    Raises:
        ConfigurationError: If it is neither, or a whole text with nothing to say.
    """
    if isinstance(text, str):
        check_transcript(text)
    elif isinstance(text, bytes | bytearray) or not isinstance(text, iterable):
        raise ConfigurationError(
            f"text must be a string or an iterable of strings, not {type(text).__name__}",
            option="text",
        )


def piece_of(text: object) -> str:
    """A piece of a text, as models stream them: None stands for no text.

    Raises:
        ConfigurationError: If it is not a string.
    """
    if text is None:
        return ""
    if not isinstance(text, str):
        raise ConfigurationError(
            f"the pieces of a text must be strings, not {type(text).__name__}", option="text"
        )
    return text


def _voice(voice: str | Mapping[str, object]) -> object:
    """A voice id, or the wire's object form, which stays open for later members."""
    given: object = voice.get("id") if isinstance(voice, Mapping) else voice
    if not isinstance(given, str) or not given.strip():
        raise ConfigurationError(
            'voice must be a voice id, or {"id": ...}; client.voices.list() returns the ids',
            option="voice",
        )
    return voice


def voice_id_of(voice: str | Mapping[str, object]) -> str:
    """The id of a voice.

    Raises:
        ConfigurationError: If it has none.
    """
    given = _voice(voice)
    return given if isinstance(given, str) else str(cast("VoiceId", given)["id"])


def _generation_config(config: object) -> dict[str, object]:
    if not isinstance(config, Mapping):
        raise ConfigurationError(
            f"generation_config must be a mapping, not {type(config).__name__}",
            option="generation_config",
        )
    manner = cast("Mapping[str, object]", config)
    for name, bounds in (("speed", SPEED_RANGE), ("volume", VOLUME_RANGE)):
        value = manner.get(name)
        if value is not None:
            _in_range(f"generation_config.{name}", value, bounds)
    return {name: value for name, value in manner.items() if value is not None}


def _in_range(
    name: str, value: object, bounds: tuple[float, float], *, whole: bool = False
) -> None:
    low, high = bounds
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise ConfigurationError(f"{name} is {value!r}; allowed: {low} to {high}", option=name)
