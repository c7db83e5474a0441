"""The resource `agents`."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.resources import resource

if TYPE_CHECKING:
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.agent_list import AgentList
    from ...models.agent_summary import AgentSummary
    from ...models.agent_template_list import AgentTemplateList
    from ...models.language import Language
    from ...models.phone_number import PhoneNumber
    from ..agents_calls import AgentsCalls, AsyncAgentsCalls
    from ..agents_deployments import AgentsDeployments, AsyncAgentsDeployments
    from ..agents_metrics import AgentsMetrics, AsyncAgentsMetrics


class Agents:
    """The operations of the resource `agents`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @resource
    def calls(self) -> AgentsCalls:
        """The resource `agents_calls`."""
        from ..agents_calls import AgentsCalls

        return AgentsCalls(self._sender)

    @resource
    def metrics(self) -> AgentsMetrics:
        """The resource `agents_metrics`."""
        from ..agents_metrics import AgentsMetrics

        return AgentsMetrics(self._sender)

    @resource
    def deployments(self) -> AgentsDeployments:
        """The resource `agents_deployments`."""
        from ..agents_deployments import AgentsDeployments

        return AgentsDeployments(self._sender)

    def list(self, *, options: RequestOptions | None = None) -> AgentList:
        """List all your agents.

        Returns all of them in one response, without pages.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_list

        return self._sender.call(lambda: agents_list.build_request(), agents_list.parse, options)

    def list_templates(self, *, options: RequestOptions | None = None) -> AgentTemplateList:
        """List the templates that an agent can start from.

        Returns all of them in one response, without pages. Needs no credentials.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_list_templates

        return self._sender.call(
            lambda: agents_list_templates.build_request(), agents_list_templates.parse, options
        )

    def retrieve(self, agent_id: str, *, options: RequestOptions | None = None) -> AgentSummary:
        """Get one agent.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_retrieve

        return self._sender.call(
            lambda: agents_retrieve.build_request(agent_id=agent_id), agents_retrieve.parse, options
        )

    def delete(self, agent_id: str, *, options: RequestOptions | None = None) -> None:
        """Delete an agent.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_delete

        return self._sender.call(
            lambda: agents_delete.build_request(agent_id=agent_id), agents_delete.parse, options
        )

    def update(
        self,
        agent_id: str,
        *,
        name: None | str | Unset = UNSET,
        description: None | str | Unset = UNSET,
        tts_voice: None | str | Unset = UNSET,
        tts_language: Language | None | str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AgentSummary:
        """Change the name, description, voice or language of an agent.

        The server keeps the fields that you leave out.

        Args:
            agent_id: Id of the agent.
            name: New name.
            description: New description.
            tts_voice: Id of the voice to speak with.
            tts_language: Language to speak.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.update_agent_request import UpdateAgentRequest
        from . import agents_update

        return self._sender.call(
            lambda: agents_update.build_request(
                agent_id=agent_id,
                body=UpdateAgentRequest(
                    name=name,
                    description=description,
                    tts_voice=tts_voice,
                    tts_language=tts_language,
                ),
            ),
            agents_update.parse,
            options,
        )

    def list_phone_numbers(
        self, agent_id: str, *, options: RequestOptions | None = None
    ) -> builtins.list[PhoneNumber]:
        """List all phone numbers of an agent.

        Returns an array, without pages.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_list_phone_numbers

        return self._sender.call(
            lambda: agents_list_phone_numbers.build_request(agent_id=agent_id),
            agents_list_phone_numbers.parse,
            options,
        )


class AsyncAgents:
    """The operations of the resource `agents`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @resource
    def calls(self) -> AsyncAgentsCalls:
        """The resource `agents_calls`."""
        from ..agents_calls import AsyncAgentsCalls

        return AsyncAgentsCalls(self._sender)

    @resource
    def metrics(self) -> AsyncAgentsMetrics:
        """The resource `agents_metrics`."""
        from ..agents_metrics import AsyncAgentsMetrics

        return AsyncAgentsMetrics(self._sender)

    @resource
    def deployments(self) -> AsyncAgentsDeployments:
        """The resource `agents_deployments`."""
        from ..agents_deployments import AsyncAgentsDeployments

        return AsyncAgentsDeployments(self._sender)

    async def list(self, *, options: RequestOptions | None = None) -> AgentList:
        """List all your agents.

        Returns all of them in one response, without pages.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_list

        return await self._sender.call(
            lambda: agents_list.build_request(), agents_list.parse, options
        )

    async def list_templates(self, *, options: RequestOptions | None = None) -> AgentTemplateList:
        """List the templates that an agent can start from.

        Returns all of them in one response, without pages. Needs no credentials.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_list_templates

        return await self._sender.call(
            lambda: agents_list_templates.build_request(), agents_list_templates.parse, options
        )

    async def retrieve(
        self, agent_id: str, *, options: RequestOptions | None = None
    ) -> AgentSummary:
        """Get one agent.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_retrieve

        return await self._sender.call(
            lambda: agents_retrieve.build_request(agent_id=agent_id), agents_retrieve.parse, options
        )

    async def delete(self, agent_id: str, *, options: RequestOptions | None = None) -> None:
        """Delete an agent.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_delete

        return await self._sender.call(
            lambda: agents_delete.build_request(agent_id=agent_id), agents_delete.parse, options
        )

    async def update(
        self,
        agent_id: str,
        *,
        name: None | str | Unset = UNSET,
        description: None | str | Unset = UNSET,
        tts_voice: None | str | Unset = UNSET,
        tts_language: Language | None | str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AgentSummary:
        """Change the name, description, voice or language of an agent.

        The server keeps the fields that you leave out.

        Args:
            agent_id: Id of the agent.
            name: New name.
            description: New description.
            tts_voice: Id of the voice to speak with.
            tts_language: Language to speak.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.update_agent_request import UpdateAgentRequest
        from . import agents_update

        return await self._sender.call(
            lambda: agents_update.build_request(
                agent_id=agent_id,
                body=UpdateAgentRequest(
                    name=name,
                    description=description,
                    tts_voice=tts_voice,
                    tts_language=tts_language,
                ),
            ),
            agents_update.parse,
            options,
        )

    async def list_phone_numbers(
        self, agent_id: str, *, options: RequestOptions | None = None
    ) -> builtins.list[PhoneNumber]:
        """List all phone numbers of an agent.

        Returns an array, without pages.

        Args:
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_list_phone_numbers

        return await self._sender.call(
            lambda: agents_list_phone_numbers.build_request(agent_id=agent_id),
            agents_list_phone_numbers.parse,
            options,
        )


__all__ = ["AsyncAgents", "Agents"]
