from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, constant, read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.stt_turn_config import SttTurnConfig

_READ_TYPE_: Final[Reader[Literal["config"]]] = constant("config")


@define(kw_only=True)
class SttConfigFrame(Model):
    """Changes the settings for the detection of turns.

    Attributes:
        type_: Always `config`.
        turn: The settings to change.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["config"] = "config"
    turn: SttTurnConfig
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"type": self.type_, "turn": self.turn}, self.additional_properties)

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
        model.turn = checked("turn", pop("turn", UNSET), SttTurnConfig.from_dict)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
