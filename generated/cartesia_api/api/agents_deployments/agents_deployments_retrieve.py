"""GET /agents/deployments/{deployment_id}: Get one deployment."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.deployment import Deployment

OPERATION: Final = "agents_deployments_retrieve"


def build_request(*, deployment_id: str) -> Request:
    """Return the request.

    Args:
        deployment_id: Id of the deployment.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/agents/deployments/{encode_segment('deployment_id', deployment_id)}",
        accept="application/json",
    )


def parse(response: Response) -> Deployment:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Deployment.from_dict)
