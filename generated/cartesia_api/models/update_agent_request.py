from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, either, read_null, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.language import Language

_READ_NAME: Final[Reader[None | str]] = either(read_str, read_null)
_READ_DESCRIPTION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_TTS_VOICE: Final[Reader[None | str]] = either(read_str, read_null)
_READ_TTS_LANGUAGE: Final[Reader[Language | None | str]] = either(read_str, read_null)


@define(kw_only=True)
class UpdateAgentRequest(Model):
    """Fields of an agent to change.

    Attributes:
        name: New name.
        description: New description.
        tts_voice: Id of the voice to speak with.
        tts_language: Language to speak.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    tts_voice: None | str | Unset = UNSET
    tts_language: Language | None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "name": self.name,
                "description": self.description,
                "tts_voice": self.tts_voice,
                "tts_language": self.tts_language,
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
        value = pop("name", UNSET)
        model.name = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("name", value, _READ_NAME)
        )
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("description", value, _READ_DESCRIPTION)
        )
        value = pop("tts_voice", UNSET)
        model.tts_voice = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("tts_voice", value, _READ_TTS_VOICE)
        )
        value = pop("tts_language", UNSET)
        model.tts_language = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("tts_language", value, _READ_TTS_LANGUAGE)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
