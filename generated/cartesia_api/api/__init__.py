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

    from .accents import Accents, AsyncAccents
    from .access_token import AccessToken, AsyncAccessToken
    from .agents import Agents, AsyncAgents
    from .datasets import AsyncDatasets, Datasets
    from .files import AsyncFiles, Files
    from .fine_tunes import AsyncFineTunes, FineTunes
    from .locales import AsyncLocales, Locales
    from .pronunciation_dicts import AsyncPronunciationDicts, PronunciationDicts
    from .status import AsyncStatus, Status
    from .stt import AsyncStt, Stt
    from .tts import AsyncTts, Tts
    from .voice_changer import AsyncVoiceChanger, VoiceChanger
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
    def access_token(self) -> AccessToken:
        """The resource `access_token`."""
        from .access_token import AccessToken

        return AccessToken(self._sender)

    @resource
    def voices(self) -> Voices:
        """The resource `voices`."""
        from .voices import Voices

        return Voices(self._sender)

    @resource
    def accents(self) -> Accents:
        """The resource `accents`."""
        from .accents import Accents

        return Accents(self._sender)

    @resource
    def stt(self) -> Stt:
        """The resource `stt`."""
        from .stt import Stt

        return Stt(self._sender)

    @resource
    def tts(self) -> Tts:
        """The resource `tts`."""
        from .tts import Tts

        return Tts(self._sender)

    @resource
    def voice_changer(self) -> VoiceChanger:
        """The resource `voice_changer`."""
        from .voice_changer import VoiceChanger

        return VoiceChanger(self._sender)

    @resource
    def pronunciation_dicts(self) -> PronunciationDicts:
        """The resource `pronunciation_dicts`."""
        from .pronunciation_dicts import PronunciationDicts

        return PronunciationDicts(self._sender)

    @resource
    def datasets(self) -> Datasets:
        """The resource `datasets`."""
        from .datasets import Datasets

        return Datasets(self._sender)

    @resource
    def fine_tunes(self) -> FineTunes:
        """The resource `fine_tunes`."""
        from .fine_tunes import FineTunes

        return FineTunes(self._sender)

    @resource
    def agents(self) -> Agents:
        """The resource `agents`."""
        from .agents import Agents

        return Agents(self._sender)

    @resource
    def locales(self) -> Locales:
        """The resource `locales`."""
        from .locales import Locales

        return Locales(self._sender)

    @resource
    def files(self) -> Files:
        """The resource `files`."""
        from .files import Files

        return Files(self._sender)


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
    def access_token(self) -> AsyncAccessToken:
        """The resource `access_token`."""
        from .access_token import AsyncAccessToken

        return AsyncAccessToken(self._sender)

    @resource
    def voices(self) -> AsyncVoices:
        """The resource `voices`."""
        from .voices import AsyncVoices

        return AsyncVoices(self._sender)

    @resource
    def accents(self) -> AsyncAccents:
        """The resource `accents`."""
        from .accents import AsyncAccents

        return AsyncAccents(self._sender)

    @resource
    def stt(self) -> AsyncStt:
        """The resource `stt`."""
        from .stt import AsyncStt

        return AsyncStt(self._sender)

    @resource
    def tts(self) -> AsyncTts:
        """The resource `tts`."""
        from .tts import AsyncTts

        return AsyncTts(self._sender)

    @resource
    def voice_changer(self) -> AsyncVoiceChanger:
        """The resource `voice_changer`."""
        from .voice_changer import AsyncVoiceChanger

        return AsyncVoiceChanger(self._sender)

    @resource
    def pronunciation_dicts(self) -> AsyncPronunciationDicts:
        """The resource `pronunciation_dicts`."""
        from .pronunciation_dicts import AsyncPronunciationDicts

        return AsyncPronunciationDicts(self._sender)

    @resource
    def datasets(self) -> AsyncDatasets:
        """The resource `datasets`."""
        from .datasets import AsyncDatasets

        return AsyncDatasets(self._sender)

    @resource
    def fine_tunes(self) -> AsyncFineTunes:
        """The resource `fine_tunes`."""
        from .fine_tunes import AsyncFineTunes

        return AsyncFineTunes(self._sender)

    @resource
    def agents(self) -> AsyncAgents:
        """The resource `agents`."""
        from .agents import AsyncAgents

        return AsyncAgents(self._sender)

    @resource
    def locales(self) -> AsyncLocales:
        """The resource `locales`."""
        from .locales import AsyncLocales

        return AsyncLocales(self._sender)

    @resource
    def files(self) -> AsyncFiles:
        """The resource `files`."""
        from .files import AsyncFiles

        return AsyncFiles(self._sender)


__all__ = ["AsyncResources", "Resources"]
