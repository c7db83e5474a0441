"""The resource `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.service_status import ServiceStatus


class Status:
    """The operations of the resource `status`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self, *, options: RequestOptions | None = None) -> ServiceStatus:
        """Check whether the service is up.

        Needs no credentials. The response also has the API version that the gateway uses by
        default.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import status_get

        return self._sender.call(lambda: status_get.build_request(), status_get.parse, options)


class AsyncStatus:
    """The operations of the resource `status`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def get(self, *, options: RequestOptions | None = None) -> ServiceStatus:
        """Check whether the service is up.

        Needs no credentials. The response also has the API version that the gateway uses by
        default.

        Args:
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import status_get

        return await self._sender.call(
            lambda: status_get.build_request(), status_get.parse, options
        )


__all__ = ["AsyncStatus", "Status"]
