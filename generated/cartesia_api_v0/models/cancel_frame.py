from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, constant, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

_READ_ACTION: Final[Reader[Literal["cancel"]]] = constant("cancel")


@define(kw_only=True)
class CancelFrame(Model):
    """Stops a generation, on the socket for interrupts. The answer of the server is not
    documented.

    Attributes:
        context_id: Id of the generation.
        action: Always `cancel`.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    context_id: str
    action: Literal["cancel"] = "cancel"
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"context_id": self.context_id, "action": self.action}, self.additional_properties
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
        value = pop("context_id", UNSET)
        model.context_id = value if type(value) is str else checked("context_id", value, read_str)
        model.action = checked("action", pop("action", UNSET), _READ_ACTION)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
