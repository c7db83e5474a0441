"""Requests for speech, decoded and checked with messages that name the invalid field.

Optional members accept ``null`` and unknown members are ignored, because older and newer clients
send other versions of the same request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from ..catalog import (
    BIT_RATES,
    LANGUAGES,
    MODEL_LANGUAGES,
    MODEL_SPEEDS,
    RAW_ENCODINGS,
    SAMPLE_RATES,
    SUNSETTED_MODELS,
    TTS_MODELS,
)
from ..errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "GenerationConfig",
    "OutputFormat",
    "Speech",
    "VoiceRef",
    "WireMessage",
    "check_context_id",
    "check_language",
    "check_length",
    "choose",
    "decode",
]

T = TypeVar("T")

LONGEST_TRANSCRIPT: Final = 1_000_000
"""Most characters of one text to speak, which is half a day of speech."""

_LONGEST_ID: Final = 256
_AT: Final = re.compile(r"^(?P<what>.*) - at `\$(?P<path>.*)`$", re.DOTALL)
_WITHOUT_DICTIONARIES: Final = re.compile(r"sonic-(2|turbo)\b")
_LOCALE: Final = re.compile(r"([a-z]{2})(?:[-_][A-Za-z]{2})?")


class VoiceRef(msgspec.Struct, frozen=True):
    """A voice by id; ``mode`` and other members of older versions are ignored."""

    id: str


class GenerationConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How to speak: ``speed`` 0.6 to 1.5, ``volume`` 0.5 to 2.0, ``emotion`` any name."""

    speed: float | None = None
    volume: float | None = None
    emotion: str | None = None

    def check(self) -> None:
        """Reject values outside the documented ranges (ends included)."""
        in_range("generation_config.speed", self.speed, 0.6, 1.5)
        in_range("generation_config.volume", self.volume, 0.5, 2.0)


class OutputFormat(msgspec.Struct, frozen=True, kw_only=True):
    """Container and encoding of the audio."""

    container: str
    sample_rate: int
    encoding: str | None = None
    bit_rate: int | None = None

    def check(self, containers: Collection[str]) -> None:
        """Reject unknown formats, and members that do not belong together."""
        choose("output_format.container", self.container, containers)
        choose("output_format.sample_rate", self.sample_rate, SAMPLE_RATES)
        if self.container == "mp3":
            _only("mp3", absent=("encoding", self.encoding), present=("bit_rate", self.bit_rate))
            choose("output_format.bit_rate", self.bit_rate, BIT_RATES)
        else:
            _only(
                self.container,
                absent=("bit_rate", self.bit_rate),
                present=("encoding", self.encoding),
            )
            choose("output_format.encoding", self.encoding, RAW_ENCODINGS)


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """A request for speech: the body of ``/tts/bytes`` and ``/tts/sse``, or a websocket input."""

    model_id: str
    transcript: str
    voice: str | VoiceRef
    output_format: OutputFormat
    language: str | None = None
    locale: str | None = None
    normalization: str | None = None
    generation_config: GenerationConfig | None = None
    pronunciation_dict_id: str | None = None
    save: bool | None = None
    speed: str | None = None
    add_timestamps: bool | None = None
    add_phoneme_timestamps: bool | None = None
    use_normalized_timestamps: bool | None = None
    context_id: str | None = None
    continue_: bool | None = msgspec.field(default=None, name="continue")
    flush: bool | None = None
    max_buffer_delay_ms: int | None = None

    @property
    def voice_id(self) -> str:
        """The id of the voice, in either form of the request."""
        return self.voice if isinstance(self.voice, str) else self.voice.id

    @property
    def spoken_language(self) -> str:
        """Two-letter code of the language to speak."""
        return (self.language or self.locale or "en")[:2]

    @property
    def rate(self) -> float:
        """Factor on the speaking rate from both speed settings."""
        config = self.generation_config
        factor = config.speed if config and config.speed is not None else 1.0
        return factor * MODEL_SPEEDS[self.speed or "normal"]

    @property
    def volume(self) -> float:
        """Gain of the audio."""
        config = self.generation_config
        return config.volume if config and config.volume is not None else 1.0

    def check(self, containers: Collection[str]) -> None:
        """Reject what the service rejects on every transport."""
        check_length("transcript", self.transcript)
        check_context_id(self.context_id)
        check_model(self.model_id)
        self.output_format.check(containers)
        if self.language is not None and self.locale is not None:
            raise ApiError(400, "language and locale exclude each other; send one of them.")
        check_language("language", self.language)
        check_language("locale", self.locale)
        check_spoken(self.model_id, self.spoken_language)
        if self.normalization not in (None, "auto", "off"):
            check_language("normalization", self.normalization)
        if self.speed is not None:
            choose("speed", self.speed, MODEL_SPEEDS)
        if self.generation_config is not None:
            self.generation_config.check()
        in_range("max_buffer_delay_ms", self.max_buffer_delay_ms, 0, 5000)
        if self.pronunciation_dict_id is not None and _WITHOUT_DICTIONARIES.match(self.model_id):
            raise ApiError(400, "pronunciation_dict_id: needs model sonic-3 or newer.")


class WireMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a websocket message that say whether it is an input or a cancel."""

    context_id: str | None = None
    cancel: bool | None = None


def decode(body: bytes | str, kind: type[T]) -> T:
    """Decode a JSON request.

    Raises:
        ApiError: 400, with the invalid field, for anything that is not such a request.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise ApiError(400, explain(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, f"The request is not valid JSON: {error}") from error


def explain(error: msgspec.ValidationError) -> str:
    """Write a validation error as "field: what is wrong"."""
    message = str(error)
    at = _AT.match(message)
    path, what = (at["path"].lstrip("."), at["what"]) if at else ("", message)
    missing = re.fullmatch(r"Object missing required field `(.+)`", what)
    if missing:
        return f"{path + '.' if path else ''}{missing[1]}: this field is required."
    return f"{path or 'request body'}: {what[0].lower()}{what[1:]}."


def choose(field: str, value: object, allowed: Collection[object]) -> None:
    """Reject a value outside a fixed list."""
    if value not in allowed:
        known = ", ".join(map(str, allowed))
        raise ApiError(400, f"{field}: {value!r} is not one of {known}.")


def in_range(field: str, value: float | None, low: float, high: float) -> None:
    """Reject a number outside ``low..high``, ends included."""
    if value is not None and not low <= value <= high:
        raise ApiError(400, f"{field}: {value} is outside {low}..{high}.")


def check_length(field: str, text: str, most: int = LONGEST_TRANSCRIPT) -> None:
    """Reject text that is too long."""
    if len(text) > most:
        raise ApiError(400, f"{field}: {len(text)} characters are more than {most}.")


def check_context_id(context_id: str | None) -> None:
    """Reject an id that is too long to be remembered thousands of times."""
    if context_id is not None:
        check_length("context_id", context_id, _LONGEST_ID)


def check_model(model_id: str) -> None:
    """Reject unknown and retired speech models."""
    if model_id in SUNSETTED_MODELS:
        raise ApiError(
            400,
            f"model_id: {model_id!r} has been sunsetted and is no longer available.",
            code="model_sunsetted",
            title="Model sunsetted",
        )
    if model_id not in TTS_MODELS:
        raise ApiError(400, f"model_id: there is no model {model_id!r}.", code="model_not_found")


def check_spoken(model_id: str, language: str) -> None:
    """Reject a language that the model does not speak."""
    for prefix, spoken in MODEL_LANGUAGES.items():
        if model_id.startswith(prefix) and language not in spoken:
            raise ApiError(
                400,
                f"language: model {model_id!r} does not speak {language!r}.",
                code="language_not_supported",
            )


def check_language(field: str, value: str | None) -> None:
    """Reject a language or locale that the service does not list."""
    if value is None:
        return
    match = _LOCALE.fullmatch(value)
    if match is None or match[1] not in LANGUAGES:
        raise ApiError(
            400, f"{field}: {value!r} is not a supported language.", code="language_not_supported"
        )


def _only(container: str, *, absent: tuple[str, object], present: tuple[str, object]) -> None:
    if absent[1] is not None:
        raise ApiError(400, f"output_format.{absent[0]}: does not belong to container {container}.")
    if present[1] is None:
        raise ApiError(400, f"output_format.{present[0]}: container {container} needs it.")
