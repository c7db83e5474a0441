"""GET /agents/calls/{call_id}: Get one call."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.agent_call import AgentCall

OPERATION: Final = "agents_calls_retrieve"


def build_request(*, call_id: str) -> Request:
    """Return the request.

    Args:
        call_id: Id of the call.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/agents/calls/{encode_segment('call_id', call_id)}",
        accept="application/json",
    )


def parse(response: Response) -> AgentCall:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, AgentCall.from_dict)
