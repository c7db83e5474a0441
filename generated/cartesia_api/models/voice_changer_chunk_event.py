from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import (
    checked,
    read_bool,
    read_float,
    read_int,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class VoiceChangerChunkEvent(Model):
    """A piece of audio. It has no `type`; its `done` is false.

    Attributes:
        data: Raw audio in base64. It may end in the middle of a sample.
        done: Always false.
        sample_rate: Sampling rate in Hz.
        status_code: HTTP-like status, 206.
        step_time: Time the server took for this piece, in milliseconds.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("data", UNSET)
        model.data = value if type(value) is str else checked("data", value, read_str)
        value = pop("done", UNSET)
        model.done = value if type(value) is bool else checked("done", value, read_bool)
        value = pop("sample_rate", UNSET)
        model.sample_rate = value if type(value) is int else checked("sample_rate", value, read_int)
        value = pop("status_code", UNSET)
        model.status_code = value if type(value) is int else checked("status_code", value, read_int)
        value = pop("step_time", UNSET)
        model.step_time = value if type(value) is float else checked("step_time", value, read_float)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
