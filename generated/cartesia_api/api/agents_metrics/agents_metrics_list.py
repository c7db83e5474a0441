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
        starting_after: Id of an item. The page starts with the item after it; pass the id of
            the last item of the previous page.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/agents/metrics",
        params=encode_query({"limit": limit, "starting_after": starting_after}),
        accept="application/json",
    )


def parse(response: Response) -> MetricPage:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, MetricPage.from_dict)
