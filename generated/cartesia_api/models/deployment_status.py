from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

DeploymentStatus: TypeAlias = Literal[
    "build_error", "building", "deploy_error", "deployed", "inactive", "queued", "skipped"
]
"""State of a deployment."""

DEPLOYMENT_STATUS_VALUES: Final[tuple[DeploymentStatus, ...]] = (
    "build_error",
    "building",
    "deploy_error",
    "deployed",
    "inactive",
    "queued",
    "skipped",
)


def check_deployment_status(value: object) -> DeploymentStatus:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, DEPLOYMENT_STATUS_VALUES, "DeploymentStatus")
