"""POST /agents/metrics: Create a metric."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.create_metric_request import CreateMetricRequest
from ...models.metric import Metric

OPERATION: Final = "agents_metrics_create"


def build_request(*, body: CreateMetricRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/agents/metrics",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> Metric:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Metric.from_dict)
