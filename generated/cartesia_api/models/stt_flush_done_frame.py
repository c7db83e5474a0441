from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, constant, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

_READ_TYPE_: Final[Reader[Literal["flush_done"]]] = constant("flush_done")


@define(kw_only=True)
class SttFlushDoneFrame(Model):
    """The answer to `finalize`, after the frames of its text: all audio sent before it is
    transcribed.

    Attributes:
        type_: Always `flush_done`.
        request_id: Id of the connection. Give it to support when you report a problem.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["flush_done"] = "flush_done"
    request_id: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"type": self.type_, "request_id": self.request_id}, self.additional_properties
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
        model.type_ = checked("type", pop("type", UNSET), _READ_TYPE_)
        value = pop("request_id", UNSET)
        model.request_id = value if type(value) is str else checked("request_id", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
