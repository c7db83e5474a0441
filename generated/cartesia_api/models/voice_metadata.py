from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_datetime, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.language import Language
from ..models.voice_access import VoiceAccess
from ..models.voice_visibility import VoiceVisibility


@define(kw_only=True)
class VoiceMetadata(Model):
    """A voice that was just created.

    Attributes:
        id: Id of the voice, a UUID.
        name: Display name, without the tagline.
        tagline: A few words about the voice, at most 32 characters, empty when unset.
        description: What the voice sounds like.
        language: Main language of the voice.
        created_at: When the voice was created.
        user_id: Id of the owner.
        access: Who may use the voice.
        visibility: Who sees the voice in lists.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("id", UNSET)
        model.id = value if type(value) is str else checked("id", value, read_str)
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("tagline", UNSET)
        model.tagline = value if type(value) is str else checked("tagline", value, read_str)
        value = pop("description", UNSET)
        model.description = value if type(value) is str else checked("description", value, read_str)
        value = pop("language", UNSET)
        model.language = value if type(value) is str else checked("language", value, read_str)
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        value = pop("user_id", UNSET)
        model.user_id = value if type(value) is str else checked("user_id", value, read_str)
        value = pop("access", UNSET)
        model.access = value if type(value) is str else checked("access", value, read_str)
        value = pop("visibility", UNSET)
        model.visibility = value if type(value) is str else checked("visibility", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
