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
    read_float,
    read_int,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_TYPE_: Final[Reader[Literal["chunk"]]] = constant("chunk")
_READ_FLUSH_ID: Final[Reader[int | None]] = either(read_int, read_null)


@define(kw_only=True)
class TtsChunkFrame(Model):
    """A piece of audio.

    Attributes:
        type_: Always `chunk`.
        data: Raw audio in base64. It may end in the middle of a sample.
        done: Always false.
        status_code: HTTP-like status, 206.
        step_time: Time the server took for this piece, in milliseconds.
        context_id: Id of the context.
        flush_id: Number of the flush that this belongs to, from 1.
        additional_properties: Fields that the document does not know.
    """

    type_: Literal["chunk"] = "chunk"
    data: str
    done: bool
    status_code: int
    step_time: float
    context_id: str
    flush_id: int | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "data": self.data,
                "done": self.done,
                "status_code": self.status_code,
                "step_time": self.step_time,
                "context_id": self.context_id,
                "flush_id": self.flush_id,
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
            data=take(data, "data", read_str),
            done=take(data, "done", read_bool),
            status_code=take(data, "status_code", read_int),
            step_time=take(data, "step_time", read_float),
            context_id=take(data, "context_id", read_str),
            flush_id=take_optional(data, "flush_id", _READ_FLUSH_ID),
        )
        model.additional_properties = data
        return model
