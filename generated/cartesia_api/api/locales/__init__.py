"""The resource `locales`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.locale_catalog import LocaleCatalog


class Locales:
    """The operations of the resource `locales`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, options: RequestOptions | None = None) -> LocaleCatalog:
        """List the whole catalog of locales with their accents.

        Returns all of them in one response, without pages. The official SDK 4.2.0 does not have
        this call.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import locales_list

        return self._sender.call(lambda: locales_list.build_request(), locales_list.parse, options)


class AsyncLocales:
    """The operations of the resource `locales`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(self, *, options: RequestOptions | None = None) -> LocaleCatalog:
        """List the whole catalog of locales with their accents.

        Returns all of them in one response, without pages. The official SDK 4.2.0 does not have
        this call.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import locales_list

        return await self._sender.call(
            lambda: locales_list.build_request(), locales_list.parse, options
        )


__all__ = ["AsyncLocales", "Locales"]
