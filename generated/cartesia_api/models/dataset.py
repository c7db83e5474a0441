from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..types import Model, encode_object, read_object, read_str, take


@define(kw_only=True)
class Dataset(Model):
    """A collection of recordings to fine-tune a model on.

    Attributes:
        id: Id of the dataset.
        name: Name of the dataset.
        description: What is in it, empty when unset.
        created_at: When the dataset was made. The format of the time is not documented.
        additional_properties: Fields that the document does not know.
    """

    id: str
    name: str
    description: str
    created_at: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "description": self.description,
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
            description=take(data, "description", read_str),
            created_at=take(data, "created_at", read_str),
        )
        model.additional_properties = data
        return model
