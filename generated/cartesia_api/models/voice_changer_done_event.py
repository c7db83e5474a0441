from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..types import Model, encode_object, read_bool, read_int, read_object, take


@define(kw_only=True)
class VoiceChangerDoneEvent(Model):
    """The regular end of the stream. It has no `type`; its `done` is true.

    Attributes:
        done: Always true.
        status_code: HTTP-like status, 200.
        additional_properties: Fields that the document does not know.
    """

    done: bool
    status_code: int
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"done": self.done, "status_code": self.status_code}, self.additional_properties
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            done=take(data, "done", read_bool), status_code=take(data, "status_code", read_int)
        )
        model.additional_properties = data
        return model
