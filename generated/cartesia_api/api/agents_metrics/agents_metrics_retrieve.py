"""GET /agents/metrics/{metric_id}: Get one metric."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_segment
from cartesia_runtime.sender import Request, Response

from ...models.metric import Metric

OPERATION: Final = "agents_metrics_retrieve"


def build_request(*, metric_id: str) -> Request:
    """Return the request.

    Args:
        metric_id: Id of the metric.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path=f"/agents/metrics/{encode_segment('metric_id', metric_id)}",
        accept="application/json",
    )


def parse(response: Response) -> Metric:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, Metric.from_dict)
