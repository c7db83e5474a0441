"""GET /files: List one page of your stored files."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.file_purpose import FilePurpose
from ...models.stored_file_page import StoredFilePage

OPERATION: Final = "files_list"


def build_request(
    *,
    purpose: FilePurpose | str | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
) -> Request:
    """Return the request.

    Args:
        purpose: Only files of this purpose.
        q: Text to find in the name of the file.
        limit: Items per page, 1 to 100. It is not documented how many the server sends when
            it is left out.
        starting_after: Id of an item. The page starts with the item after it; pass the id of
            the last item of the previous page.
        ending_before: Id of an item. The page ends with the item before it; pass the id of
            the first item of the next page.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/files",
        params=encode_query(
            {
                "purpose": purpose,
                "q": q,
                "limit": limit,
                "starting_after": starting_after,
                "ending_before": ending_before,
            }
        ),
        accept="application/json",
    )


def parse(response: Response) -> StoredFilePage:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, StoredFilePage.from_dict)
