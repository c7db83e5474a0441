"""GET /accents: List the whole catalog of accents."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.accent_catalog import AccentCatalog

OPERATION: Final = "accents_list"


def build_request() -> Request:
    """Return the request."""
    return Request(operation=OPERATION, method="GET", path="/accents", accept="application/json")


def parse(response: Response) -> AccentCatalog:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, AccentCatalog.from_dict)
