from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    read_bool,
    read_null,
    read_object,
    read_str,
    tagged,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.generation_config import GenerationConfig
from ..models.language import Language
from ..models.model_speed import ModelSpeed, check_model_speed
from ..models.mp_3_output import Mp3Output
from ..models.raw_output import RawOutput
from ..models.tts_model import TtsModel
from ..models.voice_by_id import VoiceById
from ..models.wav_output import WavOutput

_READ_VOICE: Final[Reader[str | VoiceById]] = either(read_str, VoiceById.from_dict)
_READ_OUTPUT_FORMAT: Final[Reader[Mp3Output | RawOutput | WavOutput]] = tagged(
    "container",
    {"raw": RawOutput.from_dict, "wav": WavOutput.from_dict, "mp3": Mp3Output.from_dict},
)
_READ_LANGUAGE: Final[Reader[Language | None | str]] = either(read_str, read_null)
_READ_LOCALE: Final[Reader[None | str]] = either(read_str, read_null)
_READ_NORMALIZATION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_PRONUNCIATION_DICT_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_SAVE: Final[Reader[bool | None]] = either(read_bool, read_null)


@define(kw_only=True)
class TtsRequest(Model):
    """A transcript and how to speak it.

    Attributes:
        model_id: Id of the model. Professional voice clones need a dated one.
        transcript: Text to speak.
        voice: The voice, as its id or as an object with its id.
        output_format: Container, encoding and rate of the audio.
        language: Language of the transcript, such as `en`. Give this or `locale`, not both.
        locale: Language or language and region, such as `en` or `en-GB`. Give this or
            `language`, not both.
        normalization: How numbers, dates and the like are read: `auto`, `off` or a locale.
            The server uses `auto` when it is left out.
        generation_config: Speed, volume and emotion.
        pronunciation_dict_id: Id of a pronunciation dictionary. Needs sonic-3 or newer.
        save: True stores the audio and sends its id in the header `Cartesia-File-ID`. The
            server assumes false.
        speed: Coarse speed, deprecated in favour of `generation_config`.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    model_id: str | TtsModel
    transcript: str
    voice: str | VoiceById
    output_format: Mp3Output | RawOutput | WavOutput
    language: Language | None | str | Unset = UNSET
    locale: None | str | Unset = UNSET
    normalization: None | str | Unset = UNSET
    generation_config: GenerationConfig | Unset = UNSET
    pronunciation_dict_id: None | str | Unset = UNSET
    save: bool | None | Unset = UNSET
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
                "save": self.save,
                "speed": self.speed,
            },
            self.additional_properties,
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("model_id", UNSET)
        model.model_id = value if type(value) is str else checked("model_id", value, read_str)
        value = pop("transcript", UNSET)
        model.transcript = value if type(value) is str else checked("transcript", value, read_str)
        value = pop("voice", UNSET)
        model.voice = value if type(value) is str else checked("voice", value, _READ_VOICE)
        model.output_format = checked(
            "output_format", pop("output_format", UNSET), _READ_OUTPUT_FORMAT
        )
        value = pop("language", UNSET)
        model.language = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("language", value, _READ_LANGUAGE)
        )
        value = pop("locale", UNSET)
        model.locale = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("locale", value, _READ_LOCALE)
        )
        value = pop("normalization", UNSET)
        model.normalization = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("normalization", value, _READ_NORMALIZATION)
        )
        model.generation_config = checked_optional(
            "generation_config", pop("generation_config", UNSET), GenerationConfig.from_dict
        )
        value = pop("pronunciation_dict_id", UNSET)
        model.pronunciation_dict_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("pronunciation_dict_id", value, _READ_PRONUNCIATION_DICT_ID)
        )
        value = pop("save", UNSET)
        model.save = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("save", value, _READ_SAVE)
        )
        model.speed = checked_optional("speed", pop("speed", UNSET), check_model_speed)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
