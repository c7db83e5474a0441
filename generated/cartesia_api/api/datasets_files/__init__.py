"""The resource `datasets_files`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.dataset_file import DatasetFile
    from ...models.dataset_file_page import DatasetFilePage
    from ...models.file_purpose import FilePurpose


class DatasetsFiles:
    """The operations of the resource `datasets_files`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> DatasetFilePage:
        """List one page of the files of a dataset.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            id: Id of the dataset.
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
        from . import datasets_files_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> DatasetFilePage:
            return self._sender.call(
                lambda: datasets_files_list.build_request(
                    id=id, limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                datasets_files_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "datasets_files_list",
            starting_after,
            ending_before,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_all(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[DatasetFile]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            id: Id of the dataset.
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
        yield from self.list(id, limit=limit, starting_after=starting_after, options=options)

    def upload(
        self,
        id: str,
        *,
        file: UploadFile,
        purpose: FilePurpose | str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> None:
        """Upload a file to a dataset.

        Returns nothing. List the files to get the id of the new one.

        Args:
            id: Id of the dataset.
            file: The file.
            purpose: What the file is for, such as `fine_tune`. Sources do not say what the
                server assumes when it is left out.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.upload_dataset_file_request import UploadDatasetFileRequest
        from . import datasets_files_upload

        with Uploads() as uploads:
            return self._sender.call(
                lambda: datasets_files_upload.build_request(
                    id=id,
                    body=UploadDatasetFileRequest(file=uploads.file(file, "file"), purpose=purpose),
                ),
                datasets_files_upload.parse,
                options,
            )

    def delete(self, file_id: str, *, id: str, options: RequestOptions | None = None) -> None:
        """Remove a file from a dataset.

        Args:
            file_id: Id of the file.
            id: Id of the dataset.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import datasets_files_delete

        return self._sender.call(
            lambda: datasets_files_delete.build_request(id=id, file_id=file_id),
            datasets_files_delete.parse,
            options,
        )


class AsyncDatasetsFiles:
    """The operations of the resource `datasets_files`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[DatasetFilePage, DatasetFile]:
        """List one page of the files of a dataset.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            id: Id of the dataset.
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
        from . import datasets_files_list

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> DatasetFilePage:
            return await self._sender.call(
                lambda: datasets_files_list.build_request(
                    id=id, limit=limit, starting_after=starting_after, ending_before=ending_before
                ),
                datasets_files_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "datasets_files_list",
            starting_after,
            ending_before,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_all(
        self,
        id: str,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[DatasetFile]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            id: Id of the dataset.
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
        return aiter(self.list(id, limit=limit, starting_after=starting_after, options=options))

    async def upload(
        self,
        id: str,
        *,
        file: UploadFile,
        purpose: FilePurpose | str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> None:
        """Upload a file to a dataset.

        Returns nothing. List the files to get the id of the new one.

        Args:
            id: Id of the dataset.
            file: The file.
            purpose: What the file is for, such as `fine_tune`. Sources do not say what the
                server assumes when it is left out.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.upload_dataset_file_request import UploadDatasetFileRequest
        from . import datasets_files_upload

        with Uploads() as uploads:
            return await self._sender.call(
                lambda: datasets_files_upload.build_request(
                    id=id,
                    body=UploadDatasetFileRequest(file=uploads.file(file, "file"), purpose=purpose),
                ),
                datasets_files_upload.parse,
                options,
            )

    async def delete(self, file_id: str, *, id: str, options: RequestOptions | None = None) -> None:
        """Remove a file from a dataset.

        Args:
            file_id: Id of the file.
            id: Id of the dataset.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import datasets_files_delete

        return await self._sender.call(
            lambda: datasets_files_delete.build_request(id=id, file_id=file_id),
            datasets_files_delete.parse,
            options,
        )


__all__ = ["AsyncDatasetsFiles", "DatasetsFiles"]
