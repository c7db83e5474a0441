from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    list_of,
    read_bool,
    read_datetime,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.pronunciation_item import PronunciationItem

_READ_ITEMS: Final[Reader[list[PronunciationItem]]] = list_of(PronunciationItem.from_dict)


@define(kw_only=True)
class PronunciationDict(Model):
    """A dictionary of pronunciations. An older document has `description`, `access` and `is_owner`
    as well; if a server sends them, they are additional properties.

    Attributes:
        id: Id of the dictionary.
        name: Name of the dictionary.
        owner_id: Id of the owner.
        pinned: True when the owner pinned the dictionary.
        items: Texts and their pronunciations.
        created_at: When the dictionary was created.
        additional_properties: Fields that the OpenAPI document does not have.
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
        value = pop("owner_id", UNSET)
        model.owner_id = value if type(value) is str else checked("owner_id", value, read_str)
        value = pop("pinned", UNSET)
        model.pinned = value if type(value) is bool else checked("pinned", value, read_bool)
        model.items = checked("items", pop("items", UNSET), _READ_ITEMS)
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
