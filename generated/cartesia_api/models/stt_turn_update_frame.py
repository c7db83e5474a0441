from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    constant,
    either,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_TYPE_: Final[Reader[Literal["turn.update"]]] = constant("turn.update")
_READ_TURN_ID: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class SttTurnUpdateFrame(Model):
    """The speaker said more in the same turn.

    Attributes:
        type_: Always `turn.update`.
        request_id: Id of the connection. Give it to support when you report a problem.
        transcript: What was said in this turn so far, from its start. It is not revised
            later.
        turn_id: Id of the turn. Only some sources have it.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["turn.update"] = "turn.update"
    request_id: str
    transcript: str
    turn_id: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "request_id": self.request_id,
                "transcript": self.transcript,
                "turn_id": self.turn_id,
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
        value = pop("request_id", UNSET)
        model.request_id = value if type(value) is str else checked("request_id", value, read_str)
        value = pop("transcript", UNSET)
        model.transcript = value if type(value) is str else checked("transcript", value, read_str)
        value = pop("turn_id", UNSET)
        model.turn_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("turn_id", value, _READ_TURN_ID)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
