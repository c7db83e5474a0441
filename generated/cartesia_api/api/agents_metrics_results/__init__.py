"""The resource `agents_metrics_results`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.metric_result import MetricResult
    from ...models.metric_result_page import MetricResultPage


class AgentsMetricsResults:
    """The operations of the resource `agents_metrics_results`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
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
        options: RequestOptions | None = None,
    ) -> MetricResultPage:
        """List one page of the results of metrics.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            agent_id: Only results of this agent.
            call_id: Only results of this call.
            deployment_id: Only results of this deployment.
            metric_id: Only results of this metric.
            start_date: Only results made at this time or later. Include the offset from UTC.
            end_date: Only results made at this time or earlier. Include the offset from UTC.
            limit: Items per page, 1 to 100. It is not documented how many the server sends
                when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            ending_before: Id of an item. The page ends with the item before it; pass the id
                of the first item of the next page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        from . import agents_metrics_results_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> MetricResultPage:
            return self._sender.call(
                lambda: agents_metrics_results_list.build_request(
                    agent_id=agent_id,
                    call_id=call_id,
                    deployment_id=deployment_id,
                    metric_id=metric_id,
                    start_date=start_date,
                    end_date=end_date,
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                ),
                agents_metrics_results_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "agents_metrics_results_list",
            starting_after,
            ending_before,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_all(
        self,
        *,
        agent_id: str | Unset = UNSET,
        call_id: str | Unset = UNSET,
        deployment_id: str | Unset = UNSET,
        metric_id: str | Unset = UNSET,
        start_date: datetime.datetime | Unset = UNSET,
        end_date: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[MetricResult]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            agent_id: Only results of this agent.
            call_id: Only results of this call.
            deployment_id: Only results of this deployment.
            metric_id: Only results of this metric.
            start_date: Only results made at this time or later. Include the offset from UTC.
            end_date: Only results made at this time or earlier. Include the offset from UTC.
            limit: Items per page, 1 to 100. It is not documented how many the server sends
                when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        yield from self.list(
            agent_id=agent_id,
            call_id=call_id,
            deployment_id=deployment_id,
            metric_id=metric_id,
            start_date=start_date,
            end_date=end_date,
            limit=limit,
            starting_after=starting_after,
            options=options,
        )

    def export(
        self,
        *,
        agent_id: str | Unset = UNSET,
        call_id: str | Unset = UNSET,
        deployment_id: str | Unset = UNSET,
        metric_id: str | Unset = UNSET,
        start_date: datetime.datetime | Unset = UNSET,
        end_date: datetime.datetime | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> str:
        """Export the results of metrics as one CSV file.

        Exports at most 100,000 rows. The server answers 400 when there are more, and 404 when
        there are none. The columns are not documented.

        Args:
            agent_id: Only results of this agent.
            call_id: Only results of this call.
            deployment_id: Only results of this deployment.
            metric_id: Only results of this metric.
            start_date: Only results made at this time or later. Include the offset from UTC.
            end_date: Only results made at this time or earlier. Include the offset from UTC.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_results_export

        return self._sender.call(
            lambda: agents_metrics_results_export.build_request(
                agent_id=agent_id,
                call_id=call_id,
                deployment_id=deployment_id,
                metric_id=metric_id,
                start_date=start_date,
                end_date=end_date,
            ),
            agents_metrics_results_export.parse,
            options,
        )


class AsyncAgentsMetricsResults:
    """The operations of the resource `agents_metrics_results`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
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
        options: RequestOptions | None = None,
    ) -> AsyncList[MetricResultPage, MetricResult]:
        """List one page of the results of metrics.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            agent_id: Only results of this agent.
            call_id: Only results of this call.
            deployment_id: Only results of this deployment.
            metric_id: Only results of this metric.
            start_date: Only results made at this time or later. Include the offset from UTC.
            end_date: Only results made at this time or earlier. Include the offset from UTC.
            limit: Items per page, 1 to 100. It is not documented how many the server sends
                when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            ending_before: Id of an item. The page ends with the item before it; pass the id
                of the first item of the next page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        from . import agents_metrics_results_list

        async def fetch(
            starting_after: str | Unset, ending_before: str | Unset
        ) -> MetricResultPage:
            return await self._sender.call(
                lambda: agents_metrics_results_list.build_request(
                    agent_id=agent_id,
                    call_id=call_id,
                    deployment_id=deployment_id,
                    metric_id=metric_id,
                    start_date=start_date,
                    end_date=end_date,
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                ),
                agents_metrics_results_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "agents_metrics_results_list",
            starting_after,
            ending_before,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_all(
        self,
        *,
        agent_id: str | Unset = UNSET,
        call_id: str | Unset = UNSET,
        deployment_id: str | Unset = UNSET,
        metric_id: str | Unset = UNSET,
        start_date: datetime.datetime | Unset = UNSET,
        end_date: datetime.datetime | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[MetricResult]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            agent_id: Only results of this agent.
            call_id: Only results of this call.
            deployment_id: Only results of this deployment.
            metric_id: Only results of this metric.
            start_date: Only results made at this time or later. Include the offset from UTC.
            end_date: Only results made at this time or earlier. Include the offset from UTC.
            limit: Items per page, 1 to 100. It is not documented how many the server sends
                when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        return aiter(
            self.list(
                agent_id=agent_id,
                call_id=call_id,
                deployment_id=deployment_id,
                metric_id=metric_id,
                start_date=start_date,
                end_date=end_date,
                limit=limit,
                starting_after=starting_after,
                options=options,
            )
        )

    async def export(
        self,
        *,
        agent_id: str | Unset = UNSET,
        call_id: str | Unset = UNSET,
        deployment_id: str | Unset = UNSET,
        metric_id: str | Unset = UNSET,
        start_date: datetime.datetime | Unset = UNSET,
        end_date: datetime.datetime | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> str:
        """Export the results of metrics as one CSV file.

        Exports at most 100,000 rows. The server answers 400 when there are more, and 404 when
        there are none. The columns are not documented.

        Args:
            agent_id: Only results of this agent.
            call_id: Only results of this call.
            deployment_id: Only results of this deployment.
            metric_id: Only results of this metric.
            start_date: Only results made at this time or later. Include the offset from UTC.
            end_date: Only results made at this time or earlier. Include the offset from UTC.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_results_export

        return await self._sender.call(
            lambda: agents_metrics_results_export.build_request(
                agent_id=agent_id,
                call_id=call_id,
                deployment_id=deployment_id,
                metric_id=metric_id,
                start_date=start_date,
                end_date=end_date,
            ),
            agents_metrics_results_export.parse,
            options,
        )


__all__ = ["AsyncAgentsMetricsResults", "AgentsMetricsResults"]
