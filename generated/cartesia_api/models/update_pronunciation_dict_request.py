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
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.pronunciation_item import PronunciationItem

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
        additional_properties: Fields that the OpenAPI document does not have.
    """

    name: None | str | Unset = UNSET
    items: list[PronunciationItem] | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"name": self.name, "items": self.items}, self.additional_properties)

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
        model.items = checked_optional("items", pop("items", UNSET), _READ_ITEMS)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
