from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..types import (
    Model,
    Reader,
    constant,
    encode_object,
    read_bool,
    read_int,
    read_object,
    read_str,
    take,
)

_READ_TYPE_: Final[Reader[Literal["flush_done"]]] = constant("flush_done")


@define(kw_only=True)
class TtsFlushDoneFrame(Model):
    """All audio up to a flush was sent. The context stays open.

    Attributes:
        type_: Always `flush_done`.
        done: Always false.
        flush_done: Always true.
        flush_id: Number of the flush, from 1.
        status_code: HTTP-like status, 206.
        context_id: Id of the context.
        additional_properties: Fields that the document does not know.
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
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            type_=take(data, "type", _READ_TYPE_),
            done=take(data, "done", read_bool),
            flush_done=take(data, "flush_done", read_bool),
            flush_id=take(data, "flush_id", read_int),
            status_code=take(data, "status_code", read_int),
            context_id=take(data, "context_id", read_str),
        )
        model.additional_properties = data
        return model
