"""GET /: Check whether the service is up."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.service_status import ServiceStatus

OPERATION: Final = "status_get"


def build_request() -> Request:
    """Return the request."""
    return Request(operation=OPERATION, method="GET", path="/", accept="application/json")


def parse(response: Response) -> ServiceStatus:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, ServiceStatus.from_dict)
