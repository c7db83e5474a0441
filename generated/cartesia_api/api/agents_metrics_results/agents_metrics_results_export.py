"""GET /agents/metrics/results/export: Export the results of metrics as one CSV file."""

from __future__ import annotations

import datetime
from typing import Final

from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

OPERATION: Final = "agents_metrics_results_export"


def build_request(
    *,
    agent_id: str | Unset = UNSET,
    call_id: str | Unset = UNSET,
    deployment_id: str | Unset = UNSET,
    metric_id: str | Unset = UNSET,
    start_date: datetime.datetime | Unset = UNSET,
    end_date: datetime.datetime | Unset = UNSET,
) -> Request:
    """Return the request.

    Args:
        agent_id: Only results of this agent.
        call_id: Only results of this call.
        deployment_id: Only results of this deployment.
        metric_id: Only results of this metric.
        start_date: Only results made at this time or later. Include the offset from UTC.
        end_date: Only results made at this time or earlier. Include the offset from UTC.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/agents/metrics/results/export",
        params=encode_query(
            {
                "agent_id": agent_id,
                "call_id": call_id,
                "deployment_id": deployment_id,
                "metric_id": metric_id,
                "start_date": start_date,
                "end_date": end_date,
            }
        ),
        accept="text/csv",
    )


def parse(response: Response) -> str:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return response.text
