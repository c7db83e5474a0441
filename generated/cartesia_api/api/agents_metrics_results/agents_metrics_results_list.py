"""GET /agents/metrics/results: List one page of the results of metrics."""

from __future__ import annotations

import datetime
from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.metric_result_page import MetricResultPage

OPERATION: Final = "agents_metrics_results_list"


def build_request(
    *,
    agent_id: str | Unset = UNSET,
    call_id: str | Unset = UNSET,
    deployment_id: str | Unset = UNSET,
    metric_id: str | Unset = UNSET,
    start_date: datetime.datetime | Unset = UNSET,
    end_date: datetime.datetime | Unset = UNSET,
    limit: int | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
) -> Request:
    """Return the request.

    Args:
        agent_id: Only results of this agent.
        call_id: Only results of this call.
        deployment_id: Only results of this deployment.
        metric_id: Only results of this metric.
        start_date: Only results made at this time or later. Include the offset from UTC.
        end_date: Only results made at this time or earlier. Include the offset from UTC.
        limit: Items per page, 1 to 100. It is not documented how many the server sends when
            it is left out.
        starting_after: Id of an item. The page starts with the item after it; pass the id of
            the last item of the previous page.
        ending_before: Id of an item. The page ends with the item before it; pass the id of
            the first item of the next page.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/agents/metrics/results",
        params=encode_query(
            {
                "agent_id": agent_id,
                "call_id": call_id,
                "deployment_id": deployment_id,
                "metric_id": metric_id,
                "start_date": start_date,
                "end_date": end_date,
                "limit": limit,
                "starting_after": starting_after,
                "ending_before": ending_before,
            }
        ),
        accept="application/json",
    )


def parse(response: Response) -> MetricResultPage:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, MetricResultPage.from_dict)
