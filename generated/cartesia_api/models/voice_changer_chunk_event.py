from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..types import (
    Model,
    encode_object,
    read_bool,
    read_float,
    read_int,
    read_object,
    read_str,
    take,
)


@define(kw_only=True)
class VoiceChangerChunkEvent(Model):
    """A piece of audio. It has no `type`; its `done` is false.

    Attributes:
        data: Raw audio in base64. It may end in the middle of a sample.
        done: Always false.
        sample_rate: Sampling rate in Hz.
        status_code: HTTP-like status, 206.
        step_time: Time the server took for this piece, in milliseconds.
        additional_properties: Fields that the document does not know.
    """

    data: str
    done: bool
    sample_rate: int
    status_code: int
    step_time: float
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "data": self.data,
                "done": self.done,
                "sample_rate": self.sample_rate,
                "status_code": self.status_code,
                "step_time": self.step_time,
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
            data=take(data, "data", read_str),
            done=take(data, "done", read_bool),
            sample_rate=take(data, "sample_rate", read_int),
            status_code=take(data, "status_code", read_int),
            step_time=take(data, "step_time", read_float),
        )
        model.additional_properties = data
        return model
