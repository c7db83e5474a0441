from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    list_of,
    read_datetime,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_DESCRIPTION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_DEPENDENCIES: Final[Reader[list[str] | None]] = either(list_of(read_str), read_null)
_READ_REQUIRED_ENV_VARS: Final[Reader[list[str] | None]] = either(list_of(read_str), read_null)


@define(kw_only=True)
class AgentTemplate(Model):
    """A template that an agent can start from.

    Attributes:
        id: Id of the template.
        name: Name of the template.
        owner_id: Id of the owner.
        repo_url: Address of its Git repository.
        root_dir: Folder of the template in the repository.
        created_at: When the template was created.
        updated_at: When the template was last changed.
        description: What the template does.
        dependencies: What the template depends on.
        required_env_vars: Environment variables that the template needs.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    name: str
    owner_id: str
    repo_url: str
    root_dir: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    description: None | str | Unset = UNSET
    dependencies: list[str] | None | Unset = UNSET
    required_env_vars: list[str] | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "owner_id": self.owner_id,
                "repo_url": self.repo_url,
                "root_dir": self.root_dir,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
                "description": self.description,
                "dependencies": self.dependencies,
                "required_env_vars": self.required_env_vars,
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
        value = pop("id", UNSET)
        model.id = value if type(value) is str else checked("id", value, read_str)
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("owner_id", UNSET)
        model.owner_id = value if type(value) is str else checked("owner_id", value, read_str)
        value = pop("repo_url", UNSET)
        model.repo_url = value if type(value) is str else checked("repo_url", value, read_str)
        value = pop("root_dir", UNSET)
        model.root_dir = value if type(value) is str else checked("root_dir", value, read_str)
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        model.updated_at = checked("updated_at", pop("updated_at", UNSET), read_datetime)
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("description", value, _READ_DESCRIPTION)
        )
        model.dependencies = checked_optional(
            "dependencies", pop("dependencies", UNSET), _READ_DEPENDENCIES
        )
        model.required_env_vars = checked_optional(
            "required_env_vars", pop("required_env_vars", UNSET), _READ_REQUIRED_ENV_VARS
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
