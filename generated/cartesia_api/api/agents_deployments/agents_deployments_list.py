"""GET /agents/{agent_id}/deployments: List all deployments of an agent."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode, list_of
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.deployment import Deployment

OPERATION: Final = "agents_deployments_list"


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
        path=f"/agents/{encode_segment('agent_id', agent_id)}/deployments",
        accept="application/json",
    )


def parse(response: Response) -> list[Deployment]:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, list_of(Deployment.from_dict))
