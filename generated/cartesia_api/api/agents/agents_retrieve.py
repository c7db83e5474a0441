"""GET /agents/{agent_id}: Get one agent."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.agent_summary import AgentSummary

OPERATION: Final = "agents_retrieve"


def build_request(*, agent_id: str) -> Request:
    """Return the request.

    Args:
        agent_id: Id of the agent.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/agents/{encode_segment('agent_id', agent_id)}",
        accept="application/json",
    )


def parse(response: Response) -> AgentSummary:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, AgentSummary.from_dict)
