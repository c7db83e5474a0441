"""The resource `accents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.accent_catalog import AccentCatalog


class Accents:
    """The operations of the resource `accents`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, options: RequestOptions | None = None) -> AccentCatalog:
        """List the whole catalog of accents.

        Returns all accents in one response, sorted by id.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import accents_list

        return self._sender.call(lambda: accents_list.build_request(), accents_list.parse, options)


class AsyncAccents:
    """The operations of the resource `accents`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(self, *, options: RequestOptions | None = None) -> AccentCatalog:
        """List the whole catalog of accents.

        Returns all accents in one response, sorted by id.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import accents_list

        return await self._sender.call(
            lambda: accents_list.build_request(), accents_list.parse, options
        )


__all__ = ["AsyncAccents", "Accents"]
