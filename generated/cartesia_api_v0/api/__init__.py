"""All resources of the API.

Each is imported when it is first used, and its operations and their models when they are called. The
exceptions that their methods raise are those of the sender; with `cartesia_stream`, import them from
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.resources import resource

if TYPE_CHECKING:
    from cartesia_runtime.sender import AsyncSender, Sender

    from .audio import AsyncAudio, Audio
    from .models import AsyncModels, Models
    from .status import AsyncStatus, Status
    from .voices import AsyncVoices, Voices


class Resources:
    """All resources, which share one sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @resource
    def status(self) -> Status:
        """The resource `status`."""
        from .status import Status

        return Status(self._sender)

    @resource
    def voices(self) -> Voices:
        """The resource `voices`."""
        from .voices import Voices

        return Voices(self._sender)

    @resource
    def audio(self) -> Audio:
        """The resource `audio`."""
        from .audio import Audio

        return Audio(self._sender)

    @resource
    def models(self) -> Models:
        """The resource `models`."""
        from .models import Models

        return Models(self._sender)


class AsyncResources:
    """All resources, which share one sender."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @resource
    def status(self) -> AsyncStatus:
        """The resource `status`."""
        from .status import AsyncStatus

        return AsyncStatus(self._sender)

    @resource
    def voices(self) -> AsyncVoices:
        """The resource `voices`."""
        from .voices import AsyncVoices

        return AsyncVoices(self._sender)

    @resource
    def audio(self) -> AsyncAudio:
        """The resource `audio`."""
        from .audio import AsyncAudio

        return AsyncAudio(self._sender)

    @resource
    def models(self) -> AsyncModels:
        """The resource `models`."""
        from .models import AsyncModels

        return AsyncModels(self._sender)


__all__ = ["AsyncResources", "Resources"]
