from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    list_of,
    read_bool,
    read_datetime,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.gender_presentation import GenderPresentation
from ..models.language import Language
from ..models.voice_accent import VoiceAccent
from ..models.voice_access import VoiceAccess
from ..models.voice_locale import VoiceLocale
from ..models.voice_visibility import VoiceVisibility

_READ_LOCALES: Final[Reader[list[VoiceLocale]]] = list_of(VoiceLocale.from_dict)
_READ_ACCENT: Final[Reader[None | str | VoiceAccent]] = either(read_str, read_null)
_READ_GENDER: Final[Reader[GenderPresentation | None | str]] = either(read_str, read_null)
_READ_COUNTRY: Final[Reader[None | str]] = either(read_str, read_null)
_READ_PREVIEW_FILE_URL: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class Voice(Model):
    """A voice that can speak text.

    Attributes:
        id: Id of the voice, a UUID.
        name: Display name, without the tagline.
        tagline: A few words about the voice, at most 32 characters, empty when unset.
        description: What the voice sounds like.
        language: Main language of the voice.
        locales: Locales that the voice speaks, native ones first.
        created_at: When the voice was created.
        is_owner: True when the voice belongs to your organisation.
        access: Who may use the voice.
        visibility: Who sees the voice in lists.
        accent: Catalog id of the accent.
        gender: Gender that the voice sounds like.
        country: Country as an ISO 3166-1 alpha-2 code. Deprecated in favour of `locales`.
        preview_file_url: Address of an audio sample; null when there is none. The server
            sends it only when you ask for it with `expand`. Fetch it with the same credentials,
            and do not store the address.
        additional_properties: Fields that the OpenAPI document does not have.
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
        model.locales = checked("locales", pop("locales", UNSET), _READ_LOCALES)
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        value = pop("is_owner", UNSET)
        model.is_owner = value if type(value) is bool else checked("is_owner", value, read_bool)
        value = pop("access", UNSET)
        model.access = value if type(value) is str else checked("access", value, read_str)
        value = pop("visibility", UNSET)
        model.visibility = value if type(value) is str else checked("visibility", value, read_str)
        value = pop("accent", UNSET)
        model.accent = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("accent", value, _READ_ACCENT)
        )
        value = pop("gender", UNSET)
        model.gender = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("gender", value, _READ_GENDER)
        )
        value = pop("country", UNSET)
        model.country = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("country", value, _READ_COUNTRY)
        )
        value = pop("preview_file_url", UNSET)
        model.preview_file_url = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("preview_file_url", value, _READ_PREVIEW_FILE_URL)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
