"""POST /agents/metrics: Create a metric."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import AsyncSender, Request, RequestOptions, Response, Sender

from ...models.create_metric_request import CreateMetricRequest
from ...models.metric import Metric

OPERATION: Final = "agents_metrics_create"


def build_request(*, body: CreateMetricRequest) -> Request:
    """Return the request.

    Args:
        body: The body.
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


def sync(
    *, client: Sender, body: CreateMetricRequest, options: RequestOptions | None = None
) -> Metric:
    """Call the operation."""
    return client.call(build_request(body=body), parse, options)


async def asyncio(
    *, client: AsyncSender, body: CreateMetricRequest, options: RequestOptions | None = None
) -> Metric:
    """Call the operation asynchronously."""
    return await client.call(build_request(body=body), parse, options)
