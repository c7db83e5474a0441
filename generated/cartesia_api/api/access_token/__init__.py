"""The resource `access_token`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.models import UNSET

if TYPE_CHECKING:
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.access_token_grants import AccessTokenGrants
    from ...models.issued_token import IssuedToken


class AccessToken:
    """The operations of the resource `access_token`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def create(
        self,
        *,
        expires_in: int | None | Unset = UNSET,
        grants: AccessTokenGrants | None | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> IssuedToken:
        """Issue an access token.

        An access token is a signed token that can use the granted endpoints for at most an
        hour. Create it on a server that has the API key, and send it to a browser or a phone. A
        token cannot issue another token.

        Args:
            expires_in: Lifetime in seconds, 1 to 3600. The server chooses when it is left
                out.
            grants: Endpoints that the token can use.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_access_token_request import CreateAccessTokenRequest
        from . import access_token_create

        return self._sender.call(
            lambda: access_token_create.build_request(
                body=CreateAccessTokenRequest(expires_in=expires_in, grants=grants)
            ),
            access_token_create.parse,
            options,
        )


class AsyncAccessToken:
    """The operations of the resource `access_token`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def create(
        self,
        *,
        expires_in: int | None | Unset = UNSET,
        grants: AccessTokenGrants | None | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> IssuedToken:
        """Issue an access token.

        An access token is a signed token that can use the granted endpoints for at most an
        hour. Create it on a server that has the API key, and send it to a browser or a phone. A
        token cannot issue another token.

        Args:
            expires_in: Lifetime in seconds, 1 to 3600. The server chooses when it is left
                out.
            grants: Endpoints that the token can use.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.create_access_token_request import CreateAccessTokenRequest
        from . import access_token_create

        return await self._sender.call(
            lambda: access_token_create.build_request(
                body=CreateAccessTokenRequest(expires_in=expires_in, grants=grants)
            ),
            access_token_create.parse,
            options,
        )


__all__ = ["AsyncAccessToken", "AccessToken"]
