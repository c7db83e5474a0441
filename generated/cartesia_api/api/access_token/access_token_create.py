"""POST /access-token: Issue an access token."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.sender import Request, Response

from ...models.create_access_token_request import CreateAccessTokenRequest
from ...models.issued_token import IssuedToken

OPERATION: Final = "access_token_create"


def build_request(*, body: CreateAccessTokenRequest) -> Request:
    """Return the request.

    Args:
        body: The body.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="POST",
        path="/access-token",
        json=body.to_dict(),
        accept="application/json",
    )


def parse(response: Response) -> IssuedToken:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, IssuedToken.from_dict)
