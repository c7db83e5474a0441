"""Speech and hearing for Pipecat: services for a pipeline.

They stand on both sides of the model::

    pipeline = Pipeline([
        transport.input(), CartesiaSTTService(client=client), user_aggregator, llm,
        CartesiaTTSService(voice=voice, client=client), transport.output(), assistant_aggregator,
    ])
"""

from __future__ import annotations

import asyncio
from copy import copy
from typing import TYPE_CHECKING, Final, Unpack

from .. import (
    APIConnectionError,
    CartesiaError,
    TurnEnded,
    TurnStarted,
    TurnUpdated,
)
from .._checks import Needs
from ._speech import Listener, Speaker, VoiceOptions, audio_and_words, until_none

with Needs("pipecat", "pipecat"):
    from pipecat.frames.frames import (
        Frame,
        InterimTranscriptionFrame,
        ProposedUserStartedSpeakingFrame,
        ProposedUserStoppedSpeakingFrame,
        STTMetadataFrame,
        STTMuteFrame,
        TranscriptionFrame,
        TTSAudioRawFrame,
    )
    from pipecat.services.ai_service import AIService
    from pipecat.services.settings import STTSettings, TTSSettings
    from pipecat.services.stt_service import STTService
    from pipecat.services.tts_service import TextAggregationMode, TTSService
    from pipecat.transcriptions.language import Language
    from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
    from pipecat.utils.errors import ErrorCategory
    from pipecat.utils.time import time_now_iso8601

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from pipecat.frames.frames import CancelFrame, EndFrame, StartFrame
    from pipecat.processors.frame_processor import FrameDirection

    from .. import AsyncCartesia, AsyncListening, ListenEvent, VoiceLike

__all__ = ["CartesiaSTTService", "CartesiaTTSService"]

# Pipecat takes silence of this length for the end of a turn. Ours end by themselves, and a new
# connection may take a while.
_FOREVER_S: Final = 3600.0


class _Service(AIService):
    _service: Speaker | Listener

    def can_generate_metrics(self) -> bool:
        """Whether the service reports metrics: it does."""
        return True

    async def cancel(self, frame: CancelFrame) -> None:
        """Stop at once."""
        await super().cancel(frame)
        await self._halt()

    async def cleanup(self) -> None:
        """Close the client, unless it was passed."""
        await super().cleanup()  # type: ignore[no-untyped-call]  # without annotations there
        await self._halt()
        await self._service.aclose()

    async def _halt(self) -> None:
        raise NotImplementedError

    def _classify_error(self, exception: Exception) -> ErrorCategory | None:
        """Classify what has no status; the framework knows the rest by its ``status_code``."""
        lost = isinstance(exception, APIConnectionError)
        return ErrorCategory.CONNECTIVITY if lost else None


class CartesiaTTSService(_Service, TTSService):
    """Speech that survives a lost connection; the context of the model gets what was heard.

    An interruption cancels the speech and keeps the socket. A `TTSUpdateSettingsFrame` changes
    voice, model and language from the next turn on.

    Args:
        voice: Id of the voice, or a voice that ``client.voices`` returned.
        client: A client to share with other pipelines of the process; it stays open. By default one
            of its own, with the settings of the environment.
        sample_rate: Of the audio, in Hz; by default that of the pipeline.
        text_aggregation_mode: Whether the service gets whole sentences, or tokens as they arrive.
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
        sample_rate: int | None = None,
        text_aggregation_mode: TextAggregationMode = TextAggregationMode.SENTENCE,
        priority: int = 0,
        **options: Unpack[VoiceOptions],
    ) -> None:
        sentences = text_aggregation_mode is TextAggregationMode.SENTENCE
        if sentences:
            options.setdefault("max_buffer_delay_ms", 0)
        super().__init__(
            text_aggregation_mode=text_aggregation_mode,
            append_trailing_space=sentences,
            push_text_frames=False,
            push_start_frame=True,
            push_stop_frames=True,
            stop_frame_timeout_s=_FOREVER_S,
            sample_rate=sample_rate,
            settings=TTSSettings(
                model=options.get("model_id"), voice=None, language=options.get("language")
            ),
        )
        speaker = Speaker(client, voice, sample_rate or 24000, priority, options)
        self._speaker = self._service = speaker
        self._texts: dict[str, asyncio.Queue[str | None]] = {}
        self._speaking: dict[str, asyncio.Task[None]] = {}

    def language_to_service_language(self, language: Language) -> str:
        """Return the language without its region, as the service takes it."""
        return language.value.split("-")[0]

    async def start(self, frame: StartFrame) -> None:
        """Open a socket in the background."""
        await super().start(frame)
        self._speaker.sample_rate = self.sample_rate
        self._speaking[""] = self.create_task(self._prewarm())

    async def _prewarm(self) -> None:
        try:
            await self._speaker.client.tts.prewarm()
        except CartesiaError as error:
            await self.push_error(str(error), error)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Add text to the speech of a turn; its audio comes from a task."""
        await self.start_tts_usage_metrics(text)
        if context_id not in self._texts:
            self._texts[context_id] = asyncio.Queue()
            speech = self._speak(context_id, self._texts[context_id], self._current_speaker())
            self._speaking[context_id] = self.create_task(speech)
        self._texts[context_id].put_nowait(text)
        yield None

    async def flush_audio(self, context_id: str | None = None) -> None:
        """Mark the text of a turn as complete."""
        text = self._texts.pop(context_id or self.get_active_audio_context_id() or "", None)
        if text is not None:
            text.put_nowait(None)

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        """Cancel the speech of a turn."""
        await self._cancel_speech(context_id)
        await super().on_audio_context_interrupted(context_id)

    async def _halt(self) -> None:
        for context_id in [*self._speaking]:
            await self._cancel_speech(context_id)

    async def _cancel_speech(self, context_id: str) -> None:
        self._texts.pop(context_id, None)
        task = self._speaking.pop(context_id, None)
        if task is not None:
            await self.cancel_task(task)

    async def _speak(
        self, context_id: str, text: asyncio.Queue[str | None], speaker: Speaker
    ) -> None:
        pieces = until_none(text)
        try:
            async with speaker.speak(pieces) as speech:
                async for part in audio_and_words(speech):
                    if isinstance(part, bytes):
                        audio = TTSAudioRawFrame(part, speech.format.sample_rate, 1)
                        audio.context_id = context_id
                        await self.append_to_audio_context(context_id, audio)
                    else:
                        word = (part.text.strip(), part.start)
                        await self.add_word_timestamps([word], context_id)
        except CartesiaError as error:
            await self.push_error(str(error), error)
        await self.remove_audio_context(context_id)
        self._texts.pop(context_id, None)
        del self._speaking[context_id]

    def _current_speaker(self) -> Speaker:
        """Return the speaker with what a `TTSUpdateSettingsFrame` has changed."""
        speaker, settings = copy(self._speaker), self._settings
        options = speaker.options.copy()
        if isinstance(settings.voice, str):
            speaker.voice = settings.voice
        if isinstance(settings.model, str):
            options["model_id"] = settings.model
        if isinstance(settings.language, str):
            options["language"] = settings.language
            options.pop("locale", None)
        speaker.options = options
        return speaker


