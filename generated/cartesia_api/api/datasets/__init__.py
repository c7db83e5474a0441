"""The resource `datasets`."""

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

    from ...models.dataset import Dataset
    from ...models.dataset_page import DatasetPage
    from ..datasets_files import AsyncDatasetsFiles, DatasetsFiles


class Datasets:
    """The operations of the resource `datasets`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @resource
    def files(self) -> DatasetsFiles:
        """The resource `datasets_files`."""
        from ..datasets_files import DatasetsFiles

        return DatasetsFiles(self._sender)

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> DatasetPage:
        """List one page of your datasets.

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
        from . import datasets_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> DatasetPage:
            return self._sender.call(
                lambda: datasets_list.build_request(
                    limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                datasets_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "datasets_list",
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
    ) -> Iterator[Dataset]:
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
        self, *, name: str, description: str, options: RequestOptions | None = None
    ) -> Dataset:
        """Create an empty dataset.

        Upload recordings to it next, then fine-tune a model on it.

        Args:
            name: Name of the dataset.
            description: What the dataset contains.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.dataset_request import DatasetRequest
        from . import datasets_create

        return self._sender.call(
            lambda: datasets_create.build_request(
                body=DatasetRequest(name=name, description=description)
            ),
            datasets_create.parse,
            options,
        )

    def retrieve(self, id: str, *, options: RequestOptions | None = None) -> Dataset:
        """Get one dataset.

        Args:
            id: Id of the dataset.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import datasets_retrieve

        return self._sender.call(
            lambda: datasets_retrieve.build_request(id=id), datasets_retrieve.parse, options
        )

    def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a dataset.

        Args:
            id: Id of the dataset.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import datasets_delete

        return self._sender.call(
            lambda: datasets_delete.build_request(id=id), datasets_delete.parse, options
        )

    def update(
        self, id: str, *, name: str, description: str, options: RequestOptions | None = None
    ) -> None:
        """Change the name and the description of a dataset.

        Give both each time. Unlike the other changes, this one returns nothing.

        Args:
            id: Id of the dataset.
            name: Name of the dataset.
            description: What the dataset contains.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.dataset_request import DatasetRequest
        from . import datasets_update

        return self._sender.call(
            lambda: datasets_update.build_request(
                id=id, body=DatasetRequest(name=name, description=description)
            ),
            datasets_update.parse,
            options,
        )


class AsyncDatasets:
    """The operations of the resource `datasets`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @resource
    def files(self) -> AsyncDatasetsFiles:
        """The resource `datasets_files`."""
        from ..datasets_files import AsyncDatasetsFiles

        return AsyncDatasetsFiles(self._sender)

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[DatasetPage, Dataset]:
        """List one page of your datasets.

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
        from . import datasets_list

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> DatasetPage:
            return await self._sender.call(
                lambda: datasets_list.build_request(
                    limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                datasets_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "datasets_list",
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
    ) -> AsyncIterator[Dataset]:
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
        self, *, name: str, description: str, options: RequestOptions | None = None
    ) -> Dataset:
        """Create an empty dataset.

        Upload recordings to it next, then fine-tune a model on it.

        Args:
            name: Name of the dataset.
            description: What the dataset contains.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.dataset_request import DatasetRequest
        from . import datasets_create

        return await self._sender.call(
            lambda: datasets_create.build_request(
                body=DatasetRequest(name=name, description=description)
            ),
            datasets_create.parse,
            options,
        )

    async def retrieve(self, id: str, *, options: RequestOptions | None = None) -> Dataset:
        """Get one dataset.

        Args:
            id: Id of the dataset.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import datasets_retrieve

        return await self._sender.call(
            lambda: datasets_retrieve.build_request(id=id), datasets_retrieve.parse, options
        )

    async def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a dataset.

        Args:
            id: Id of the dataset.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import datasets_delete

        return await self._sender.call(
            lambda: datasets_delete.build_request(id=id), datasets_delete.parse, options
        )

    async def update(
        self, id: str, *, name: str, description: str, options: RequestOptions | None = None
    ) -> None:
        """Change the name and the description of a dataset.

        Give both each time. Unlike the other changes, this one returns nothing.

        Args:
            id: Id of the dataset.
            name: Name of the dataset.
            description: What the dataset contains.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.dataset_request import DatasetRequest
        from . import datasets_update

        return await self._sender.call(
            lambda: datasets_update.build_request(
                id=id, body=DatasetRequest(name=name, description=description)
            ),
            datasets_update.parse,
            options,
        )


__all__ = ["AsyncDatasets", "Datasets"]
