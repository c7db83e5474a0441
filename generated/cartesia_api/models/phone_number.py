from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_bool, read_datetime, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class PhoneNumber(Model):
    """A phone number that people can call an agent at.

    Attributes:
        agent_id: Id of the agent.
        number: The number with its country code.
        is_cartesia_managed: True when Cartesia provides the number, which today is always so.
        created_at: When the number was created.
        updated_at: When the number was last changed.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    agent_id: str
    number: str
    is_cartesia_managed: bool
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "agent_id": self.agent_id,
                "number": self.number,
                "is_cartesia_managed": self.is_cartesia_managed,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
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
        value = pop("agent_id", UNSET)
        model.agent_id = value if type(value) is str else checked("agent_id", value, read_str)
        value = pop("number", UNSET)
        model.number = value if type(value) is str else checked("number", value, read_str)
        value = pop("is_cartesia_managed", UNSET)
        model.is_cartesia_managed = (
            value if type(value) is bool else checked("is_cartesia_managed", value, read_bool)
        )
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        model.updated_at = checked("updated_at", pop("updated_at", UNSET), read_datetime)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
