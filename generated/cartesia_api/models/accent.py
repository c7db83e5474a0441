from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_bool, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.language import Language
from ..models.voice_accent import VoiceAccent


@define(kw_only=True)
class Accent(Model):
    """An accent of the catalog.

    Attributes:
        id: Catalog id. Use it in requests.
        name: Display name.
        language: Language of the accent.
        locale: BCP 47 tag of language and region, such as `en-GB`.
        is_locale_default: True for exactly one accent of each locale.
        is_localizable: True when voices can be localized to it.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str | VoiceAccent
    name: str
    language: Language | str
    locale: str
    is_locale_default: bool
    is_localizable: bool
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "language": self.language,
                "locale": self.locale,
                "is_locale_default": self.is_locale_default,
                "is_localizable": self.is_localizable,
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
        value = pop("language", UNSET)
        model.language = value if type(value) is str else checked("language", value, read_str)
        value = pop("locale", UNSET)
        model.locale = value if type(value) is str else checked("locale", value, read_str)
        value = pop("is_locale_default", UNSET)
        model.is_locale_default = (
            value if type(value) is bool else checked("is_locale_default", value, read_bool)
        )
        value = pop("is_localizable", UNSET)
        model.is_localizable = (
            value if type(value) is bool else checked("is_localizable", value, read_bool)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
