"""GET /agents/templates: List the templates that an agent can start from."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.agent_template_list import AgentTemplateList

OPERATION: Final = "agents_list_templates"


def build_request() -> Request:
    """Return the request."""
    return Request(
        operation=OPERATION, method="GET", path="/agents/templates", accept="application/json"
    )


def parse(response: Response) -> AgentTemplateList:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, AgentTemplateList.from_dict)
