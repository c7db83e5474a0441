from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..models.phoneme_timestamps import PhonemeTimestamps
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    constant,
    either,
    encode_object,
    read_bool,
    read_int,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_TYPE_: Final[Reader[Literal["phoneme_timestamps"]]] = constant("phoneme_timestamps")
_READ_PHONEME_TIMESTAMPS: Final[Reader[None | PhonemeTimestamps]] = either(
    PhonemeTimestamps.from_dict, read_null
)
_READ_FLUSH_ID: Final[Reader[int | None]] = either(read_int, read_null)


@define(kw_only=True)
class TtsPhonemeTimestampsFrame(Model):
    """Timings of phonemes.

    Attributes:
        type_: Always `phoneme_timestamps`.
        done: Always false.
        status_code: HTTP-like status, 206.
        context_id: Id of the context.
        phoneme_timestamps: The phonemes and their timings.
        flush_id: Number of the flush that this belongs to, from 1.
        additional_properties: Fields that the document does not know.
    """

    type_: Literal["phoneme_timestamps"] = "phoneme_timestamps"
    done: bool
    status_code: int
    context_id: str
    phoneme_timestamps: None | PhonemeTimestamps | Unset = UNSET
    flush_id: int | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "done": self.done,
                "status_code": self.status_code,
                "context_id": self.context_id,
                "phoneme_timestamps": self.phoneme_timestamps,
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
            done=take(data, "done", read_bool),
            status_code=take(data, "status_code", read_int),
            context_id=take(data, "context_id", read_str),
            phoneme_timestamps=take_optional(data, "phoneme_timestamps", _READ_PHONEME_TIMESTAMPS),
            flush_id=take_optional(data, "flush_id", _READ_FLUSH_ID),
        )
        model.additional_properties = data
        return model
