"""The resource `files`."""

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

    from ...models.file_purpose import FilePurpose
    from ...models.stored_file import StoredFile
    from ...models.stored_file_page import StoredFilePage


class Files:
    """The operations of the resource `files`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        purpose: FilePurpose | str | Unset = UNSET,
        q: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> StoredFilePage:
        """List one page of your stored files.

        The official SDK 4.2.0 does not have this call.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            purpose: Only files of this purpose.
            q: Text to find in the name of the file.
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
        from . import files_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> StoredFilePage:
            return self._sender.call(
                lambda: files_list.build_request(
                    purpose=purpose,
                    q=q,
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                ),
                files_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "files_list",
            starting_after,
            ending_before,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_all(
        self,
        *,
        purpose: FilePurpose | str | Unset = UNSET,
        q: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[StoredFile]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            purpose: Only files of this purpose.
            q: Text to find in the name of the file.
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
            purpose=purpose, q=q, limit=limit, starting_after=starting_after, options=options
        )

    def upload(
        self, *, file: UploadFile, purpose: FilePurpose | str, options: RequestOptions | None = None
    ) -> StoredFile:
        """Store a file.

        The server answers with status 201. The official SDK 4.2.0 does not have this call.

        Args:
            file: The file.
            purpose: What the file is for.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.upload_file_request import UploadFileRequest
        from . import files_upload

        with Uploads() as uploads:
            return self._sender.call(
                lambda: files_upload.build_request(
                    body=UploadFileRequest(file=uploads.file(file, "file"), purpose=purpose)
                ),
                files_upload.parse,
                options,
            )

    def get(self, id: str, *, options: RequestOptions | None = None) -> StoredFile:
        """Get the metadata of one stored file.

        The official SDK 4.2.0 does not have this call.

        Args:
            id: Id of the file, such as `file_...`.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import files_get

        return self._sender.call(lambda: files_get.build_request(id=id), files_get.parse, options)


class AsyncFiles:
    """The operations of the resource `files`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        purpose: FilePurpose | str | Unset = UNSET,
        q: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[StoredFilePage, StoredFile]:
        """List one page of your stored files.

        The official SDK 4.2.0 does not have this call.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            purpose: Only files of this purpose.
            q: Text to find in the name of the file.
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
        from . import files_list

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> StoredFilePage:
            return await self._sender.call(
                lambda: files_list.build_request(
                    purpose=purpose,
                    q=q,
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                ),
                files_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "files_list",
            starting_after,
            ending_before,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_all(
        self,
        *,
        purpose: FilePurpose | str | Unset = UNSET,
        q: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[StoredFile]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            purpose: Only files of this purpose.
            q: Text to find in the name of the file.
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
                purpose=purpose, q=q, limit=limit, starting_after=starting_after, options=options
            )
        )

    async def upload(
        self, *, file: UploadFile, purpose: FilePurpose | str, options: RequestOptions | None = None
    ) -> StoredFile:
        """Store a file.

        The server answers with status 201. The official SDK 4.2.0 does not have this call.

        Args:
            file: The file.
            purpose: What the file is for.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.upload_file_request import UploadFileRequest
        from . import files_upload

        with Uploads() as uploads:
            return await self._sender.call(
                lambda: files_upload.build_request(
                    body=UploadFileRequest(file=uploads.file(file, "file"), purpose=purpose)
                ),
                files_upload.parse,
                options,
            )

    async def get(self, id: str, *, options: RequestOptions | None = None) -> StoredFile:
        """Get the metadata of one stored file.

        The official SDK 4.2.0 does not have this call.

        Args:
            id: Id of the file, such as `file_...`.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import files_get

        return await self._sender.call(
            lambda: files_get.build_request(id=id), files_get.parse, options
        )


__all__ = ["AsyncFiles", "Files"]
