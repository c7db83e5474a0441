"""The resource `fine_tunes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.fine_tune import FineTune
    from ...models.fine_tune_model import FineTuneModel
    from ...models.fine_tune_page import FineTunePage
    from ...models.language import Language
    from ...models.voice import Voice
    from ...models.voice_accent import VoiceAccent
    from ...models.voice_page import VoicePage


class FineTunes:
    """The operations of the resource `fine_tunes`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> FineTunePage:
        """List one page of your fine-tunes.

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
        from . import fine_tunes_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> FineTunePage:
            return self._sender.call(
                lambda: fine_tunes_list.build_request(
                    limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                fine_tunes_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "fine_tunes_list",
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
    ) -> Iterator[FineTune]:
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
        description: str,
        language: Language | str,
        model_id: FineTuneModel | str,
        dataset: str,
        accent: None | Unset | VoiceAccent = UNSET,
        options: RequestOptions | None = None,
    ) -> FineTune:
        """Fine-tune a model on a dataset.

        Starts the training and returns at once. Then get the fine-tune repeatedly until its
        `status` is `completed` or `failed`. Training costs 1,000,000 credits.

        Args:
            name: Name of the fine-tune.
            description: What the fine-tune is for.
            language: Language of the recordings.
            model_id: Id of the model that is fine-tuned.
            dataset: Id of the dataset.
            accent: Catalog id of the speaker's accent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_fine_tune_request import CreateFineTuneRequest
        from . import fine_tunes_create

        return self._sender.call(
            lambda: fine_tunes_create.build_request(
                body=CreateFineTuneRequest(
                    name=name,
                    description=description,
                    language=language,
                    model_id=model_id,
                    dataset=dataset,
                    accent=accent,
                )
            ),
            fine_tunes_create.parse,
            options,
        )

    def retrieve(self, id: str, *, options: RequestOptions | None = None) -> FineTune:
        """Get one fine-tune.

        Args:
            id: Id of the fine-tune.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import fine_tunes_retrieve

        return self._sender.call(
            lambda: fine_tunes_retrieve.build_request(id=id), fine_tunes_retrieve.parse, options
        )

    def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a fine-tune.

        Args:
            id: Id of the fine-tune.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import fine_tunes_delete

        return self._sender.call(
            lambda: fine_tunes_delete.build_request(id=id), fine_tunes_delete.parse, options
        )

    def list_voices(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> VoicePage:
        """List one page of the voices made by a fine-tune.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            id: Id of the fine-tune.
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
        from . import fine_tunes_list_voices

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> VoicePage:
            return self._sender.call(
                lambda: fine_tunes_list_voices.build_request(
                    id=id, limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                fine_tunes_list_voices.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "fine_tunes_list_voices",
            starting_after,
            ending_before,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_voices(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[Voice]:
        """Iterate over the items of all pages of `list_voices`, fetching each page when needed.

        Args:
            id: Id of the fine-tune.
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
        yield from self.list_voices(id, limit=limit, starting_after=starting_after, options=options)


class AsyncFineTunes:
    """The operations of the resource `fine_tunes`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[FineTunePage, FineTune]:
        """List one page of your fine-tunes.

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
        from . import fine_tunes_list

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> FineTunePage:
            return await self._sender.call(
                lambda: fine_tunes_list.build_request(
                    limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                fine_tunes_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "fine_tunes_list",
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
    ) -> AsyncIterator[FineTune]:
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
        description: str,
        language: Language | str,
        model_id: FineTuneModel | str,
        dataset: str,
        accent: None | Unset | VoiceAccent = UNSET,
        options: RequestOptions | None = None,
    ) -> FineTune:
        """Fine-tune a model on a dataset.

        Starts the training and returns at once. Then get the fine-tune repeatedly until its
        `status` is `completed` or `failed`. Training costs 1,000,000 credits.

        Args:
            name: Name of the fine-tune.
            description: What the fine-tune is for.
            language: Language of the recordings.
            model_id: Id of the model that is fine-tuned.
            dataset: Id of the dataset.
            accent: Catalog id of the speaker's accent.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_fine_tune_request import CreateFineTuneRequest
        from . import fine_tunes_create

        return await self._sender.call(
            lambda: fine_tunes_create.build_request(
                body=CreateFineTuneRequest(
                    name=name,
                    description=description,
                    language=language,
                    model_id=model_id,
                    dataset=dataset,
                    accent=accent,
                )
            ),
            fine_tunes_create.parse,
            options,
        )

    async def retrieve(self, id: str, *, options: RequestOptions | None = None) -> FineTune:
        """Get one fine-tune.

        Args:
            id: Id of the fine-tune.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import fine_tunes_retrieve

        return await self._sender.call(
            lambda: fine_tunes_retrieve.build_request(id=id), fine_tunes_retrieve.parse, options
        )

    async def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a fine-tune.

        Args:
            id: Id of the fine-tune.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import fine_tunes_delete

        return await self._sender.call(
            lambda: fine_tunes_delete.build_request(id=id), fine_tunes_delete.parse, options
        )

    def list_voices(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[VoicePage, Voice]:
        """List one page of the voices made by a fine-tune.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            id: Id of the fine-tune.
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
        from . import fine_tunes_list_voices

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> VoicePage:
            return await self._sender.call(
                lambda: fine_tunes_list_voices.build_request(
                    id=id, limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                fine_tunes_list_voices.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "fine_tunes_list_voices",
            starting_after,
            ending_before,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_voices(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[Voice]:
        """Iterate over the items of all pages of `list_voices`, fetching each page when needed.

        Args:
            id: Id of the fine-tune.
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
            self.list_voices(id, limit=limit, starting_after=starting_after, options=options)
        )


__all__ = ["AsyncFineTunes", "FineTunes"]
