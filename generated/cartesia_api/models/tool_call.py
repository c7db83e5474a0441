from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.tool_arguments import ToolArguments


@define(kw_only=True)
class ToolCall(Model):
    """A tool that the agent called.

    Attributes:
        id: Id of the tool call.
        name: Name of the tool.
        arguments: Arguments of the tool call.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    name: str
    arguments: ToolArguments
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"id": self.id, "name": self.name, "arguments": self.arguments},
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
        value = pop("id", UNSET)
        model.id = value if type(value) is str else checked("id", value, read_str)
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        model.arguments = checked("arguments", pop("arguments", UNSET), ToolArguments.from_dict)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
