from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_float, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.emotion import Emotion


@define(kw_only=True)
class GenerationConfig(Model):
    """Speed, volume and emotion of the speech. Only models of the sonic-3 family use it.

    Attributes:
        speed: Speed as a factor, 0.6 to 1.5. The server speaks at 1 when it is left out.
        volume: Loudness as a factor, 0.5 to 2. The server speaks at 1 when it is left out.
        emotion: Emotion that guides the delivery.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    speed: float | Unset = UNSET
    volume: float | Unset = UNSET
    emotion: Emotion | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"speed": self.speed, "volume": self.volume, "emotion": self.emotion},
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
        value = pop("speed", UNSET)
        model.speed = (
            value if type(value) is float or value is UNSET else checked("speed", value, read_float)
        )
        value = pop("volume", UNSET)
        model.volume = (
            value
            if type(value) is float or value is UNSET
            else checked("volume", value, read_float)
        )
        value = pop("emotion", UNSET)
        model.emotion = (
            value if type(value) is str or value is UNSET else checked("emotion", value, read_str)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
