from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.pronunciation_item import PronunciationItem
from ..types import (
    Model,
    Reader,
    encode_object,
    list_of,
    read_bool,
    read_datetime,
    read_object,
    read_str,
    take,
)

_READ_ITEMS: Final[Reader[list[PronunciationItem]]] = list_of(PronunciationItem.from_dict)


@define(kw_only=True)
class PronunciationDict(Model):
    """A dictionary of pronunciations. An older document has `description`, `access` and `is_owner`
    as well; they are kept among the additional properties where a server sends them.

    Attributes:
        id: Id of the dictionary.
        name: Name of the dictionary.
        owner_id: Id of the owner.
        pinned: True when the owner pinned the dictionary.
        items: Texts and what to say in their place.
        created_at: When the dictionary was made.
        additional_properties: Fields that the document does not know.
    """

    id: str
    name: str
    owner_id: str
    pinned: bool
    items: list[PronunciationItem]
    created_at: datetime.datetime
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "owner_id": self.owner_id,
                "pinned": self.pinned,
                "items": self.items,
                "created_at": self.created_at,
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
            owner_id=take(data, "owner_id", read_str),
            pinned=take(data, "pinned", read_bool),
            items=take(data, "items", _READ_ITEMS),
            created_at=take(data, "created_at", read_datetime),
        )
        model.additional_properties = data
        return model
