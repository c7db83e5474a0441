from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class Dataset(Model):
    """A collection of recordings to fine-tune a model on.

    Attributes:
        id: Id of the dataset.
        name: Name of the dataset.
        description: What the dataset contains; empty when unset.
        created_at: When the dataset was created. The format of the time is not documented.
        additional_properties: Fields that the OpenAPI document does not have.
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
        value = pop("description", UNSET)
        model.description = value if type(value) is str else checked("description", value, read_str)
        value = pop("created_at", UNSET)
        model.created_at = value if type(value) is str else checked("created_at", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
