"""Run the blocking engines in threads, and deliver what they make at the configured pace.

A clause is synthesised only when the one before it has been sent, so that a slow client or one that
has disconnected costs nothing. Each clause is one job, and the jobs of all requests take turns, so
that a long text does not hold up short ones.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from ..audio.rates import resample
from ..errors import ApiError
from ..speech.respell import NO_LEXICON
from . import engines
from .desk import Desk
from .timeline import Audio, Timeline, cut

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator
    from typing import TypeVar

    from numpy.typing import NDArray

    from ..hearing.engine import Recognizer, Transcript
    from ..options import Options
    from ..speech.engine import Segment, Synthesizer, VoiceShape
    from ..speech.respell import Lexicon
    from ..wire.requests import OutputFormat, Speech
    from .timeline import Event

    T = TypeVar("T")

log: Final = logging.getLogger("cartesia_emulator")

__all__ = ["Pacer", "Studio", "Utterance"]


class Utterance:
    """One utterance: iterate `events`, then read `elapsed`, its end in seconds."""

    def __init__(
        self,
        studio: Studio,
        request: Speech,
        voice: VoiceShape,
        offset: float,
        lexicon: Lexicon,
        chunk_ms: int,
    ) -> None:
        self._studio = studio
        self._request = request
        self._voice = voice
        self._lexicon = lexicon
        self._chunk_ms = chunk_ms
        self.elapsed: float = offset

    async def events(self) -> AsyncGenerator[tuple[Event, float]]:
        """Yield the events in order, each with the milliseconds that it took to make."""
        synthesizer = self._studio.synthesizer
        spoke = False
        async with aclosing(self._run(synthesizer)) as pairs:
            async for pair in pairs:
                spoke = True
                yield pair
        if not spoke and any(char.isalnum() for char in self._request.transcript):
            # A language without sounds in the engine becomes audible as tones.
            async with aclosing(self._run(self._studio.fallback())) as pairs:
                async for pair in pairs:
                    yield pair

    async def _run(self, synthesizer: Synthesizer) -> AsyncGenerator[tuple[Event, float]]:
        timeline = Timeline(
            self._request,
            source_rate=synthesizer.sample_rate,
            chunk_ms=self._chunk_ms,
            offset=self.elapsed,
        )
        segments = self._segments(synthesizer)
        while True:
            begun = time.perf_counter()
            events, last = await self._studio.work(partial(_step, segments, timeline))
            each = (time.perf_counter() - begun) * 1000 / max(1, len(events))
            self.elapsed = timeline.elapsed
            for event in events:
                yield event, each
            if last:
                return

    def _segments(self, synthesizer: Synthesizer) -> Iterator[Segment]:
        """Synthesise clause by clause; each step runs in a worker thread."""
        respelling = self._lexicon.respell(self._request.transcript)
        for segment in synthesizer.synthesize(
            respelling.text,
            self._voice,
            speed=self._request.rate,
            language=self._request.spoken_language,
        ):
            yield msgspec.structs.replace(segment, words=respelling.restore(segment.words))


def _step(segments: Iterator[Segment], timeline: Timeline) -> tuple[list[Event], bool]:
    """Return one clause's events and False, or the rest of the utterance and True."""
    segment = next(segments, None)
    if segment is not None:
        return list(timeline.segment(segment)), False
    return list(timeline.finish()), True


