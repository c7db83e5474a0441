"""GET /agents/metrics: List one page of your metrics."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.metric_page import MetricPage

OPERATION: Final = "agents_metrics_list"


def build_request(*, limit: int | Unset = UNSET, starting_after: str | Unset = UNSET) -> Request:
    """Return the request.

    Args:
        limit: Metrics per page, 1 to 100. The server sends 10 when it is left out.
        starting_after: Id of an item; the page starts right behind it. Use the last id of the
            page before.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/agents/metrics",
        params=encode_query({"limit": limit, "starting_after": starting_after}),
        accept="application/json",
    )


def parse(response: Response) -> MetricPage:
    """Read the body of a success.

    Raises:
        ResponseDecodeError: If the body is not what the document promises.
    """
    return decode(OPERATION, response, MetricPage.from_dict)
