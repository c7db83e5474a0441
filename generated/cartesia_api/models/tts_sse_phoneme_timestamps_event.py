from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    constant,
    either,
    read_bool,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.phoneme_timestamps import PhonemeTimestamps

_READ_TYPE_: Final[Reader[Literal["phoneme_timestamps"]]] = constant("phoneme_timestamps")
_READ_CONTEXT_ID: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class TtsSsePhonemeTimestampsEvent(Model):
    """Times of phonemes.

    Attributes:
        type_: Always `phoneme_timestamps`.
        phoneme_timestamps: The phonemes and their times.
        done: Always false.
        status_code: HTTP-like status, 206.
        context_id: The id given in the request.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["phoneme_timestamps"] = "phoneme_timestamps"
    phoneme_timestamps: PhonemeTimestamps
    done: bool
    status_code: int
    context_id: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "phoneme_timestamps": self.phoneme_timestamps,
                "done": self.done,
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
        model.phoneme_timestamps = checked(
            "phoneme_timestamps", pop("phoneme_timestamps", UNSET), PhonemeTimestamps.from_dict
        )
        value = pop("done", UNSET)
        model.done = value if type(value) is bool else checked("done", value, read_bool)
        value = pop("status_code", UNSET)
        model.status_code = value if type(value) is int else checked("status_code", value, read_int)
        value = pop("context_id", UNSET)
        model.context_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("context_id", value, _READ_CONTEXT_ID)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
