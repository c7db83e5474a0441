"""GET /agents/calls: List one page of the calls of an agent."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.agent_call_expand import AgentCallExpand
from ...models.agent_call_page import AgentCallPage

OPERATION: Final = "agents_calls_list"


def build_request(
    *,
    agent_id: str,
    expand: AgentCallExpand | Unset = UNSET,
    limit: int | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
) -> Request:
    """Return the request.

    Args:
        agent_id: Id of the agent.
        expand: Field of a call that is sent only on request. One value, unlike the `expand[]`
            of voices.
        limit: Items per page, 1 to 100. How many the server sends when it is left out is not
            documented.
        starting_after: Id of an item; the page starts right behind it. Use the last id of the
            page before.
        ending_before: Id of an item; the page ends right before it. Use the first id of the
            page behind.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/agents/calls",
        params=encode_query(
            {
                "agent_id": agent_id,
                "expand": expand,
                "limit": limit,
                "starting_after": starting_after,
                "ending_before": ending_before,
            }
        ),
        accept="application/json",
    )


def parse(response: Response) -> AgentCallPage:
    """Read the body of a success.

    Raises:
        ResponseDecodeError: If the body is not what the document promises.
    """
    return decode(OPERATION, response, AgentCallPage.from_dict)