class Studio:
    """The engines and the threads they run in."""

    def __init__(self, synthesizer: Synthesizer, recognizer: Recognizer, options: Options) -> None:
        self.synthesizer = synthesizer
        self.recognizer = recognizer
        self.chunk_ms: int = options.chunk_ms
        self._options = options
        self._speaking = ThreadPoolExecutor(2, "emulator-speech")
        # Recognition and long files take seconds; they must not hold up speech.
        self._listening = ThreadPoolExecutor(1, "emulator-hearing")
        self._decoding = ThreadPoolExecutor(2, "emulator-decoding")
        self.desk: Desk = Desk(self._listening)

    def speak(
        self,
        request: Speech,
        voice: VoiceShape,
        offset: float = 0.0,
        lexicon: Lexicon = NO_LEXICON,
        *,
        chunk_ms: int | None = None,
    ) -> Utterance:
        """Prepare an utterance; synthesis starts with the iteration of its events."""
        return Utterance(self, request, voice, offset, lexicon, chunk_ms or self.chunk_ms)

    async def paced(self, samples: NDArray[np.float32], fmt: OutputFormat) -> AsyncGenerator[bytes]:
        """Encode samples at the engine's rate in chunks, no faster than the options allow."""
        pacer = self.pacer()
        for piece in cut(samples, self.synthesizer.sample_rate, fmt, self.chunk_ms):
            await pacer.before(piece)
            yield piece.data

    async def deliver(self, utterance: Utterance) -> AsyncGenerator[tuple[Event, float]]:
        """Yield the events of an utterance, no faster than the options allow.

        Raises:
            ApiError: 500, if the engine fails.
        """
        pacer = self.pacer()
        try:
            async with aclosing(utterance.events()) as events:
                async for event, step_ms in events:
                    await pacer.before(event)
                    yield event, step_ms
        except ApiError:
            raise
        except Exception as error:
            log.exception("speech failed")
            raise ApiError(500, "The emulator failed to speak this.") from error

    def pacer(self) -> Pacer:
        """Return the pacer of one stream, as the options say."""
        return Pacer(self._options)

    async def say(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> NDArray[np.float32]:
        """Speak a whole text; return samples at the engine's rate, none for silent text."""
        for synthesizer in (self.synthesizer, self.fallback()):
            made = synthesizer.synthesize(text, voice, speed=speed, language=language)
            pieces: list[NDArray[np.float32]] = []
            while (segment := await self.work(partial(next, made, None))) is not None:
                pieces.append(segment.pcm)
            if any(map(len, pieces)):
                whole = np.concatenate(pieces)
                rates = synthesizer.sample_rate, self.synthesizer.sample_rate
                return await self.work(partial(resample, whole, *rates))
        return np.zeros(0, np.float32)

    def fallback(self) -> Synthesizer:
        """Return the engine that can send text in any script."""
        return engines.load("tone")[0]

    async def work(self, job: Callable[[], T]) -> T:
        """Run a short blocking job in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._speaking, job)

    async def decode(self, job: Callable[[], T]) -> T:
        """Read an audio file in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._decoding, job)

    async def transcribe(
        self, samples: NDArray[np.float32], sample_rate: int, language: str
    ) -> Transcript:
        """Recognise the words of a clip."""
        return await self._recognise(samples, sample_rate, language, rank=1)

    async def listen(
        self, samples: NDArray[np.float32], sample_rate: int, *, urgent: bool, word_times: bool
    ) -> Transcript:
        """Recognise a piece of speech that someone waits for; the end of it is urgent."""
        rank = 0 if urgent else 2
        return await self._recognise(samples, sample_rate, "en", rank=rank, word_times=word_times)

    async def _recognise(
        self,
        samples: NDArray[np.float32],
        sample_rate: int,
        language: str,
        *,
        rank: int,
        word_times: bool = True,
    ) -> Transcript:
        return await self.desk.run(
            lambda: self.recognizer.transcribe(
                samples, sample_rate, language=language, word_times=word_times
            ),
            rank=rank,
        )

    async def enroll(self, samples: NDArray[np.float32], sample_rate: int) -> VoiceShape:
        """Derive the voice in a clip."""
        return await self.work(lambda: self.synthesizer.enroll(samples, sample_rate))

    def warm(self) -> None:
        """Load the models in the background, so that the first request is quick."""
        self._speaking.submit(engines.warm, self.synthesizer, self.recognizer)

    def close(self) -> None:
        """Release the threads without waiting for a running job."""
        self._speaking.shutdown(wait=False, cancel_futures=True)
        self._listening.shutdown(wait=False, cancel_futures=True)
        self._decoding.shutdown(wait=False, cancel_futures=True)


class Pacer:
    """Delays events to imitate network latency and the pace of speech."""

    def __init__(self, options: Options) -> None:
        self._realtime = options.realtime
        self._latency = options.latency
        self._due: float | None = None

    async def before(self, event: Event) -> None:
        """Wait until this event is due."""
        loop = asyncio.get_running_loop()
        if self._due is None:
            await asyncio.sleep(self._latency)
            self._due = loop.time()
        if self._realtime is None:
            return
        now = loop.time()
        await asyncio.sleep(self._due - now)
        if isinstance(event, Audio):
            # After a pause between two inputs, keep the pace; do not catch up.
            self._due = max(self._due, now) + event.duration / self._realtime
