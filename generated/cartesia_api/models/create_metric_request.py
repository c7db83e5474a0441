from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, either, read_null, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_DISPLAY_NAME: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class CreateMetricRequest(Model):
    """A metric to create.

    Attributes:
        name: A unique name of lower-case letters, digits, `_`, `-` and `.`.
        prompt: Instructions for the model, with the task and how to judge it.
        display_name: Name to show to people.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    name: str
    prompt: str
    display_name: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"name": self.name, "prompt": self.prompt, "display_name": self.display_name},
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
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("prompt", UNSET)
        model.prompt = value if type(value) is str else checked("prompt", value, read_str)
        value = pop("display_name", UNSET)
        model.display_name = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("display_name", value, _READ_DISPLAY_NAME)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
