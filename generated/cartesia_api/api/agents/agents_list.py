"""GET /agents: List all your agents."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.agent_list import AgentList

OPERATION: Final = "agents_list"


def build_request() -> Request:
    """Return the request."""
    return Request(operation=OPERATION, method="GET", path="/agents", accept="application/json")


def parse(response: Response) -> AgentList:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, AgentList.from_dict)
