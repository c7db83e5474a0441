"""The resource `agents_calls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from cartesia_runtime.downloads import AsyncDownload, Download
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.agent_call import AgentCall
    from ...models.agent_call_expand import AgentCallExpand
    from ...models.agent_call_page import AgentCallPage


class AgentsCalls:
    """The operations of the resource `agents_calls`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        agent_id: str,
        expand: AgentCallExpand | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AgentCallPage:
        """List one page of the calls of an agent.

        The latest call comes first. A page has no `has_more`. The last page is the one whose
        `next_page` is null, or one without calls.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that the server sends only on request. It is one value,
                unlike the `expand[]` of voices.
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
        from . import agents_calls_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> AgentCallPage:
            return self._sender.call(
                lambda: agents_calls_list.build_request(
                    agent_id=agent_id,
                    expand=expand,
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                ),
                agents_calls_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "agents_calls_list",
            starting_after,
            ending_before,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_all(
        self,
        *,
        agent_id: str,
        expand: AgentCallExpand | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[AgentCall]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that the server sends only on request. It is one value,
                unlike the `expand[]` of voices.
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
            expand=expand,
            limit=limit,
            starting_after=starting_after,
            options=options,
        )

    def retrieve(self, call_id: str, *, options: RequestOptions | None = None) -> AgentCall:
        """Get one call.

        Args:
            call_id: Id of the call.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_calls_retrieve

        return self._sender.call(
            lambda: agents_calls_retrieve.build_request(call_id=call_id),
            agents_calls_retrieve.parse,
            options,
        )

    def download_audio(
        self, call_id: str, *, options: RequestOptions | None = None
    ) -> AbstractContextManager[Download]:
        """Stream the recording of a call as a WAV file.

        The official document declares status 204 without a body, but its text says that the
        server streams the WAV file. So this document declares 200 with a body. If the server
        answers 204, the client reads an empty body.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            call_id: Id of the call.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_calls_download_audio

        return self._sender.stream(
            lambda: agents_calls_download_audio.build_request(call_id=call_id), options
        )


class AsyncAgentsCalls:
    """The operations of the resource `agents_calls`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        agent_id: str,
        expand: AgentCallExpand | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[AgentCallPage, AgentCall]:
        """List one page of the calls of an agent.

        The latest call comes first. A page has no `has_more`. The last page is the one whose
        `next_page` is null, or one without calls.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that the server sends only on request. It is one value,
                unlike the `expand[]` of voices.
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
        from . import agents_calls_list

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> AgentCallPage:
            return await self._sender.call(
                lambda: agents_calls_list.build_request(
                    agent_id=agent_id,
                    expand=expand,
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                ),
                agents_calls_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "agents_calls_list",
            starting_after,
            ending_before,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_all(
        self,
        *,
        agent_id: str,
        expand: AgentCallExpand | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[AgentCall]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that the server sends only on request. It is one value,
                unlike the `expand[]` of voices.
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
                expand=expand,
                limit=limit,
                starting_after=starting_after,
                options=options,
            )
        )

    async def retrieve(self, call_id: str, *, options: RequestOptions | None = None) -> AgentCall:
        """Get one call.

        Args:
            call_id: Id of the call.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_calls_retrieve

        return await self._sender.call(
            lambda: agents_calls_retrieve.build_request(call_id=call_id),
            agents_calls_retrieve.parse,
            options,
        )

    def download_audio(
        self, call_id: str, *, options: RequestOptions | None = None
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Stream the recording of a call as a WAV file.

        The official document declares status 204 without a body, but its text says that the
        server streams the WAV file. So this document declares 200 with a body. If the server
        answers 204, the client reads an empty body.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            call_id: Id of the call.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import agents_calls_download_audio

        return self._sender.stream(
            lambda: agents_calls_download_audio.build_request(call_id=call_id), options
        )


__all__ = ["AsyncAgentsCalls", "AgentsCalls"]
