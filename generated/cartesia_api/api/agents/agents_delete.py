"""DELETE /agents/{agent_id}: Delete an agent."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

OPERATION: Final = "agents_delete"


def build_request(*, agent_id: str) -> Request:
    """Return the request.

    Args:
        agent_id: Id of the agent.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="DELETE",
        path=f"/agents/{encode_segment('agent_id', agent_id)}",
        accept="*/*",
    )


def parse(response: Response) -> None:
    """Return nothing, because a success has no body."""
