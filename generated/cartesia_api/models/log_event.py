from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..models.log_metadata import LogMetadata
from ..types import Model, encode_object, read_float, read_object, read_str, take


@define(kw_only=True)
class LogEvent(Model):
    """An event that the agent's code logged.

    Attributes:
        event: Name of the event.
        metadata: What the event was logged with.
        timestamp: When the event was received in seconds from the start of the call.
        additional_properties: Fields that the document does not know.
    """

    event: str
    metadata: LogMetadata
    timestamp: float
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"event": self.event, "metadata": self.metadata, "timestamp": self.timestamp},
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
            event=take(data, "event", read_str),
            metadata=take(data, "metadata", LogMetadata.from_dict),
            timestamp=take(data, "timestamp", read_float),
        )
        model.additional_properties = data
        return model
