from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..types import Model, Reader, constant, encode_object, read_object, read_str, take

_READ_TYPE_: Final[Reader[Literal["turn.start"]]] = constant("turn.start")


@define(kw_only=True)
class SttTurnStartFrame(Model):
    """Speech began.

    Attributes:
        type_: Always `turn.start`.
        request_id: Id of the connection, to be quoted to support.
        additional_properties: Fields that the document does not know.
    """

    type_: Literal["turn.start"] = "turn.start"
    request_id: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"type": self.type_, "request_id": self.request_id}, self.additional_properties
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            type_=take(data, "type", _READ_TYPE_), request_id=take(data, "request_id", read_str)
        )
        model.additional_properties = data
        return model
