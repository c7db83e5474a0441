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

from ..models.gender_presentation import GenderPresentation, check_gender_presentation
from ..models.voice_accent import VoiceAccent, check_voice_accent

_READ_GENDER: Final[Reader[GenderPresentation | None]] = either(
    check_gender_presentation, read_null
)
_READ_ACCENT: Final[Reader[None | VoiceAccent]] = either(check_voice_accent, read_null)


@define(kw_only=True)
class UpdateVoiceRequest(Model):
    """Fields of a voice to change.

    Attributes:
        name: New display name.
        description: New description.
        gender: Gender that the voice sounds like. Null resets it to the default.
        accent: Catalog id of the accent. Null resets it to the default.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    gender: GenderPresentation | None | Unset = UNSET
    accent: None | Unset | VoiceAccent = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "name": self.name,
                "description": self.description,
                "gender": self.gender,
                "accent": self.accent,
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
            value if type(value) is str or value is UNSET else checked("name", value, read_str)
        )
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is UNSET
            else checked("description", value, read_str)
        )
        model.gender = checked_optional("gender", pop("gender", UNSET), _READ_GENDER)
        model.accent = checked_optional("accent", pop("accent", UNSET), _READ_ACCENT)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
