"""PATCH /agents/{agent_id}: Change the name, description, voice or language of an agent."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.agent_summary import AgentSummary
from ...models.update_agent_request import UpdateAgentRequest

OPERATION: Final = "agents_update"


def build_request(*, agent_id: str, body: UpdateAgentRequest) -> Request:
    """Return the request.

    Args:
        agent_id: Id of the agent.
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="PATCH",
        path=f"/agents/{encode_segment('agent_id', agent_id)}",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> AgentSummary:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, AgentSummary.from_dict)
