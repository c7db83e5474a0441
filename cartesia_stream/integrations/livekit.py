"""Speech and hearing for LiveKit Agents: `TTS` and `STT` for an ``AgentSession``.

The service finds the turns::

    session = AgentSession(
        tts=TTS(voice=voice), stt=STT(), turn_handling={"turn_detection": "stt"}
    )
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Never, Unpack

from .. import APIStatusError as StatusError
from .. import (
    CartesiaError,
    File,
    Piece,
    TurnEnded,
    TurnPredicted,
    TurnResumed,
    TurnStarted,
    TurnUpdated,
)
from .._checks import Needs
from ._speech import Listener, Speaker, VoiceOptions, audio_and_words

with Needs("livekit", "livekit"):
    from livekit import rtc
    from livekit.agents import (
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        stt,
        tts,
        utils,
    )
    from livekit.agents.language import LanguageCode
    from livekit.agents.types import (
        DEFAULT_API_CONNECT_OPTIONS,
        NOT_GIVEN,
        APIConnectOptions,
        NotGivenOr,
        TimedString,
    )

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Mapping, Sequence

    from .. import AsyncCartesia, ListenEvent, VoiceLike

__all__ = ["STT", "TTS"]

_RATE: Final = 16000  # of the audio that the framework passes on


class _Plugin:
    _service: Speaker | Listener

    @property
    def model(self) -> str:
        """Id of the model."""
        return self._service.model

    @property
    def provider(self) -> str:
        """Name of the service."""
        return "Cartesia"

    async def aclose(self) -> None:
        """Close the client, unless it was passed."""
        await self._service.aclose()


class TTS(_Plugin, tts.TTS[Never]):
    """Speech that survives a lost connection, with the times of its words.

    With ``AgentSession(use_tts_aligned_transcript=True)``, the framework ends the transcript of an
    agent that is interrupted by these times.

    Args:
        voice: Id of the voice, or a voice that ``client.voices`` returned.
        client: A client to share with other sessions of the process; it stays open. By default one
            of its own, with the settings of the environment.
        sample_rate: Of the audio, in Hz.
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
        sample_rate: int = 24000,
        priority: int = 0,
        **options: Unpack[VoiceOptions],
    ) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=True, aligned_transcript=True),
            sample_rate=sample_rate,
            num_channels=1,
        )
        self._speaker = self._service = Speaker(client, voice, sample_rate, priority, options)
        self._opening: asyncio.Task[None] | None = None

    def prewarm(self) -> None:
        """Open a socket in the background; outside an event loop, this does nothing."""
        with suppress(RuntimeError):
            self._opening = asyncio.get_running_loop().create_task(self._prewarm())

    async def _prewarm(self) -> None:
        with suppress(CartesiaError):  # the first speech meets the same error
            await self._speaker.client.tts.prewarm()

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """Speak a whole text."""
        return self._synthesize_with_stream(text, conn_options=conn_options)

    def stream(
        self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.SynthesizeStream:
        """Speak text as it arrives. The client retries by itself, by its own ``max_retries``."""
        return _Speech(self, self._speaker, conn_options)

    async def aclose(self) -> None:
        """Close the client, unless it was passed."""
        if self._opening is not None:
            await utils.aio.cancel_and_wait(self._opening)
        await super().aclose()


class _Speech(tts.SynthesizeStream):
    def __init__(self, owner: TTS, speaker: Speaker, options: APIConnectOptions) -> None:
        super().__init__(tts=owner, conn_options=options)
        self._speaker = speaker

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        context_id = str(uuid.uuid4())
        output_emitter.initialize(
            request_id=context_id,
            sample_rate=self._speaker.sample_rate,
            num_channels=1,
            mime_type="audio/pcm",
            stream=True,
        )
        output_emitter.start_segment(segment_id=context_id)
        with _translated_errors():
            async with self._speaker.speak(self._pieces(), context_id) as speech:
                async for part in audio_and_words(speech):
                    if isinstance(part, bytes):
                        output_emitter.push(part)
                    else:
                        word = TimedString(part.text, part.start, part.end)
                        output_emitter.push_timed_transcript(word)
        output_emitter.end_segment()

    async def _pieces(self) -> AsyncIterator[str | Piece]:
        async for token in self._input_ch:
            if isinstance(token, str):
                self._mark_started()
                yield token
            elif not self._input_ch.closed:  # the end of the input speaks everything anyway
                yield Piece("", flush=True)


class STT(_Plugin, stt.STT[Never]):
    """Turns of the caller, found by the service; for ``turn_detection="stt"``.

    No word is lost or heard twice when the connection breaks.

    Args:
        client: As for `TTS`.
        model: Id of the model that finds turns.
        keyterms: Terms to expect, such as names.
        batch_model: Id of the model for `recognize`, which takes a whole recording.
    """

    def __init__(
        self,
        *,
        client: AsyncCartesia | None = None,
        model: str = "ink-2",
        keyterms: Sequence[str] = (),
        batch_model: str = "ink-whisper",
    ) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self._listener = self._service = Listener(client, model, keyterms, batch_model)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        recording = File(rtc.combine_audio_frames(buffer).to_wav_bytes(), "audio.wav")
        with _translated_errors():
            text = await self._listener.transcribe(recording, language or None)
        return _event(stt.SpeechEventType.FINAL_TRANSCRIPT, text)

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        """Listen to a caller; the language is that of the model."""
        return _Listening(self, self._listener, conn_options)


class _Listening(stt.RecognizeStream):
    def __init__(self, owner: STT, listener: Listener, options: APIConnectOptions) -> None:
        super().__init__(stt=owner, conn_options=options, sample_rate=_RATE)
        self._listener = listener

    async def _run(self) -> None:
        text, billed = "", 0.0
        with _translated_errors():
            async with self._listener.listen(self._audio(), _RATE) as listening:
                async for event in listening:
                    if isinstance(event, TurnUpdated | TurnPredicted | TurnEnded):
                        text = event.text
                    told: list[stt.SpeechEvent] = []
                    kind = _KINDS.get(type(event))
                    if kind is not None and (text.strip() or isinstance(event, TurnStarted)):
                        told.append(_event(kind, text))
                    if isinstance(event, TurnEnded):
                        usage = stt.RecognitionUsage(audio_duration=listening.duration - billed)
                        text, billed = "", listening.duration
                        told.append(_event(stt.SpeechEventType.END_OF_SPEECH))
                        told.append(_event(stt.SpeechEventType.RECOGNITION_USAGE, usage=usage))
                    for each in told:
                        each.request_id = "".join(listening.request_ids[-1:])
                        self._event_ch.send_nowait(each)

    async def _audio(self) -> AsyncIterator[bytes]:
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):  # a flush means nothing: the service ends turns
                yield frame.data.tobytes()


