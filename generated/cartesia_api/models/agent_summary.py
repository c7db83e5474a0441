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
    read_bool,
    read_datetime,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.agent_phone_number import AgentPhoneNumber
from ..models.git_repository import GitRepository
from ..models.language import Language

_READ_DESCRIPTION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_DELETED_AT: Final[Reader[datetime.datetime | None]] = either(read_datetime, read_null)
_READ_WEBHOOK_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_GIT_REPOSITORY: Final[Reader[GitRepository | None]] = either(
    GitRepository.from_dict, read_null
)
_READ_GIT_DEPLOY_BRANCH: Final[Reader[None | str]] = either(read_str, read_null)
_READ_PHONE_NUMBERS: Final[Reader[list[AgentPhoneNumber] | None]] = either(
    list_of(AgentPhoneNumber.from_dict), read_null
)


@define(kw_only=True)
class AgentSummary(Model):
    """An agent that holds voice calls.

    Attributes:
        id: Id of the agent.
        name: Name of the agent, which is unique.
        tts_voice: Id of the voice it speaks with.
        tts_language: Language it speaks.
        has_text_to_agent_run: True when the agent was created from a written description.
        deployment_count: Number of deployments.
        created_at: When the agent was created.
        updated_at: When the agent was last changed.
        description: What the agent does.
        deleted_at: When the agent was deleted; null for agents that exist.
        webhook_id: Id of the webhook that the service calls about the agent's calls.
        git_repository: Repository that the agent is deployed from.
        git_deploy_branch: Branch of the repository that is deployed.
        phone_numbers: Phone numbers of the agent, at most one today.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    name: str
    tts_voice: str
    tts_language: Language | str
    has_text_to_agent_run: bool
    deployment_count: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    description: None | str | Unset = UNSET
    deleted_at: datetime.datetime | None | Unset = UNSET
    webhook_id: None | str | Unset = UNSET
    git_repository: GitRepository | None | Unset = UNSET
    git_deploy_branch: None | str | Unset = UNSET
    phone_numbers: list[AgentPhoneNumber] | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "tts_voice": self.tts_voice,
                "tts_language": self.tts_language,
                "has_text_to_agent_run": self.has_text_to_agent_run,
                "deployment_count": self.deployment_count,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
                "description": self.description,
                "deleted_at": self.deleted_at,
                "webhook_id": self.webhook_id,
                "git_repository": self.git_repository,
                "git_deploy_branch": self.git_deploy_branch,
                "phone_numbers": self.phone_numbers,
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
        value = pop("tts_voice", UNSET)
        model.tts_voice = value if type(value) is str else checked("tts_voice", value, read_str)
        value = pop("tts_language", UNSET)
        model.tts_language = (
            value if type(value) is str else checked("tts_language", value, read_str)
        )
        value = pop("has_text_to_agent_run", UNSET)
        model.has_text_to_agent_run = (
            value if type(value) is bool else checked("has_text_to_agent_run", value, read_bool)
        )
        value = pop("deployment_count", UNSET)
        model.deployment_count = (
            value if type(value) is int else checked("deployment_count", value, read_int)
        )
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        model.updated_at = checked("updated_at", pop("updated_at", UNSET), read_datetime)
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("description", value, _READ_DESCRIPTION)
        )
        model.deleted_at = checked_optional(
            "deleted_at", pop("deleted_at", UNSET), _READ_DELETED_AT
        )
        value = pop("webhook_id", UNSET)
        model.webhook_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("webhook_id", value, _READ_WEBHOOK_ID)
        )
        model.git_repository = checked_optional(
            "git_repository", pop("git_repository", UNSET), _READ_GIT_REPOSITORY
        )
        value = pop("git_deploy_branch", UNSET)
        model.git_deploy_branch = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("git_deploy_branch", value, _READ_GIT_DEPLOY_BRANCH)
        )
        model.phone_numbers = checked_optional(
            "phone_numbers", pop("phone_numbers", UNSET), _READ_PHONE_NUMBERS
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
