from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..models.tool_arguments import ToolArguments
from ..types import Model, encode_object, read_object, read_str, take


@define(kw_only=True)
class ToolCall(Model):
    """A tool that the agent called.

    Attributes:
        id: Id of the tool call.
        name: Name of the tool.
        arguments: Arguments that the tool was given.
        additional_properties: Fields that the document does not know.
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
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            id=take(data, "id", read_str),
            name=take(data, "name", read_str),
            arguments=take(data, "arguments", ToolArguments.from_dict),
        )
        model.additional_properties = data
        return model
