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
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.field_problem import FieldProblem

_READ_DETAIL: Final[Reader[list[FieldProblem] | str]] = either(
    list_of(FieldProblem.from_dict), read_str
)


@define(kw_only=True)
class ErrorInfo(Model):
    """Body of a failed request, if it is JSON. No field is required, so that a body from a proxy
    can still be read.

    Attributes:
        detail: What is wrong with each field, or one sentence.
        error: Description of the failure for people to read.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    detail: list[FieldProblem] | str | Unset = UNSET
    error: str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"detail": self.detail, "error": self.error}, self.additional_properties
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
        model.detail = checked_optional("detail", pop("detail", UNSET), _READ_DETAIL)
        value = pop("error", UNSET)
        model.error = (
            value if type(value) is str or value is UNSET else checked("error", value, read_str)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
