"""Validate speech options and turn them into request fields before any byte is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from ..audio import PCM_24K, AudioFormat
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..options import BytesOptions, ContextOptions, SpeechOptions, VoiceId

DEFAULT_MODEL: Final = "sonic-latest"
SPEED_RANGE: Final = (0.6, 1.5)
VOLUME_RANGE: Final = (0.5, 2.0)
MAX_BUFFER_DELAY_MS: Final = 5000


def speech_fields(
    voice: str | Mapping[str, object],
    options: BytesOptions | SpeechOptions | ContextOptions,
    *,
    raw_only: bool = True,
) -> tuple[dict[str, object], AudioFormat]:
    """Return the constant fields of a generation request, and the format of its audio.

    Raises:
        ConfigurationError: If a value is out of range, or two options exclude each other.
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
    """Return the transcript if it is a string that is not blank.

    Raises:
        ConfigurationError: If it is not a string, or has only white space.
    """
    if not isinstance(transcript, str):
        raise ConfigurationError(
            f"transcript must be a string, not {type(transcript).__name__}", option="transcript"
        )
    if not transcript.strip():
        raise ConfigurationError("transcript is empty", option="transcript")
    return transcript


def check_text(text: object, iterable: tuple[type, ...]) -> None:
    """Check the text argument of `speak`: a string, or an iterable of strings.

    Args:
        text: The argument.
        iterable: Accepted types of iterables.

    Raises:
        ConfigurationError: If it is neither, or a string with only white space.
    """
    if isinstance(text, str):
        check_transcript(text)
    elif isinstance(text, bytes | bytearray) or not isinstance(text, iterable):
        raise ConfigurationError(
            f"text must be a string or an iterable of strings, not {type(text).__name__}",
            option="text",
        )


def piece_of(text: object) -> str:
    """Return a piece of streamed text; None, which language models may send, becomes "".

    Raises:
        ConfigurationError: If it is neither a string nor None.
    """
    if text is None:
        return ""
    if not isinstance(text, str):
        raise ConfigurationError(
            f"the pieces of a text must be strings, not {type(text).__name__}", option="text"
        )
    return text


def _voice(voice: str | Mapping[str, object]) -> object:
    """Check a voice: an id, or the API's object form, which may have more members."""
    given: object = voice.get("id") if isinstance(voice, Mapping) else voice
    if not isinstance(given, str) or not given.strip():
        raise ConfigurationError(
            'voice must be a voice id, or {"id": ...}; client.voices.list() returns the ids',
            option="voice",
        )
    return voice


def voice_id_of(voice: str | Mapping[str, object]) -> str:
    """Return the id of a voice.

    Raises:
        ConfigurationError: If the voice has no id.
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