class CartesiaSTTService(_Service, STTService):
    """Turns of the caller, found by the service, which the user aggregator then follows.

    No word is lost or heard twice when the connection breaks. The service listens from the first
    audio on, and again after an error.

    Args:
        client: As for `CartesiaTTSService`.
        model: Id of the model that finds turns.
        keyterms: Terms to expect, such as names.
        sample_rate: Of the audio, in Hz; by default that of the pipeline.
        should_interrupt: Whether a turn of the caller interrupts the bot.
    """

    def __init__(
        self,
        *,
        client: AsyncCartesia | None = None,
        model: str = "ink-2",
        keyterms: Sequence[str] = (),
        sample_rate: int | None = None,
        should_interrupt: bool = True,
    ) -> None:
        super().__init__(
            sample_rate=sample_rate, settings=STTSettings(model=model, language=Language.EN)
        )
        self._listener = self._service = Listener(client, model, keyterms)
        self._should_interrupt = should_interrupt
        self._audio: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._listening: AsyncListening | None = None
        self._hearing: asyncio.Task[None] | None = None

    @property
    def supports_ttfs(self) -> bool:
        """Whether a final text follows the end of speech: no, it ends the turn."""
        return False

    def service_metadata_frame(self) -> STTMetadataFrame:
        """Recommend to leave turns to the service."""
        frame = super().service_metadata_frame()
        frame.user_turn_strategies = ExternalUserTurnStrategies(
            enable_interruptions=self._should_interrupt
        )
        return frame

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Send audio; the text comes from a task."""
        if self._hearing is None or self._hearing.done():
            self._audio = asyncio.Queue()
            self._hearing = self.create_task(self._hear())
        self._audio.put_nowait(audio)
        yield None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Send silence while the caller is muted, so that an open turn ends."""
        await super().process_frame(frame, direction)
        if isinstance(frame, STTMuteFrame) and self._listening is not None:
            (self._listening.mute if frame.mute else self._listening.unmute)()

    async def stop(self, frame: EndFrame) -> None:
        """Wait for the last text."""
        await super().stop(frame)
        self._audio.put_nowait(None)
        if self._hearing is not None:
            await self._hearing

    async def _halt(self) -> None:
        if self._hearing is not None:
            await self.cancel_task(self._hearing)
            self._hearing = None

    async def _hear(self) -> None:
        audio = until_none(self._audio)
        try:
            async with self._listener.listen(audio, self.sample_rate) as self._listening:
                async for event in self._listening:
                    await self._tell(event)
        except CartesiaError as error:
            await self.push_error(str(error), error)
        finally:
            self._listening = None

    async def _tell(self, event: ListenEvent) -> None:
        about = (self._user_id, time_now_iso8601(), Language.EN)
        match event:
            case TurnStarted():
                await self.broadcast_frame(ProposedUserStartedSpeakingFrame)
            case TurnUpdated(text=text) if text.strip():
                await self.push_frame(InterimTranscriptionFrame(text.strip(), *about))
            case TurnEnded(text=text):
                if text.strip():
                    await self.emit_stt_usage_metrics()  # type: ignore[no-untyped-call]  # as above
                    await self.push_frame(TranscriptionFrame(text.strip(), *about, finalized=True))
                await self.broadcast_frame(ProposedUserStoppedSpeakingFrame)
            case _:
                pass
