"""GET /agents: List all your agents."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Response, Sender

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


def sync(*, client: Sender, options: RequestOptions | None = None) -> AgentList:
    """Call the operation."""
    return client.call(build_request(), parse, options)


async def asyncio(*, client: AsyncSender, options: RequestOptions | None = None) -> AgentList:
    """Call the operation asynchronously."""
    return await client.call(build_request(), parse, options)
