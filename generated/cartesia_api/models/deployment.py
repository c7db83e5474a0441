from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    read_bool,
    read_datetime,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.deployment_status import DeploymentStatus

_READ_BUILD_STARTED_AT: Final[Reader[datetime.datetime | None]] = either(read_datetime, read_null)
_READ_BUILD_COMPLETED_AT: Final[Reader[datetime.datetime | None]] = either(read_datetime, read_null)
_READ_DEPLOYMENT_STARTED_AT: Final[Reader[datetime.datetime | None]] = either(
    read_datetime, read_null
)
_READ_DEPLOYMENT_COMPLETED_AT: Final[Reader[datetime.datetime | None]] = either(
    read_datetime, read_null
)
_READ_BUILD_ERROR: Final[Reader[None | str]] = either(read_str, read_null)
_READ_DEPLOYMENT_ERROR: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class Deployment(Model):
    """A version of an agent's code, built and deployed.

    Attributes:
        id: Id of the deployment.
        agent_id: Id of the agent.
        status: State of the deployment.
        is_live: True when this deployment answers the agent's calls. At most one deployment
            does.
        is_pinned: True when this deployment is chosen as the active one, even if it is not
            live. At most one deployment is.
        env_var_collection_id: Id of its environment variables.
        source_code_file_id: Id of its source code.
        git_commit_hash: Hash of its Git commit.
        created_at: When the deployment was created.
        updated_at: When the deployment was last changed.
        build_started_at: When the build began. The client also accepts null, for a deployment
            that has not reached this step; the official SDK does not.
        build_completed_at: When the build ended. The client also accepts null, for a
            deployment that has not reached this step; the official SDK does not.
        build_logs: Output of the build.
        deployment_started_at: When the deployment started. The client also accepts null, for
            a deployment that has not reached this step; the official SDK does not.
        deployment_completed_at: When the deployment was complete. The client also accepts
            null, for a deployment that has not reached this step; the official SDK does not.
        build_error: Why the build failed.
        deployment_error: Why the deployment failed.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    agent_id: str
    status: DeploymentStatus | str
    is_live: bool
    is_pinned: bool
    env_var_collection_id: str
    source_code_file_id: str
    git_commit_hash: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    build_started_at: datetime.datetime | None
    build_completed_at: datetime.datetime | None
    build_logs: str
    deployment_started_at: datetime.datetime | None
    deployment_completed_at: datetime.datetime | None
    build_error: None | str | Unset = UNSET
    deployment_error: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "agent_id": self.agent_id,
                "status": self.status,
                "is_live": self.is_live,
                "is_pinned": self.is_pinned,
                "env_var_collection_id": self.env_var_collection_id,
                "source_code_file_id": self.source_code_file_id,
                "git_commit_hash": self.git_commit_hash,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
                "build_started_at": self.build_started_at,
                "build_completed_at": self.build_completed_at,
                "build_logs": self.build_logs,
                "deployment_started_at": self.deployment_started_at,
                "deployment_completed_at": self.deployment_completed_at,
                "build_error": self.build_error,
                "deployment_error": self.deployment_error,
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
        value = pop("agent_id", UNSET)
        model.agent_id = value if type(value) is str else checked("agent_id", value, read_str)
        value = pop("status", UNSET)
        model.status = value if type(value) is str else checked("status", value, read_str)
        value = pop("is_live", UNSET)
        model.is_live = value if type(value) is bool else checked("is_live", value, read_bool)
        value = pop("is_pinned", UNSET)
        model.is_pinned = value if type(value) is bool else checked("is_pinned", value, read_bool)
        value = pop("env_var_collection_id", UNSET)
        model.env_var_collection_id = (
            value if type(value) is str else checked("env_var_collection_id", value, read_str)
        )
        value = pop("source_code_file_id", UNSET)
        model.source_code_file_id = (
            value if type(value) is str else checked("source_code_file_id", value, read_str)
        )
        value = pop("git_commit_hash", UNSET)
        model.git_commit_hash = (
            value if type(value) is str else checked("git_commit_hash", value, read_str)
        )
        model.created_at = checked("created_at", pop("created_at", UNSET), read_datetime)
        model.updated_at = checked("updated_at", pop("updated_at", UNSET), read_datetime)
        model.build_started_at = checked(
            "build_started_at", pop("build_started_at", UNSET), _READ_BUILD_STARTED_AT
        )
        model.build_completed_at = checked(
            "build_completed_at", pop("build_completed_at", UNSET), _READ_BUILD_COMPLETED_AT
        )
        value = pop("build_logs", UNSET)
        model.build_logs = value if type(value) is str else checked("build_logs", value, read_str)
        model.deployment_started_at = checked(
            "deployment_started_at",
            pop("deployment_started_at", UNSET),
            _READ_DEPLOYMENT_STARTED_AT,
        )
        model.deployment_completed_at = checked(
            "deployment_completed_at",
            pop("deployment_completed_at", UNSET),
            _READ_DEPLOYMENT_COMPLETED_AT,
        )
        value = pop("build_error", UNSET)
        model.build_error = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("build_error", value, _READ_BUILD_ERROR)
        )
        value = pop("deployment_error", UNSET)
        model.deployment_error = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("deployment_error", value, _READ_DEPLOYMENT_ERROR)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
