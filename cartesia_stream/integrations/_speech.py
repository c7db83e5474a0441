"""What the adapters have in common: a voice, an ear, and words as the text spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar

from .. import (
    UNSET,
    AsyncCartesia,
    AudioChunk,
    AudioFormat,
    File,
    ListenFormat,
    Timing,
    WordTimestamps,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence

    from .. import AsyncListening, AsyncSpeechStream, GenerationConfig, Piece, VoiceLike
    from .._http.sources import AudioBlock
    from ..models import Language, TtsModel

__all__ = ["Listener", "Speaker", "VoiceOptions", "audio_and_words", "until_none"]

T = TypeVar("T")


class VoiceOptions(TypedDict, total=False):
    """Options of a voice; see `cartesia_stream.ContextOptions`.

    The adapter itself sets the format and the timestamps.

    Attributes:
        model_id: The model that speaks.
        language: Language of the text, such as ``en``.
        locale: Variant of the language, such as ``en-GB``.
        normalization: How numbers and abbreviations are read.
        generation_config: Speed, volume and emotion.
        pronunciation_dict_id: Id of a dictionary of pronunciations.
        max_buffer_delay_ms: How long the service collects text before it speaks, in milliseconds.
        extra: Fields that this version does not know.
    """

    model_id: TtsModel | str
    language: Language | str
    locale: str
    normalization: str
    generation_config: GenerationConfig
    pronunciation_dict_id: str
    max_buffer_delay_ms: int
    extra: Mapping[str, object]


class _Service:
    """A model of the service, over a client that may be shared.

    Args:
        client: The client; None makes one with the settings of the environment, which `aclose`
            closes. A client that you pass stays open.

    Raises:
        ConfigurationError: If the environment has no key.
    """

    def __init__(self, client: AsyncCartesia | None, model: str) -> None:
        self.client: AsyncCartesia = client or AsyncCartesia()
        self.model: str = model
        self._owned = client is None

    async def aclose(self) -> None:
        """Close the client, unless it was passed."""
        if self._owned:
            await self.client.aclose()


class Speaker(_Service):
    """A voice with its options.

    Args:
        sample_rate: Of the audio, in Hz; it is 16-bit PCM, mono.

    Raises:
        ConfigurationError: If an argument is invalid, or the environment has no key.
    """

    def __init__(
        self,
        client: AsyncCartesia | None,
        voice: VoiceLike,
        sample_rate: int,
        priority: int,
        options: VoiceOptions,
    ) -> None:
        super().__init__(client, str(options.get("model_id", "sonic-latest")))
        self.sample_rate: int = sample_rate
        self.voice = voice
        self.options = options
        self._priority = priority
        self.speak("Check the options.")  # sends nothing, and raises now rather than in a call

    def speak(
        self, text: str | AsyncIterable[str | Piece | None], context_id: str | None = None
    ) -> AsyncSpeechStream:
        """Speak a text with the times of its words; it survives a lost connection."""
        return self.client.tts.speak(
            text,
            voice=self.voice,
            context_id=context_id,
            priority=self._priority,
            resume=True,
            add_timestamps=True,
            output_format=AudioFormat("raw", "pcm_s16le", self.sample_rate),
            **self.options,
        )


class Listener(_Service):
    """A model that finds turns, and another one for whole recordings."""

    def __init__(
        self,
        client: AsyncCartesia | None,
        model: str,
        keyterms: Sequence[str] = (),
        batch_model: str = "",
    ) -> None:
        super().__init__(client, model)
        self._keyterms = keyterms
        self._batch_model = batch_model

    def listen(
        self,
        audio: AsyncIterable[AudioBlock],
        sample_rate: int,
        keyterms: Sequence[str] | None = None,
    ) -> AsyncListening:
        """Find turns in audio that arrives as 16-bit PCM, mono."""
        return self.client.stt.listen(
            audio,
            format=ListenFormat("pcm_s16le", sample_rate),
            model=self.model,
            keyterms=keyterms or self._keyterms,
        )

    async def transcribe(self, recording: File, language: str | None) -> str:
        """Return the text of a recording."""
        heard = await self.client.stt.transcribe(
            file=recording, model=self._batch_model, language=language or UNSET
        )
        return heard.text


async def until_none(queue: asyncio.Queue[T | None]) -> AsyncIterator[T]:
    """Yield the items of a queue up to a None."""
    while (item := await queue.get()) is not None:
        yield item


async def audio_and_words(speech: AsyncSpeechStream) -> AsyncIterator[bytes | Timing]:
    """Yield audio in whole samples, and words verbatim, each with the spaces before it.

    Joined, the words are the text, so that those up to a position are what a listener has heard.
    """
    told, half = 0, b""
    async for event in speech:
        if isinstance(event, AudioChunk):
            data = half + event.data
            half = data[len(data) & ~1 :]
            yield data[: len(data) & ~1]
        elif isinstance(event, WordTimestamps):
            for word in event.words:
                text = speech.heard(word.end)
                if len(text) > told:
                    yield Timing(text[told:], word.start, word.end)
                    told = len(text)
    rest = speech.heard(speech.duration)[told:]
    if rest:
        yield Timing(rest, speech.duration, speech.duration)
