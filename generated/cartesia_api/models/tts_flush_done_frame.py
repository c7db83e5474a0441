from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    constant,
    read_bool,
    read_int,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

_READ_TYPE_: Final[Reader[Literal["flush_done"]]] = constant("flush_done")


@define(kw_only=True)
class TtsFlushDoneFrame(Model):
    """All audio up to a flush was sent. The context stays open.

    Attributes:
        type_: Always `flush_done`.
        done: Always false.
        flush_done: Always true.
        flush_id: Number of the flush. The first flush is 1.
        status_code: HTTP-like status, 206.
        context_id: Id of the context.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["flush_done"] = "flush_done"
    done: bool
    flush_done: bool
    flush_id: int
    status_code: int
    context_id: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "done": self.done,
                "flush_done": self.flush_done,
                "flush_id": self.flush_id,
                "status_code": self.status_code,
                "context_id": self.context_id,
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
        model.type_ = checked("type", pop("type", UNSET), _READ_TYPE_)
        value = pop("done", UNSET)
        model.done = value if type(value) is bool else checked("done", value, read_bool)
        value = pop("flush_done", UNSET)
        model.flush_done = value if type(value) is bool else checked("flush_done", value, read_bool)
        value = pop("flush_id", UNSET)
        model.flush_id = value if type(value) is int else checked("flush_id", value, read_int)
        value = pop("status_code", UNSET)
        model.status_code = value if type(value) is int else checked("status_code", value, read_int)
        value = pop("context_id", UNSET)
        model.context_id = value if type(value) is str else checked("context_id", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
