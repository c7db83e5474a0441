"""The resource `pronunciation_dicts`."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.pronunciation_dict import PronunciationDict
    from ...models.pronunciation_dict_page import PronunciationDictPage
    from ...models.pronunciation_item import PronunciationItem


class PronunciationDicts:
    """The operations of the resource `pronunciation_dicts`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> PronunciationDictPage:
        """List one page of your pronunciation dictionaries.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
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
        from . import pronunciation_dicts_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> PronunciationDictPage:
            return self._sender.call(
                lambda: pronunciation_dicts_list.build_request(
                    limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                pronunciation_dicts_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "pronunciation_dicts_list",
            starting_after,
            ending_before,
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
    ) -> Iterator[PronunciationDict]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
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
        yield from self.list(limit=limit, starting_after=starting_after, options=options)

    def create(
        self,
        *,
        name: str,
        items: builtins.list[PronunciationItem] | None | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> PronunciationDict:
        """Create a pronunciation dictionary.

        Pass its id to speech requests, with sonic-3 or a newer model.

        Args:
            name: Name of the dictionary.
            items: Texts and their pronunciations. The dictionary is empty when they are left
                out.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_pronunciation_dict_request import CreatePronunciationDictRequest
        from . import pronunciation_dicts_create

        return self._sender.call(
            lambda: pronunciation_dicts_create.build_request(
                body=CreatePronunciationDictRequest(name=name, items=items)
            ),
            pronunciation_dicts_create.parse,
            options,
        )

    def retrieve(self, id: str, *, options: RequestOptions | None = None) -> PronunciationDict:
        """Get one pronunciation dictionary.

        Args:
            id: Id of the pronunciation dictionary.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import pronunciation_dicts_retrieve

        return self._sender.call(
            lambda: pronunciation_dicts_retrieve.build_request(id=id),
            pronunciation_dicts_retrieve.parse,
            options,
        )

    def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a pronunciation dictionary.

        Args:
            id: Id of the pronunciation dictionary.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import pronunciation_dicts_delete

        return self._sender.call(
            lambda: pronunciation_dicts_delete.build_request(id=id),
            pronunciation_dicts_delete.parse,
            options,
        )

    def update(
        self,
        id: str,
        *,
        name: None | str | Unset = UNSET,
        items: builtins.list[PronunciationItem] | None | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> PronunciationDict:
        """Change the name or the items of a pronunciation dictionary.

        The server keeps the fields that you leave out.

        Args:
            id: Id of the pronunciation dictionary.
            name: New name.
            items: The new items. Send the whole list: whether it replaces the old one or is
                merged into it is not documented.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.update_pronunciation_dict_request import UpdatePronunciationDictRequest
        from . import pronunciation_dicts_update

        return self._sender.call(
            lambda: pronunciation_dicts_update.build_request(
                id=id, body=UpdatePronunciationDictRequest(name=name, items=items)
            ),
            pronunciation_dicts_update.parse,
            options,
        )


class AsyncPronunciationDicts:
    """The operations of the resource `pronunciation_dicts`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[PronunciationDictPage, PronunciationDict]:
        """List one page of your pronunciation dictionaries.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
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
        from . import pronunciation_dicts_list

        async def fetch(
            starting_after: str | Unset, ending_before: str | Unset
        ) -> PronunciationDictPage:
            return await self._sender.call(
                lambda: pronunciation_dicts_list.build_request(
                    limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                pronunciation_dicts_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "pronunciation_dicts_list",
            starting_after,
            ending_before,
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
    ) -> AsyncIterator[PronunciationDict]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
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
        return aiter(self.list(limit=limit, starting_after=starting_after, options=options))

    async def create(
        self,
        *,
        name: str,
        items: builtins.list[PronunciationItem] | None | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> PronunciationDict:
        """Create a pronunciation dictionary.

        Pass its id to speech requests, with sonic-3 or a newer model.

        Args:
            name: Name of the dictionary.
            items: Texts and their pronunciations. The dictionary is empty when they are left
                out.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_pronunciation_dict_request import CreatePronunciationDictRequest
        from . import pronunciation_dicts_create

        return await self._sender.call(
            lambda: pronunciation_dicts_create.build_request(
                body=CreatePronunciationDictRequest(name=name, items=items)
            ),
            pronunciation_dicts_create.parse,
            options,
        )

    async def retrieve(
        self, id: str, *, options: RequestOptions | None = None
    ) -> PronunciationDict:
        """Get one pronunciation dictionary.

        Args:
            id: Id of the pronunciation dictionary.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import pronunciation_dicts_retrieve

        return await self._sender.call(
            lambda: pronunciation_dicts_retrieve.build_request(id=id),
            pronunciation_dicts_retrieve.parse,
            options,
        )

    async def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a pronunciation dictionary.

        Args:
            id: Id of the pronunciation dictionary.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import pronunciation_dicts_delete

        return await self._sender.call(
            lambda: pronunciation_dicts_delete.build_request(id=id),
            pronunciation_dicts_delete.parse,
            options,
        )

    async def update(
        self,
        id: str,
        *,
        name: None | str | Unset = UNSET,
        items: builtins.list[PronunciationItem] | None | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> PronunciationDict:
        """Change the name or the items of a pronunciation dictionary.

        The server keeps the fields that you leave out.

        Args:
            id: Id of the pronunciation dictionary.
            name: New name.
            items: The new items. Send the whole list: whether it replaces the old one or is
                merged into it is not documented.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.update_pronunciation_dict_request import UpdatePronunciationDictRequest
        from . import pronunciation_dicts_update

        return await self._sender.call(
            lambda: pronunciation_dicts_update.build_request(
                id=id, body=UpdatePronunciationDictRequest(name=name, items=items)
            ),
            pronunciation_dicts_update.parse,
            options,
        )


__all__ = ["AsyncPronunciationDicts", "PronunciationDicts"]
