from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_bool, read_int, read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class VoiceChangerDoneEvent(Model):
    """The regular end of the stream. It has no `type`; its `done` is true.

    Attributes:
        done: Always true.
        status_code: HTTP-like status, 200.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("done", UNSET)
        model.done = value if type(value) is bool else checked("done", value, read_bool)
        value = pop("status_code", UNSET)
        model.status_code = value if type(value) is int else checked("status_code", value, read_int)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
