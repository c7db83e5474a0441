from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class GitRepository(Model):
    """A Git repository that an agent is deployed from.

    Attributes:
        account: Account that owns the repository.
        name: Name of the repository.
        provider: Where the repository is, such as GitHub.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    account: str
    name: str
    provider: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"account": self.account, "name": self.name, "provider": self.provider},
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
        value = pop("account", UNSET)
        model.account = value if type(value) is str else checked("account", value, read_str)
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("provider", UNSET)
        model.provider = value if type(value) is str else checked("provider", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
