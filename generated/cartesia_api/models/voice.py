from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.gender_presentation import GenderPresentation
from ..models.language import Language
from ..models.voice_accent import VoiceAccent
from ..models.voice_access import VoiceAccess
from ..models.voice_locale import VoiceLocale
from ..models.voice_visibility import VoiceVisibility
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    list_of,
    read_bool,
    read_datetime,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_LOCALES: Final[Reader[list[VoiceLocale]]] = list_of(VoiceLocale.from_dict)
_READ_ACCENT: Final[Reader[None | str | VoiceAccent]] = either(read_str, read_null)
_READ_GENDER: Final[Reader[GenderPresentation | None | str]] = either(read_str, read_null)
_READ_COUNTRY: Final[Reader[None | str]] = either(read_str, read_null)
_READ_PREVIEW_FILE_URL: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class Voice(Model):
    """A voice that speech can be generated with.

    Attributes:
        id: Id of the voice, a UUID.
        name: Display name, without the tagline.
        tagline: A few words about the voice, at most 32 characters, empty when unset.
        description: What the voice sounds like.
        language: Main language of the voice.
        locales: Locales that the voice speaks, native ones first.
        created_at: When the voice was made.
        is_owner: True when the voice belongs to your organisation.
        access: Who may use the voice.
        visibility: In whose lists the voice appears.
        accent: Catalog id of the accent.
        gender: How the voice presents.
        country: Country as an ISO 3166-1 alpha-2 code. Deprecated in favour of `locales`.
        preview_file_url: Address of a sample, sent only when asked for with `expand` and null
            where there is none. Fetching it needs the same credentials. Do not store it.
        additional_properties: Fields that the document does not know.
    """

    id: str
    name: str
    tagline: str
    description: str
    language: Language | str
    locales: list[VoiceLocale]
    created_at: datetime.datetime
    is_owner: bool
    access: str | VoiceAccess
    visibility: str | VoiceVisibility
    accent: None | str | Unset | VoiceAccent = UNSET
    gender: GenderPresentation | None | str | Unset = UNSET
    country: None | str | Unset = UNSET
    preview_file_url: None | str | Unset = UNSET
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
                "locales": self.locales,
                "created_at": self.created_at,
                "is_owner": self.is_owner,
                "access": self.access,
                "visibility": self.visibility,
                "accent": self.accent,
                "gender": self.gender,
                "country": self.country,
                "preview_file_url": self.preview_file_url,
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
            locales=take(data, "locales", _READ_LOCALES),
            created_at=take(data, "created_at", read_datetime),
            is_owner=take(data, "is_owner", read_bool),
            access=take(data, "access", read_str),
            visibility=take(data, "visibility", read_str),
            accent=take_optional(data, "accent", _READ_ACCENT),
            gender=take_optional(data, "gender", _READ_GENDER),
            country=take_optional(data, "country", _READ_COUNTRY),
            preview_file_url=take_optional(data, "preview_file_url", _READ_PREVIEW_FILE_URL),
        )
        model.additional_properties = data
        return model
