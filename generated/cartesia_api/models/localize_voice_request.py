from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.localize_dialect import LocalizeDialect, check_localize_dialect
from ..models.localize_target_language import LocalizeTargetLanguage, check_localize_target_language
from ..models.speaker_gender import SpeakerGender, check_speaker_gender
from ..models.voice_accent import VoiceAccent, check_voice_accent

_READ_DIALECT: Final[Reader[LocalizeDialect | None]] = either(check_localize_dialect, read_null)


@define(kw_only=True)
class LocalizeVoiceRequest(Model):
    """A voice to localize and the details of the new voice.

    Attributes:
        voice_id: Id of the source voice.
        name: Display name of the new voice.
        accent: Catalog id of an accent that is marked `is_localizable`.
        description: What the new voice sounds like.
        tagline: A few words about the new voice, at most 32 characters.
        language: Language of the new voice. The server takes it from the accent when it is
            left out.
        dialect: Dialect, the older way to name an accent.
        original_speaker_gender: Gender of the speaker of the source voice.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    voice_id: str
    name: str
    accent: VoiceAccent
    description: str | Unset = UNSET
    tagline: str | Unset = UNSET
    language: LocalizeTargetLanguage | Unset = UNSET
    dialect: LocalizeDialect | None | Unset = UNSET
    original_speaker_gender: SpeakerGender | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "voice_id": self.voice_id,
                "name": self.name,
                "accent": self.accent,
                "description": self.description,
                "tagline": self.tagline,
                "language": self.language,
                "dialect": self.dialect,
                "original_speaker_gender": self.original_speaker_gender,
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
        value = pop("voice_id", UNSET)
        model.voice_id = value if type(value) is str else checked("voice_id", value, read_str)
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        model.accent = checked("accent", pop("accent", UNSET), check_voice_accent)
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is UNSET
            else checked("description", value, read_str)
        )
        value = pop("tagline", UNSET)
        model.tagline = (
            value if type(value) is str or value is UNSET else checked("tagline", value, read_str)
        )
        model.language = checked_optional(
            "language", pop("language", UNSET), check_localize_target_language
        )
        model.dialect = checked_optional("dialect", pop("dialect", UNSET), _READ_DIALECT)
        model.original_speaker_gender = checked_optional(
            "original_speaker_gender", pop("original_speaker_gender", UNSET), check_speaker_gender
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
