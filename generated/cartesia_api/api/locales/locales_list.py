"""GET /locales: List the whole catalog of locales with their accents."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.locale_catalog import LocaleCatalog

OPERATION: Final = "locales_list"


def build_request() -> Request:
    """Return the request."""
    return Request(operation=OPERATION, method="GET", path="/locales", accept="application/json")


def parse(response: Response) -> LocaleCatalog:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, LocaleCatalog.from_dict)
