from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..models.stt_turn_config import SttTurnConfig
from ..types import Model, Reader, constant, encode_object, read_object, take

_READ_TYPE_: Final[Reader[Literal["config"]]] = constant("config")


@define(kw_only=True)
class SttConfigFrame(Model):
    """Changes how turns are told apart from now on.

    Attributes:
        type_: Always `config`.
        turn: What to change.
        additional_properties: Fields that the document does not know.
    """

    type_: Literal["config"] = "config"
    turn: SttTurnConfig
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"type": self.type_, "turn": self.turn}, self.additional_properties)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            type_=take(data, "type", _READ_TYPE_), turn=take(data, "turn", SttTurnConfig.from_dict)
        )
        model.additional_properties = data
        return model
