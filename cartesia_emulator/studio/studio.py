"""Runs the blocking engines in threads, and paces what they make.

The async side pulls: a clause is synthesised only when the one before it has been sent, so a slow
or vanished client costs nothing, and cancelling drops the iterator.
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

from ..audio import pcm
from ..errors import ApiError
from ..speech.respell import NO_LEXICON
from . import engines
from .script import Audio, Script, cut

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator
    from typing import TypeVar

    from numpy.typing import NDArray

    from ..hearing.engine import Recognizer, Transcript
    from ..options import Options
    from ..speech.engine import Segment, Synthesizer, VoiceShape
    from ..speech.respell import Lexicon
    from ..wire.requests import OutputFormat, Speech
    from .script import Event

    T = TypeVar("T")

log: Final = logging.getLogger("cartesia_emulator")

__all__ = ["Pacer", "Studio", "Utterance"]


class Utterance:
    """One utterance being made: pull its events with `events`, then read `elapsed`."""

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
        """The events in order, each with the milliseconds that making it took."""
        synthesizer = self._studio.synthesizer
        spoke = False
        async with aclosing(self._run(synthesizer)) as pairs:
            async for pair in pairs:
                spoke = True
                yield pair
        if not spoke and any(char.isalnum() for char in self._request.transcript):
            # A language the engine has no sounds for is still heard, as tones.
            async with aclosing(self._run(self._studio.fallback())) as pairs:
                async for pair in pairs:
                    yield pair

    async def _run(self, synthesizer: Synthesizer) -> AsyncGenerator[tuple[Event, float]]:
        script = Script(
            self._request,
            source_rate=synthesizer.sample_rate,
            chunk_ms=self._chunk_ms,
            offset=self.elapsed,
        )
        respelling = self._lexicon.respell(self._request.transcript)
        segments = (
            msgspec.structs.replace(segment, words=respelling.restore(segment.words))
            for segment in synthesizer.synthesize(
                respelling.text,
                self._voice,
                speed=self._request.rate,
                language=self._request.spoken_language,
            )
        )
        spoke = False
        while True:
            begun = time.perf_counter()
            events, last = await self._studio.work(partial(_step, segments, script, finish=spoke))
            spoke = spoke or not last
            each = (time.perf_counter() - begun) * 1000 / max(1, len(events))
            self.elapsed = script.elapsed
            for event in events:
                yield event, each
            if last:
                return


def _step(segments: Iterator[Segment], script: Script, *, finish: bool) -> tuple[list[Event], bool]:
    """One clause's events; at the end the held-back rest, unless nothing was ever spoken."""
    segment = next(segments, None)
    if segment is not None:
        return list(script.segment(segment)), False
    return (list(script.finish()) if finish else []), True


class Studio:
    """The engines and the threads they run in."""

    def __init__(self, synthesizer: Synthesizer, recognizer: Recognizer, options: Options) -> None:
        self.synthesizer = synthesizer
        self.recognizer = recognizer
        self.chunk_ms: int = options.chunk_ms
        self._options = options
        self._speaking = ThreadPoolExecutor(2, "emulator-speech")
        # Recognition takes seconds; it must not hold up speech.
        self._listening = ThreadPoolExecutor(1, "emulator-hearing")

    def speak(
        self,
        request: Speech,
        voice: VoiceShape,
        offset: float = 0.0,
        lexicon: Lexicon = NO_LEXICON,
        *,
        chunk_ms: int | None = None,
    ) -> Utterance:
        """Prepare an utterance; nothing runs until its events are pulled."""
        return Utterance(self, request, voice, offset, lexicon, chunk_ms or self.chunk_ms)

    async def paced(self, samples: NDArray[np.float32], fmt: OutputFormat) -> AsyncGenerator[bytes]:
        """Finished samples at the engine's rate as chunks, no faster than the options allow."""
        pacer = self.pacer()
        for piece in cut(samples, self.synthesizer.sample_rate, fmt, self.chunk_ms):
            await pacer.before(piece)
            yield piece.data

    async def deliver(self, utterance: Utterance) -> AsyncGenerator[tuple[Event, float]]:
        """The events of an utterance, no faster than the options allow.

        Raises:
            ApiError: 500, if the engine fails.
        """
        pacer = self.pacer()
        try:
            async with aclosing(utterance.events()) as events:
                async for event, step_ms in events:
                    await pacer.before(event)
                    yield event, step_ms
        except Exception as error:
            log.exception("speech failed")
            raise ApiError(500, "The emulator failed to speak this.") from error

    def pacer(self) -> Pacer:
        """What holds the events of one stream back, as the options say."""
        return Pacer(self._options)

    async def say(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> NDArray[np.float32]:
        """A whole text as samples at the engine's rate; silence of no length without a sound."""

        def job() -> NDArray[np.float32]:
            for synthesizer in (self.synthesizer, self.fallback()):
                made = synthesizer.synthesize(text, voice, speed=speed, language=language)
                if pieces := [segment.pcm for segment in made]:
                    return pcm.resample(
                        np.concatenate(pieces),
                        synthesizer.sample_rate,
                        self.synthesizer.sample_rate,
                    )
            return np.zeros(0, np.float32)

        return await self.work(job)

    def fallback(self) -> Synthesizer:
        """The engine that can voice any script."""
        return engines.load("tone")[0]

    async def work(self, job: Callable[[], T]) -> T:
        """Run a short blocking job beside the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._speaking, job)

    async def transcribe(
        self, samples: NDArray[np.float32], sample_rate: int, language: str
    ) -> Transcript:
        """What is said in a clip."""
        return await asyncio.get_running_loop().run_in_executor(
            self._listening,
            lambda: self.recognizer.transcribe(samples, sample_rate, language=language),
        )

    async def enroll(self, samples: NDArray[np.float32], sample_rate: int) -> VoiceShape:
        """The voice in a clip."""
        return await self.work(lambda: self.synthesizer.enroll(samples, sample_rate))

    def warm(self) -> None:
        """Load the models now, in the background, rather than in the first request."""
        self._speaking.submit(engines.warm, self.synthesizer, self.recognizer)

    def close(self) -> None:
        """Let the threads go; a job that runs is finished but not waited for."""
        self._speaking.shutdown(wait=False, cancel_futures=True)
        self._listening.shutdown(wait=False, cancel_futures=True)


class Pacer:
    """Holds events back to imitate a service farther away and no faster than speech."""

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
            # A pause between two inputs is lost; the next one shall not hurry to make it up.
            self._due = max(self._due, now) + event.duration / self._realtime
