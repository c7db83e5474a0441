from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..models.language import Language
from ..models.voice_access import VoiceAccess
from ..models.voice_visibility import VoiceVisibility
from ..types import Model, encode_object, read_datetime, read_object, read_str, take


@define(kw_only=True)
class VoiceMetadata(Model):
    """A voice that was just made.

    Attributes:
        id: Id of the voice, a UUID.
        name: Display name, without the tagline.
        tagline: A few words about the voice, at most 32 characters, empty when unset.
        description: What the voice sounds like.
        language: Main language of the voice.
        created_at: When the voice was made.
        user_id: Id of the owner.
        access: Who may use the voice.
        visibility: In whose lists the voice appears.
        additional_properties: Fields that the document does not know.
    """

    id: str
    name: str
    tagline: str
    description: str
    language: Language | str
    created_at: datetime.datetime
    user_id: str
    access: str | VoiceAccess
    visibility: str | VoiceVisibility
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "tagline": self.tagline,
                "description": self.description,
                "language": self.language,
                "created_at": self.created_at,
                "user_id": self.user_id,
                "access": self.access,
                "visibility": self.visibility,
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
            id=take(data, "id", read_str),
            name=take(data, "name", read_str),
            tagline=take(data, "tagline", read_str),
            description=take(data, "description", read_str),
            language=take(data, "language", read_str),
            created_at=take(data, "created_at", read_datetime),
            user_id=take(data, "user_id", read_str),
            access=take(data, "access", read_str),
            visibility=take(data, "visibility", read_str),
        )
        model.additional_properties = data
        return model
