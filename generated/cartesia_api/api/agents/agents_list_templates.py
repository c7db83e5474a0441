"""GET /agents/templates: List the templates that an agent can start from."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Response, Sender

from ...models.agent_template_list import AgentTemplateList

OPERATION: Final = "agents_list_templates"


def build_request() -> Request:
    """Return the request."""
    return Request(
        operation=OPERATION, method="GET", path="/agents/templates", accept="application/json"
    )


def parse(response: Response) -> AgentTemplateList:
    """Read the body of a success.

    Raises:
        ResponseDecodeError: If the body is not what the document promises.
    """
    return decode(OPERATION, response, AgentTemplateList.from_dict)


def sync(*, client: Sender, options: RequestOptions | None = None) -> AgentTemplateList:
    """Call the operation."""
    return client.call(build_request(), parse, options)


async def asyncio(
    *, client: AsyncSender, options: RequestOptions | None = None
) -> AgentTemplateList:
    """Call the operation in an event loop."""
    return await client.call(build_request(), parse, options)
