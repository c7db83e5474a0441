from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_float, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.log_metadata import LogMetadata


@define(kw_only=True)
class LogEvent(Model):
    """An event that the agent's code logged.

    Attributes:
        event: Name of the event.
        metadata: Data that the event was logged with.
        timestamp: Time at which the server received the event, in seconds from the start of
            the call.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("event", UNSET)
        model.event = value if type(value) is str else checked("event", value, read_str)
        model.metadata = checked("metadata", pop("metadata", UNSET), LogMetadata.from_dict)
        value = pop("timestamp", UNSET)
        model.timestamp = value if type(value) is float else checked("timestamp", value, read_float)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
