"""A Wyoming server: speech and transcription for Home Assistant and other clients of the protocol.

Run it with ``python -m cartesia_stream.integrations.wyoming --uri tcp://0.0.0.0:10200``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, get_args

from .. import AsyncCartesia, CartesiaError, ConfigurationError, ListenFormat, __version__
from .._checks import Needs
from ..models import SttLanguage
from ._speech import until_none

with Needs("wyoming", "wyoming"):
    from wyoming.asr import Transcribe, Transcript
    from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
    from wyoming.error import Error
    from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
    from wyoming.server import AsyncEventHandler, AsyncServer
    from wyoming.tts import (
        Synthesize,
        SynthesizeChunk,
        SynthesizeStart,
        SynthesizeStop,
        SynthesizeStopped,
        SynthesizeVoice,
    )

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming.event import Event
    from wyoming.server import HandlerFactory

    from .. import AsyncDictation
    from ..models import Voice

__all__ = ["CartesiaHandler", "handlers"]

MODELS: Final[dict[str, list[str]]] = {"ink-2": ["en"], "ink-whisper": list(get_args(SttLanguage))}
"""Models that listen, and their languages; the first one that knows the language listens."""
RATE: Final = 24000
WIDTH: Final = 2


async def handlers(client: AsyncCartesia, *, voice: str | None = None) -> HandlerFactory:
    """Load the voices and open a socket; return what ``AsyncServer.run`` of Wyoming takes.

    Args:
        client: The client, which all who connect share.
        voice: Id of the voice for those who ask for none; by default the first one.

    Raises:
        APIError: If the service refuses the key or is unreachable.
        ConfigurationError: If the account has no voice.
    """
    voices = [found async for found in client.voices.iter_all()]
    if not voices:
        raise ConfigurationError("the account has no voice to offer", option="voice")
    await client.tts.prewarm()
    return partial(CartesiaHandler, client, voices, voice or voices[0].id)


class CartesiaHandler(AsyncEventHandler):
    """Serves one Wyoming client; what it does for the client ends when the client leaves.

    Args:
        client: Used for all calls; it stays open.
        voices: Offered to the Wyoming client.
        voice: Id of the voice for requests that name none.
        reader: From the Wyoming client.
        writer: To it.
    """

    def __init__(
        self,
        client: AsyncCartesia,
        voices: Sequence[Voice],
        voice: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        super().__init__(reader, writer)
        self._client = client
        self._voices = voices
        self._voice = voice
        self._speaking: asyncio.Task[None] | None = None
        self._text: asyncio.Queue[str | None] | None = None  # of a request that streams
        self._request = Transcribe()
        self._dictation: AsyncDictation | None = None
        self._mono = AudioChunkConverter(width=WIDTH, channels=1)

    async def handle_event(self, event: Event) -> bool:
        """Answer an event, or report an error and end the connection."""
        try:
            await self._handle(event)
        except CartesiaError as error:
            await self.write_event(_report(error))
            return False
        return True

    async def _handle(self, event: Event) -> None:
        kind = event.type
        if Describe.is_type(kind):
            await self.write_event(_info(self._voices).event())
        elif SynthesizeStart.is_type(kind):
            self._text = self._speak(SynthesizeStart.from_event(event).voice, streaming=True)
        elif SynthesizeChunk.is_type(kind) and self._text is not None:
            self._text.put_nowait(SynthesizeChunk.from_event(event).text)
        elif SynthesizeStop.is_type(kind) and self._text is not None:
            self._text.put_nowait(None)
            self._text = None
        elif Synthesize.is_type(kind) and self._text is None:  # else it repeats the streamed text
            request = Synthesize.from_event(event)
            text = self._speak(request.voice, streaming=False)
            text.put_nowait(request.text)
            text.put_nowait(None)
        elif Transcribe.is_type(kind):
            self._request = Transcribe.from_event(event)
        elif AudioChunk.is_type(kind):
            chunk = self._mono.convert(AudioChunk.from_event(event))
            if self._dictation is None:
                self._dictation = self._listen(chunk.rate)
            await self._dictation.push(chunk.audio)
        elif AudioStop.is_type(kind):
            dictation, self._dictation = self._dictation, None
            heard = "" if dictation is None else (await dictation.collect()).text
            await self.write_event(Transcript(heard.strip()).event())

    def _listen(self, rate: int) -> AsyncDictation:
        request = self._request
        language = (request.language or "en").split("-")[0]
        model = next((name for name, known in MODELS.items() if language in known), "ink-whisper")
        return self._client.stt.dictate(
            format=ListenFormat("pcm_s16le", rate), model=request.name or model, language=language
        )

    def _speak(
        self, voice: SynthesizeVoice | None, *, streaming: bool
    ) -> asyncio.Queue[str | None]:
        """Speak the texts of a queue, up to None, when the speech before it has ended."""
        text: asyncio.Queue[str | None] = asyncio.Queue()
        speech = self._speech(text, voice or SynthesizeVoice(), self._speaking, streaming)
        self._speaking = asyncio.create_task(speech)
        return text

    async def _speech(
        self,
        text: asyncio.Queue[str | None],
        voice: SynthesizeVoice,
        before: asyncio.Task[None] | None,
        streaming: bool,
    ) -> None:
        if before is not None:
            await before
        pieces = until_none(text)
        with suppress(ConnectionError):  # the listener has left
            try:
                await self.write_event(AudioStart(RATE, WIDTH, 1).event())
                async with self._client.tts.speak(
                    pieces, voice=self._id_of(voice), resume=True
                ) as speech:
                    async for block in speech.audio():
                        await self.write_event(AudioChunk(RATE, WIDTH, 1, block).event())
                await self.write_event(AudioStop().event())
                if streaming:
                    await self.write_event(SynthesizeStopped().event())
            except CartesiaError as error:
                await self.write_event(_report(error))
                await self.stop()

    def _id_of(self, voice: SynthesizeVoice) -> str:
        speakers = (known.id for known in self._voices if known.language == voice.language)
        return voice.name or next(speakers, self._voice)

    async def disconnect(self) -> None:
        """Cancel what the client waits for; the framework calls this when it has left."""
        if self._speaking is not None:
            self._speaking.cancel()
        if self._dictation is not None:
            await self._dictation.aclose()


def _report(error: CartesiaError) -> Event:
    return Error(text=str(error), code=type(error).__name__).event()


def _info(voices: Sequence[Voice]) -> Info:
    cartesia = Attribution(name="Cartesia", url="https://cartesia.ai")
    about = (cartesia, True, "Cartesia", __version__)  # who made it, installed, what it is
    models = [AsrModel(name, *about, languages) for name, languages in MODELS.items()]
    offered = [
        TtsVoice(voice.id, cartesia, True, voice.name, __version__, [voice.language])
        for voice in voices
    ]
    return Info(
        asr=[AsrProgram("cartesia", *about, models)],
        tts=[TtsProgram("cartesia", *about, offered, supports_synthesize_streaming=True)],
    )


async def _serve(uri: str, voice: str | None) -> None:
    server = AsyncServer.from_uri(uri)
    async with AsyncCartesia() as client:
        found = await handlers(client, voice=voice)
        print(f"Serving on {uri}. Press Ctrl-C to stop.", file=sys.stderr, flush=True)
        await server.run(found)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit status, as the other commands do."""
    parser = argparse.ArgumentParser(
        prog="python -m cartesia_stream.integrations.wyoming",
        description="Serve speech and transcription, with the key of CARTESIA_API_KEY.",
    )
    parser.add_argument("--uri", required=True, help="tcp://HOST:PORT or unix://PATH")
    parser.add_argument("--voice", help="id of the voice for those who ask for none")
    arguments = parser.parse_args(argv)
    if not arguments.uri.startswith(("tcp://", "unix://")):
        parser.error("argument --uri: give tcp://HOST:PORT or unix://PATH")
    try:
        asyncio.run(_serve(arguments.uri, arguments.voice))
    except KeyboardInterrupt:
        return 130
    except CartesiaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError) else 1
    except (OSError, ValueError) as error:
        print(f"error: cannot listen on {arguments.uri}: {error}", file=sys.stderr)
        return 1 if isinstance(error, OSError) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
