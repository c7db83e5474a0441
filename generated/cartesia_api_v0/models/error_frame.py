from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    read_bool,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_DONE: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_CONTEXT_ID: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class ErrorFrame(Model):
    """A generation failed. Without `context_id`, everything on the socket failed.

    Attributes:
        error: Description of the failure for people to read.
        done: Always true when present.
        context_id: Id of the generation.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    error: str
    done: bool | None | Unset = UNSET
    context_id: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"error": self.error, "done": self.done, "context_id": self.context_id},
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
        value = pop("error", UNSET)
        model.error = value if type(value) is str else checked("error", value, read_str)
        value = pop("done", UNSET)
        model.done = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("done", value, _READ_DONE)
        )
        value = pop("context_id", UNSET)
        model.context_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("context_id", value, _READ_CONTEXT_ID)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
