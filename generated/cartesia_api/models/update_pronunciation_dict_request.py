from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.pronunciation_item import PronunciationItem
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    list_of,
    read_null,
    read_object,
    read_str,
    take_optional,
)

_READ_NAME: Final[Reader[None | str]] = either(read_str, read_null)
_READ_ITEMS: Final[Reader[list[PronunciationItem] | None]] = either(
    list_of(PronunciationItem.from_dict), read_null
)


@define(kw_only=True)
class UpdatePronunciationDictRequest(Model):
    """Fields of a dictionary to change.

    Attributes:
        name: New name.
        items: The new items. Send the whole list: whether it replaces the old one or is
            merged into it is not documented.
        additional_properties: Fields that the document does not know.
    """

    name: None | str | Unset = UNSET
    items: list[PronunciationItem] | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"name": self.name, "items": self.items}, self.additional_properties)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            name=take_optional(data, "name", _READ_NAME),
            items=take_optional(data, "items", _READ_ITEMS),
        )
        model.additional_properties = data
        return model
