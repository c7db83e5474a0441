from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    constant,
    either,
    encode_object,
    read_bool,
    read_int,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_TYPE_: Final[Reader[Literal["done"]]] = constant("done")
_READ_CONTEXT_ID: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class TtsSseDoneEvent(Model):
    """The regular end of the stream.

    Attributes:
        type_: Always `done`.
        done: Always true.
        status_code: HTTP-like status, 200 or 206.
        context_id: The id given in the request.
        additional_properties: Fields that the document does not know.
    """

    type_: Literal["done"] = "done"
    done: bool
    status_code: int
    context_id: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "done": self.done,
                "status_code": self.status_code,
                "context_id": self.context_id,
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
            type_=take(data, "type", _READ_TYPE_),
            done=take(data, "done", read_bool),
            status_code=take(data, "status_code", read_int),
            context_id=take_optional(data, "context_id", _READ_CONTEXT_ID),
        )
        model.additional_properties = data
        return model
