"""The resource `agents_calls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import paginate, paginate_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from cartesia_runtime.downloads import AsyncDownload, Download
    from cartesia_runtime.models import Unset
    from cartesia_runtime.sender import AsyncSender, RequestOptions, Sender

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

        The call that started last comes first. The page has no `has_more`: the list goes on
        until `next_page` is null or a page is empty.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that is sent only on request. One value, unlike the
                `expand[]` of voices.
            limit: Items per page, 1 to 100. How many the server sends when it is left out is
                not documented.
            starting_after: Id of an item; the page starts right behind it. Use the last id of
                the page before.
            ending_before: Id of an item; the page ends right before it. Use the first id of
                the page behind.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from . import agents_calls_list

        return self._sender.call(
            agents_calls_list.build_request(
                agent_id=agent_id,
                expand=expand,
                limit=limit,
                starting_after=starting_after,
                ending_before=ending_before,
            ),
            agents_calls_list.parse,
            options,
        )

    def iter_all(
        self,
        *,
        agent_id: str,
        expand: AgentCallExpand | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[AgentCall]:
        """Iterate over everything that `list` lists, fetching the next page when it is needed.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that is sent only on request. One value, unlike the
                `expand[]` of voices.
            limit: Items per page, 1 to 100. How many the server sends when it is left out is
                not documented.
            starting_after: Id of an item; the page starts right behind it. Use the last id of
                the page before.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
                A cursor that comes twice is such a case: the list would never end.
        """

        def fetch(cursor: str | Unset) -> AgentCallPage:
            return self.list(
                agent_id=agent_id,
                expand=expand,
                limit=limit,
                starting_after=cursor,
                options=options,
            )

        return paginate(self._sender.refuse, "agents_calls_list", starting_after, fetch)

    def retrieve(self, call_id: str, *, options: RequestOptions | None = None) -> AgentCall:
        """Get one call.

        Args:
            call_id: Id of the call.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from . import agents_calls_retrieve

        return self._sender.call(
            agents_calls_retrieve.build_request(call_id=call_id),
            agents_calls_retrieve.parse,
            options,
        )

    def download_audio(
        self, call_id: str, *, options: RequestOptions | None = None
    ) -> AbstractContextManager[Download]:
        """Stream the recording of a call as a WAV file.

        The official document declares an answer without a body (204), while its text says that
        the WAV file is streamed; an answer without a body could carry no recording, so this
        document declares 200 with a body. A client that is answered 204 reads an empty body.

        Use it as `with`: the file arrives while it is read.

        Args:
            call_id: Id of the call.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from . import agents_calls_download_audio

        return self._sender.stream(
            agents_calls_download_audio.build_request(call_id=call_id), options
        )


class AsyncAgentsCalls:
    """The operations of the resource `agents_calls`, in an event loop."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(
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

        The call that started last comes first. The page has no `has_more`: the list goes on
        until `next_page` is null or a page is empty.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that is sent only on request. One value, unlike the
                `expand[]` of voices.
            limit: Items per page, 1 to 100. How many the server sends when it is left out is
                not documented.
            starting_after: Id of an item; the page starts right behind it. Use the last id of
                the page before.
            ending_before: Id of an item; the page ends right before it. Use the first id of
                the page behind.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from . import agents_calls_list

        return await self._sender.call(
            agents_calls_list.build_request(
                agent_id=agent_id,
                expand=expand,
                limit=limit,
                starting_after=starting_after,
                ending_before=ending_before,
            ),
            agents_calls_list.parse,
            options,
        )

    def iter_all(
        self,
        *,
        agent_id: str,
        expand: AgentCallExpand | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[AgentCall]:
        """Iterate over everything that `list` lists, fetching the next page when it is needed.

        Args:
            agent_id: Id of the agent.
            expand: Field of a call that is sent only on request. One value, unlike the
                `expand[]` of voices.
            limit: Items per page, 1 to 100. How many the server sends when it is left out is
                not documented.
            starting_after: Id of an item; the page starts right behind it. Use the last id of
                the page before.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
                A cursor that comes twice is such a case: the list would never end.
        """

        async def fetch(cursor: str | Unset) -> AgentCallPage:
            return await self.list(
                agent_id=agent_id,
                expand=expand,
                limit=limit,
                starting_after=cursor,
                options=options,
            )

        return paginate_async(self._sender.refuse, "agents_calls_list", starting_after, fetch)

    async def retrieve(self, call_id: str, *, options: RequestOptions | None = None) -> AgentCall:
        """Get one call.

        Args:
            call_id: Id of the call.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from . import agents_calls_retrieve

        return await self._sender.call(
            agents_calls_retrieve.build_request(call_id=call_id),
            agents_calls_retrieve.parse,
            options,
        )

    def download_audio(
        self, call_id: str, *, options: RequestOptions | None = None
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Stream the recording of a call as a WAV file.

        The official document declares an answer without a body (204), while its text says that
        the WAV file is streamed; an answer without a body could carry no recording, so this
        document declares 200 with a body. A client that is answered 204 reads an empty body.

        Use it as `async with`: the file arrives while it is read.

        Args:
            call_id: Id of the call.
            options: What this call does differently, such as its timeout.

        Raises:
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from . import agents_calls_download_audio

        return self._sender.stream(
            agents_calls_download_audio.build_request(call_id=call_id), options
        )


__all__ = ["AsyncAgentsCalls", "AgentsCalls"]
