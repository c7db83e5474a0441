from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    read_bool,
    read_float,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_DONE: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_STEP_TIME: Final[Reader[float | None]] = either(read_float, read_null)
_READ_LENGTH: Final[Reader[int | None]] = either(read_int, read_null)
_READ_CONTEXT_ID: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class ChunkFrame(Model):
    """A piece of audio.

    Attributes:
        data: Raw audio in base64.
        sampling_rate: Rate of the audio in Hz.
        done: True on a chunk that also ends the generation, otherwise false.
        step_time: Time the server took for this piece, in milliseconds.
        length: Length of the piece. Its unit is not documented.
        context_id: Id of the generation.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    data: str
    sampling_rate: int
    done: bool | None | Unset = UNSET
    step_time: float | None | Unset = UNSET
    length: int | None | Unset = UNSET
    context_id: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "data": self.data,
                "sampling_rate": self.sampling_rate,
                "done": self.done,
                "step_time": self.step_time,
                "length": self.length,
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
        value = pop("data", UNSET)
        model.data = value if type(value) is str else checked("data", value, read_str)
        value = pop("sampling_rate", UNSET)
        model.sampling_rate = (
            value if type(value) is int else checked("sampling_rate", value, read_int)
        )
        value = pop("done", UNSET)
        model.done = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("done", value, _READ_DONE)
        )
        value = pop("step_time", UNSET)
        model.step_time = (
            value
            if type(value) is float or value is None or value is UNSET
            else checked("step_time", value, _READ_STEP_TIME)
        )
        value = pop("length", UNSET)
        model.length = (
            value
            if type(value) is int or value is None or value is UNSET
            else checked("length", value, _READ_LENGTH)
        )
        value = pop("context_id", UNSET)
        model.context_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("context_id", value, _READ_CONTEXT_ID)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
