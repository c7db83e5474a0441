from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.agent_phone_number import AgentPhoneNumber
from ..models.git_repository import GitRepository
from ..models.language import Language
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    list_of,
    read_bool,
    read_datetime,
    read_int,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

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
        has_text_to_agent_run: True when the agent was made from a written description.
        deployment_count: Number of deployments.
        created_at: When the agent was made.
        updated_at: When the agent was last changed.
        description: What the agent does.
        deleted_at: When the agent was deleted, null while it is not.
        webhook_id: Id of the webhook that is told about calls.
        git_repository: Repository that the agent is deployed from.
        git_deploy_branch: Branch of the repository that is deployed.
        phone_numbers: Phone numbers of the agent, at most one today.
        additional_properties: Fields that the document does not know.
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
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            id=take(data, "id", read_str),
            name=take(data, "name", read_str),
            tts_voice=take(data, "tts_voice", read_str),
            tts_language=take(data, "tts_language", read_str),
            has_text_to_agent_run=take(data, "has_text_to_agent_run", read_bool),
            deployment_count=take(data, "deployment_count", read_int),
            created_at=take(data, "created_at", read_datetime),
            updated_at=take(data, "updated_at", read_datetime),
            description=take_optional(data, "description", _READ_DESCRIPTION),
            deleted_at=take_optional(data, "deleted_at", _READ_DELETED_AT),
            webhook_id=take_optional(data, "webhook_id", _READ_WEBHOOK_ID),
            git_repository=take_optional(data, "git_repository", _READ_GIT_REPOSITORY),
            git_deploy_branch=take_optional(data, "git_deploy_branch", _READ_GIT_DEPLOY_BRANCH),
            phone_numbers=take_optional(data, "phone_numbers", _READ_PHONE_NUMBERS),
        )
        model.additional_properties = data
        return model
