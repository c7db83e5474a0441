from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    list_of,
    read_int,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

_READ_LOC: Final[Reader[list[int | str]]] = list_of(either(read_str, read_int))


@define(kw_only=True)
class FieldProblem(Model):
    """A problem in a request.

    Attributes:
        loc: Path to the field with the problem, from the outside in, such as `body` and
            `transcript`.
        msg: Description of the problem for people to read.
        type_: Machine-readable kind of the problem.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        model.loc = checked("loc", pop("loc", UNSET), _READ_LOC)
        value = pop("msg", UNSET)
        model.msg = value if type(value) is str else checked("msg", value, read_str)
        value = pop("type", UNSET)
        model.type_ = value if type(value) is str else checked("type", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
