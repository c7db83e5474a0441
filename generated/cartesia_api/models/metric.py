from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    read_datetime,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_DISPLAY_NAME: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class Metric(Model):
    """A question about the transcript of each call.

    Attributes:
        id: Id of the metric.
        name: Name of the metric, which is unique.
        prompt: The task and how to judge it.
        created_at: When the metric was made.
        display_name: Name shown to people.
        additional_properties: Fields that the document does not know.
    """

    id: str
    name: str
    prompt: str
    created_at: datetime.datetime
    display_name: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "prompt": self.prompt,
                "created_at": self.created_at,
                "display_name": self.display_name,
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
            prompt=take(data, "prompt", read_str),
            created_at=take(data, "created_at", read_datetime),
            display_name=take_optional(data, "display_name", _READ_DISPLAY_NAME),
        )
        model.additional_properties = data
        return model
