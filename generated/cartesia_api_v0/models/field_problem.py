from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..types import (
    Model,
    Reader,
    either,
    encode_object,
    list_of,
    read_int,
    read_object,
    read_str,
    take,
)

_READ_LOC: Final[Reader[list[int | str]]] = list_of(either(read_str, read_int))


@define(kw_only=True)
class FieldProblem(Model):
    """One thing that is wrong with a request.

    Attributes:
        loc: Where it is, from the outside in, such as `body` and `transcript`.
        msg: What is wrong, for people.
        type_: What is wrong, for machines.
        additional_properties: Fields that the document does not know.
    """

    loc: list[int | str]
    msg: str
    type_: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"loc": self.loc, "msg": self.msg, "type": self.type_}, self.additional_properties
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            loc=take(data, "loc", _READ_LOC),
            msg=take(data, "msg", read_str),
            type_=take(data, "type", read_str),
        )
        model.additional_properties = data
        return model
