from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    list_of,
    read_any,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.language import Language

_READ_NAME: Final[Reader[None | str]] = either(read_str, read_null)
_READ_DISPLAY_NAME: Final[Reader[None | str]] = either(read_str, read_null)
_READ_ACCENTS: Final[Reader[list[object]]] = list_of(read_any)


@define(kw_only=True)
class Locale(Model):
    """A language as it is spoken in a region. The documentation shows only a part of this object;
    other fields that the server sends are additional properties.

    Attributes:
        locale: BCP 47 tag of language and region, such as `en-GB`.
        language: Language of the locale.
        name: Name to show to people. Sources do not say whether it is in this field or in
            `display_name`.
        display_name: Name to show to people. Sources do not say whether it is in this field
            or in `name`.
        accents: Accents of the locale. Whether they are ids or objects is not documented.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    locale: str
    language: Language | str
    name: None | str | Unset = UNSET
    display_name: None | str | Unset = UNSET
    accents: list[object] | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "locale": self.locale,
                "language": self.language,
                "name": self.name,
                "display_name": self.display_name,
                "accents": self.accents,
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
        value = pop("locale", UNSET)
        model.locale = value if type(value) is str else checked("locale", value, read_str)
        value = pop("language", UNSET)
        model.language = value if type(value) is str else checked("language", value, read_str)
        value = pop("name", UNSET)
        model.name = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("name", value, _READ_NAME)
        )
        value = pop("display_name", UNSET)
        model.display_name = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("display_name", value, _READ_DISPLAY_NAME)
        )
        model.accents = checked_optional("accents", pop("accents", UNSET), _READ_ACCENTS)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
