"""The resource `models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender


class Models:
    """The operations of the resource `models`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list_voices(self, model_id: str, *, options: RequestOptions | None = None) -> list[str]:
        """List the voices of a model.

        Only the first documentation has this route; no package calls it.

        Args:
            model_id: Id of the model.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import models_list_voices

        return self._sender.call(
            lambda: models_list_voices.build_request(model_id=model_id),
            models_list_voices.parse,
            options,
        )


class AsyncModels:
    """The operations of the resource `models`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list_voices(
        self, model_id: str, *, options: RequestOptions | None = None
    ) -> list[str]:
        """List the voices of a model.

        Only the first documentation has this route; no package calls it.

        Args:
            model_id: Id of the model.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import models_list_voices

        return await self._sender.call(
            lambda: models_list_voices.build_request(model_id=model_id),
            models_list_voices.parse,
            options,
        )


__all__ = ["AsyncModels", "Models"]
