"""The resource `agents_deployments`."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.deployment import Deployment


class AgentsDeployments:
    """The operations of the resource `agents_deployments`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def retrieve(self, deployment_id: str, *, options: RequestOptions | None = None) -> Deployment:
        """Get one deployment.

        Args:
            deployment_id: Id of the deployment.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_deployments_retrieve

        return self._sender.call(
            lambda: agents_deployments_retrieve.build_request(deployment_id=deployment_id),
            agents_deployments_retrieve.parse,
            options,
        )

    def list(
        self, agent_id: str, *, options: RequestOptions | None = None
    ) -> builtins.list[Deployment]:
        """List all deployments of an agent.

        Returns an array, without pages.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_deployments_list

        return self._sender.call(
            lambda: agents_deployments_list.build_request(agent_id=agent_id),
            agents_deployments_list.parse,
            options,
        )


class AsyncAgentsDeployments:
    """The operations of the resource `agents_deployments`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def retrieve(
        self, deployment_id: str, *, options: RequestOptions | None = None
    ) -> Deployment:
        """Get one deployment.

        Args:
            deployment_id: Id of the deployment.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_deployments_retrieve

        return await self._sender.call(
            lambda: agents_deployments_retrieve.build_request(deployment_id=deployment_id),
            agents_deployments_retrieve.parse,
            options,
        )

    async def list(
        self, agent_id: str, *, options: RequestOptions | None = None
    ) -> builtins.list[Deployment]:
        """List all deployments of an agent.

        Returns an array, without pages.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_deployments_list

        return await self._sender.call(
            lambda: agents_deployments_list.build_request(agent_id=agent_id),
            agents_deployments_list.parse,
            options,
        )


__all__ = ["AsyncAgentsDeployments", "AgentsDeployments"]
