"""The resource `agents_metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page
from cartesia_runtime.resources import resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.metric import Metric
    from ...models.metric_page import MetricPage
    from ..agents_metrics_results import AgentsMetricsResults, AsyncAgentsMetricsResults


class AgentsMetrics:
    """The operations of the resource `agents_metrics`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @resource
    def results(self) -> AgentsMetricsResults:
        """The resource `agents_metrics_results`."""
        from ..agents_metrics_results import AgentsMetricsResults

        return AgentsMetricsResults(self._sender)

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> MetricPage:
        """List one page of your metrics.

        You can only page forwards.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            limit: Metrics per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        from . import agents_metrics_list

        def fetch(starting_after: str | Unset, _: str | Unset) -> MetricPage:
            return self._sender.call(
                lambda: agents_metrics_list.build_request(
                    limit=limit, starting_after=starting_after
                ),
                agents_metrics_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "agents_metrics_list",
            starting_after,
            UNSET,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_all(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[Metric]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            limit: Metrics per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        yield from self.list(limit=limit, starting_after=starting_after, options=options)

    def create(
        self,
        *,
        name: str,
        prompt: str,
        display_name: None | str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Metric:
        """Create a metric.

        A metric asks a model about the transcript of each call. Add it to an agent to measure
        the agent's calls.

        Args:
            name: A unique name of lower-case letters, digits, `_`, `-` and `.`.
            prompt: Instructions for the model, with the task and how to judge it.
            display_name: Name to show to people.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_metric_request import CreateMetricRequest
        from . import agents_metrics_create

        return self._sender.call(
            lambda: agents_metrics_create.build_request(
                body=CreateMetricRequest(name=name, prompt=prompt, display_name=display_name)
            ),
            agents_metrics_create.parse,
            options,
        )

    def retrieve(self, metric_id: str, *, options: RequestOptions | None = None) -> Metric:
        """Get one metric.

        Args:
            metric_id: Id of the metric.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_retrieve

        return self._sender.call(
            lambda: agents_metrics_retrieve.build_request(metric_id=metric_id),
            agents_metrics_retrieve.parse,
            options,
        )

    def add_to_agent(
        self, metric_id: str, *, agent_id: str, options: RequestOptions | None = None
    ) -> None:
        """Measure the calls of an agent with a metric.

        The metric then runs on every later call.

        Args:
            metric_id: Id of the metric.
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_add_to_agent

        return self._sender.call(
            lambda: agents_metrics_add_to_agent.build_request(
                agent_id=agent_id, metric_id=metric_id
            ),
            agents_metrics_add_to_agent.parse,
            options,
        )

    def remove_from_agent(
        self, metric_id: str, *, agent_id: str, options: RequestOptions | None = None
    ) -> None:
        """Stop measuring the calls of an agent with a metric.

        Args:
            metric_id: Id of the metric.
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_remove_from_agent

        return self._sender.call(
            lambda: agents_metrics_remove_from_agent.build_request(
                agent_id=agent_id, metric_id=metric_id
            ),
            agents_metrics_remove_from_agent.parse,
            options,
        )


class AsyncAgentsMetrics:
    """The operations of the resource `agents_metrics`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @resource
    def results(self) -> AsyncAgentsMetricsResults:
        """The resource `agents_metrics_results`."""
        from ..agents_metrics_results import AsyncAgentsMetricsResults

        return AsyncAgentsMetricsResults(self._sender)

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[MetricPage, Metric]:
        """List one page of your metrics.

        You can only page forwards.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            limit: Metrics per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        from . import agents_metrics_list

        async def fetch(starting_after: str | Unset, _: str | Unset) -> MetricPage:
            return await self._sender.call(
                lambda: agents_metrics_list.build_request(
                    limit=limit, starting_after=starting_after
                ),
                agents_metrics_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "agents_metrics_list",
            starting_after,
            UNSET,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_all(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[Metric]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            limit: Metrics per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of an item. The page starts with the item after it; pass the id
                of the last item of the previous page.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        return aiter(self.list(limit=limit, starting_after=starting_after, options=options))

    async def create(
        self,
        *,
        name: str,
        prompt: str,
        display_name: None | str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Metric:
        """Create a metric.

        A metric asks a model about the transcript of each call. Add it to an agent to measure
        the agent's calls.

        Args:
            name: A unique name of lower-case letters, digits, `_`, `-` and `.`.
            prompt: Instructions for the model, with the task and how to judge it.
            display_name: Name to show to people.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_metric_request import CreateMetricRequest
        from . import agents_metrics_create

        return await self._sender.call(
            lambda: agents_metrics_create.build_request(
                body=CreateMetricRequest(name=name, prompt=prompt, display_name=display_name)
            ),
            agents_metrics_create.parse,
            options,
        )

    async def retrieve(self, metric_id: str, *, options: RequestOptions | None = None) -> Metric:
        """Get one metric.

        Args:
            metric_id: Id of the metric.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_retrieve

        return await self._sender.call(
            lambda: agents_metrics_retrieve.build_request(metric_id=metric_id),
            agents_metrics_retrieve.parse,
            options,
        )

    async def add_to_agent(
        self, metric_id: str, *, agent_id: str, options: RequestOptions | None = None
    ) -> None:
        """Measure the calls of an agent with a metric.

        The metric then runs on every later call.

        Args:
            metric_id: Id of the metric.
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_add_to_agent

        return await self._sender.call(
            lambda: agents_metrics_add_to_agent.build_request(
                agent_id=agent_id, metric_id=metric_id
            ),
            agents_metrics_add_to_agent.parse,
            options,
        )

    async def remove_from_agent(
        self, metric_id: str, *, agent_id: str, options: RequestOptions | None = None
    ) -> None:
        """Stop measuring the calls of an agent with a metric.

        Args:
            metric_id: Id of the metric.
            agent_id: Id of the agent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_metrics_remove_from_agent

        return await self._sender.call(
            lambda: agents_metrics_remove_from_agent.build_request(
                agent_id=agent_id, metric_id=metric_id
            ),
            agents_metrics_remove_from_agent.parse,
            options,
        )


__all__ = ["AsyncAgentsMetrics", "AgentsMetrics"]