_KINDS: Final[Mapping[type[ListenEvent], stt.SpeechEventType]] = {
    TurnStarted: stt.SpeechEventType.START_OF_SPEECH,
    TurnUpdated: stt.SpeechEventType.INTERIM_TRANSCRIPT,
    TurnPredicted: stt.SpeechEventType.PREFLIGHT_TRANSCRIPT,
    TurnResumed: stt.SpeechEventType.INTERIM_TRANSCRIPT,  # which withdraws the prediction
    TurnEnded: stt.SpeechEventType.FINAL_TRANSCRIPT,
}


def _event(
    kind: stt.SpeechEventType, text: str = "", usage: stt.RecognitionUsage | None = None
) -> stt.SpeechEvent:
    spoken = [stt.SpeechData(LanguageCode("en"), text.strip())] if text else []
    return stt.SpeechEvent(kind, alternatives=spoken, recognition_usage=usage)


@contextmanager
def _translated_errors() -> Generator[None]:
    """Raise the framework's errors, which it does not retry: the client has done so already."""
    try:
        yield
    except StatusError as error:
        raise APIStatusError(
            str(error),
            status_code=error.status_code,
            request_id=error.request_id,
            body=error.body,
            retryable=False,
        ) from error
    except TimeoutError as error:
        raise APITimeoutError(str(error), retryable=False) from error
    except CartesiaError as error:
        raise APIConnectionError(str(error), retryable=False) from error
