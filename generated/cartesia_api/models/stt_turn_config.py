from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_float, read_int, read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset


@define(kw_only=True)
class SttTurnConfig(Model):
    """Settings for the detection of turns. The thresholds must decrease in the order start, eager
    end, end.

    Attributes:
        start_threshold: Probability of speech that starts a turn, 0.5 to 0.9. The server uses
            0.8 when it is left out.
        eager_end_threshold: Probability below which a turn is probably over, 0.3 to 0.6. The
            server uses 0.4 when it is left out.
        end_threshold: Probability below which a turn is over, 0.05 to 0.5. The server uses
            0.2 when it is left out.
        end_timeout_ms: Silence that ends a turn in milliseconds, 640 to 11200. The server
            uses 5600 when it is left out.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    start_threshold: float | Unset = UNSET
    eager_end_threshold: float | Unset = UNSET
    end_threshold: float | Unset = UNSET
    end_timeout_ms: int | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "start_threshold": self.start_threshold,
                "eager_end_threshold": self.eager_end_threshold,
                "end_threshold": self.end_threshold,
                "end_timeout_ms": self.end_timeout_ms,
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
        value = pop("start_threshold", UNSET)
        model.start_threshold = (
            value
            if type(value) is float or value is UNSET
            else checked("start_threshold", value, read_float)
        )
        value = pop("eager_end_threshold", UNSET)
        model.eager_end_threshold = (
            value
            if type(value) is float or value is UNSET
            else checked("eager_end_threshold", value, read_float)
        )
        value = pop("end_threshold", UNSET)
        model.end_threshold = (
            value
            if type(value) is float or value is UNSET
            else checked("end_threshold", value, read_float)
        )
        value = pop("end_timeout_ms", UNSET)
        model.end_timeout_ms = (
            value
            if type(value) is int or value is UNSET
            else checked("end_timeout_ms", value, read_int)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
