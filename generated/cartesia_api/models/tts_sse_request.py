from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.generation_config import GenerationConfig
from ..models.language import Language
from ..models.model_speed import ModelSpeed, check_model_speed
from ..models.raw_output import RawOutput
from ..models.tts_model import TtsModel
from ..models.voice_by_id import VoiceById
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    read_bool,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_VOICE: Final[Reader[str | VoiceById]] = either(read_str, VoiceById.from_dict)
_READ_LANGUAGE: Final[Reader[Language | None | str]] = either(read_str, read_null)
_READ_LOCALE: Final[Reader[None | str]] = either(read_str, read_null)
_READ_NORMALIZATION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_PRONUNCIATION_DICT_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_ADD_TIMESTAMPS: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_ADD_PHONEME_TIMESTAMPS: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_USE_NORMALIZED_TIMESTAMPS: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_CONTEXT_ID: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class TtsSseRequest(Model):
    """A transcript, how to speak it and which timings to send along.

    Attributes:
        model_id: Id of the model. Professional voice clones need a dated one.
        transcript: Text to speak.
        voice: The voice, as its id or as an object with its id.
        output_format: Encoding and rate of the audio, which is always raw.
        language: Language of the transcript, such as `en`. Give this or `locale`, not both.
        locale: Language or language and region, such as `en` or `en-GB`. Give this or
            `language`, not both.
        normalization: How numbers, dates and the like are read: `auto`, `off` or a locale.
            The server uses `auto` when it is left out.
        generation_config: Speed, volume and emotion.
        pronunciation_dict_id: Id of a pronunciation dictionary. Needs sonic-3 or newer.
        add_timestamps: True sends the timing of each word. The server assumes false.
        add_phoneme_timestamps: True sends the timing of each phoneme. The server assumes
            false.
        use_normalized_timestamps: True times the normalized text, not the text as written.
        context_id: Any id, echoed in every event. It does not continue an earlier request.
        speed: Coarse speed, deprecated in favour of `generation_config`.
        additional_properties: Fields that the document does not know.
    """

    model_id: str | TtsModel
    transcript: str
    voice: str | VoiceById
    output_format: RawOutput
    language: Language | None | str | Unset = UNSET
    locale: None | str | Unset = UNSET
    normalization: None | str | Unset = UNSET
    generation_config: GenerationConfig | Unset = UNSET
    pronunciation_dict_id: None | str | Unset = UNSET
    add_timestamps: bool | None | Unset = UNSET
    add_phoneme_timestamps: bool | None | Unset = UNSET
    use_normalized_timestamps: bool | None | Unset = UNSET
    context_id: None | str | Unset = UNSET
    speed: ModelSpeed | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "model_id": self.model_id,
                "transcript": self.transcript,
                "voice": self.voice,
                "output_format": self.output_format,
                "language": self.language,
                "locale": self.locale,
                "normalization": self.normalization,
                "generation_config": self.generation_config,
                "pronunciation_dict_id": self.pronunciation_dict_id,
                "add_timestamps": self.add_timestamps,
                "add_phoneme_timestamps": self.add_phoneme_timestamps,
                "use_normalized_timestamps": self.use_normalized_timestamps,
                "context_id": self.context_id,
                "speed": self.speed,
            },
            self.additional_properties,
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            model_id=take(data, "model_id", read_str),
            transcript=take(data, "transcript", read_str),
            voice=take(data, "voice", _READ_VOICE),
            output_format=take(data, "output_format", RawOutput.from_dict),
            language=take_optional(data, "language", _READ_LANGUAGE),
            locale=take_optional(data, "locale", _READ_LOCALE),
            normalization=take_optional(data, "normalization", _READ_NORMALIZATION),
            generation_config=take_optional(data, "generation_config", GenerationConfig.from_dict),
            pronunciation_dict_id=take_optional(
                data, "pronunciation_dict_id", _READ_PRONUNCIATION_DICT_ID
            ),
            add_timestamps=take_optional(data, "add_timestamps", _READ_ADD_TIMESTAMPS),
            add_phoneme_timestamps=take_optional(
                data, "add_phoneme_timestamps", _READ_ADD_PHONEME_TIMESTAMPS
            ),
            use_normalized_timestamps=take_optional(
                data, "use_normalized_timestamps", _READ_USE_NORMALIZED_TIMESTAMPS
            ),
            context_id=take_optional(data, "context_id", _READ_CONTEXT_ID),
            speed=take_optional(data, "speed", check_model_speed),
        )
        model.additional_properties = data
        return model
