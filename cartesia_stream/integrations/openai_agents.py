"""Speech and hearing for the voice pipeline of OpenAI Agents.

Both may share a client::

    pipeline = VoicePipeline(
        workflow=workflow,
        stt_model=CartesiaSTTModel(client=client),
        tts_model=CartesiaTTSModel(voice=voice, client=client),
    )
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from .. import File
from .._checks import Needs
from ._speech import Listener, Speaker, VoiceOptions, until_none

with Needs("agents", "openai-agents"):
    from agents.voice import (
        AudioInput,
        StreamedAudioInput,
        StreamedTranscriptionSession,
        STTModel,
        STTModelSettings,
        TTSModel,
        TTSModelSettings,
    )

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .. import AsyncCartesia, AsyncListening, VoiceLike

__all__ = ["CartesiaSTTModel", "CartesiaTTSModel"]

RATE = 24000  # of all audio of the pipeline, in and out


class CartesiaTTSModel(TTSModel):
    """Speech that survives a lost connection.

    The pipeline speaks several sentences at once; they wait in the client's queue when your plan
    allows fewer. Its errors are a `VoiceStreamEventError` with the client's own error.

    Args:
        voice: Id of the voice, or a voice that ``client.voices`` returned.
        client: A client to share with other pipelines of the process; it stays open. By default one
            of its own, with the settings of the environment.
        priority: Speech with a higher priority gets a slot of your plan first.
        options: See `VoiceOptions`.

    Raises:
        ConfigurationError: If an argument is invalid, or the environment has no key.
    """

    def __init__(
        self,
        *,
        voice: VoiceLike,
        client: AsyncCartesia | None = None,
        priority: int = 0,
        **options: Unpack[VoiceOptions],
    ) -> None:
        self._speaker = Speaker(client, voice, RATE, priority, options)

    @property
    def model_name(self) -> str:
        """Id of the model."""
        return self._speaker.model

    async def run(self, text: str, settings: TTSModelSettings) -> AsyncIterator[bytes]:
        """Yield the audio of a text; closing the iterator cancels the speech.

        Args:
            text: The text; white space alone has no audio.
            settings: The voice and manner are those of this object; the pipeline uses the rest.
        """
        if text.strip():
            async with self._speaker.speak(text) as speech:
                async for block in speech.audio():
                    yield block

    async def prewarm(self) -> None:
        """Open a socket before the first sentence needs it.

        Raises:
            APIError: If the service rejects the handshake or is unreachable.
        """
        await self._speaker.client.tts.prewarm()

    async def aclose(self) -> None:
        """Close the client, unless it was passed."""
        await self._speaker.aclose()


class CartesiaSTTModel(STTModel):
    """Transcription of recordings, and of turns while they are spoken.

    No word is lost or heard twice when the connection breaks.

    Args:
        client: As for `CartesiaTTSModel`.
        model: Id of the model that finds turns.
        batch_model: Id of the model for a recording.
    """

    def __init__(
        self,
        *,
        client: AsyncCartesia | None = None,
        model: str = "ink-2",
        batch_model: str = "ink-whisper",
    ) -> None:
        self._listener = Listener(client, model, batch_model=batch_model)

    @property
    def model_name(self) -> str:
        """Id of the model that finds turns."""
        return self._listener.model

    async def transcribe(
        self,
        input: AudioInput,
        settings: STTModelSettings,
        trace_include_sensitive_data: bool,
        trace_include_sensitive_audio_data: bool,
    ) -> str:
        """Return the text of a recording.

        Raises:
            APIError: If the service fails or is unreachable.
        """
        name, recording, _ = input.to_audio_file()
        return await self._listener.transcribe(File(recording, name), settings.language)

    async def create_session(
        self,
        input: StreamedAudioInput,
        settings: STTModelSettings,
        trace_include_sensitive_data: bool,
        trace_include_sensitive_audio_data: bool,
    ) -> StreamedTranscriptionSession:
        """Listen to audio at 24 kHz while it arrives; its ``None`` is the end."""
        audio = until_none(input.queue)
        return _Session(self._listener.listen(audio, RATE, settings.keywords))

    async def aclose(self) -> None:
        """Close the client, unless it was passed."""
        await self._listener.aclose()


class _Session(StreamedTranscriptionSession):
    def __init__(self, listening: AsyncListening) -> None:
        self._listening = listening

    async def transcribe_turns(self) -> AsyncIterator[str]:
        async for turn in self._listening.turns():
            if turn.text.strip():
                yield turn.text.strip()

    async def close(self) -> None:
        await self._listening.aclose()
