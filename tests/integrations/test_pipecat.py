"""The services for Pipecat, in its own pipelines."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Self

import pytest
from loguru import logger
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    StartFrame,
    STTMetadataFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    TTSUpdateSettingsFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext, LLMSpecificMessage
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TextAggregationMode
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.utils.errors import ErrorCategory
from pipecat.workers.runner import WorkerRunner

from cartesia_stream import AsyncCartesia, ConfigurationError
from cartesia_stream.integrations.pipecat import CartesiaSTTService, CartesiaTTSService

if TYPE_CHECKING:
    from .conftest import Stage

SPEECH, TURNS = "/tts/websocket", "/stt/turns/websocket"


class Sink(FrameProcessor):
    """The end of a pipeline, and what came there."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self.audible = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        if isinstance(frame, TTSAudioRawFrame):
            self.audible.set()
        await self.push_frame(frame, direction)

    @property
    def audio(self) -> bytes:
        return b"".join(f.audio for f in self.frames if isinstance(f, TTSAudioRawFrame))

    @property
    def words(self) -> str:
        """The text that goes into the context of the model."""
        return " ".join(f.text for f in self.frames if isinstance(f, TTSTextFrame))

    def count(self, kind: type[Frame]) -> int:
        return sum(isinstance(frame, kind) for frame in self.frames)


class Run:
    """A pipeline of one service or several processors, and a sink, at 24 kHz."""

    def __init__(self, *processors: FrameProcessor) -> None:
        self.sink = Sink()
        self.errors: list[ErrorFrame] = []
        for processor in processors:
            processor.add_event_handler("on_error", self._note)
        self.worker = PipelineWorker(
            Pipeline([*processors, self.sink]),
            params=PipelineParams(audio_in_sample_rate=24000, audio_out_sample_rate=24000),
            enable_rtvi=False,
        )

    async def _note(self, service: FrameProcessor, error: ErrorFrame) -> None:
        self.errors.append(error)

    async def __aenter__(self) -> Self:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self.running = asyncio.create_task(runner.run())
        return self

    async def send(self, *frames: Frame) -> None:
        await self.worker.queue_frames(list(frames))

    async def say(self, audio: bytes) -> None:
        for at in range(0, len(audio), 4800):
            await self.send(InputAudioRawFrame(audio[at : at + 4800], 24000, 1))

    async def end(self) -> None:
        await self.send(EndFrame())
        await self.running

    async def __aexit__(self, *error: object) -> None:
        if not self.running.done():
            await self.worker.cancel()
            await self.running


def tokens(text: str) -> list[Frame]:
    """The answer of a language model."""
    pieces = text.replace(" ", " |").split("|")
    frames = [LLMTextFrame(piece) for piece in pieces]
    return [LLMFullResponseStartFrame(), *frames, LLMFullResponseEndFrame()]


@pytest.fixture(autouse=True)
def log() -> None:
    """Show warnings only."""
    logger.remove()
    logger.add(sys.stderr, level="WARNING")


@pytest.mark.parametrize("mode", list(TextAggregationMode), ids=str)
def test_a_listener_hears_the_whole_text_when_the_socket_drops(
    stage: Stage, mode: TextAggregationMode
) -> None:
    """And the context of the model gets each word once."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        service = CartesiaTTSService(voice=voice, client=client, text_aggregation_mode=mode)
        async with Run(service) as run:
            await client.tts.prewarm()
            stage.drop(SPEECH)
            await run.send(*tokens(stage.text))
            await run.end()
        sink = run.sink
        assert (await stage.heard(client, sink.audio)).rstrip() == stage.text
        assert sink.words.split() == stage.text.split()
        assert (sink.count(TTSStartedFrame), sink.count(TTSStoppedFrame)) == (1, 1)
        assert run.errors == []

    stage.run(scenario)
    assert stage.sockets(SPEECH) >= 2


def test_answers_come_in_order(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with Run(CartesiaTTSService(voice=voice, client=client)) as run:
            await run.send(TTSSpeakFrame("First."), *tokens("Second."), TTSSpeakFrame("Third."))
            await run.end()
        assert run.sink.words == "First. Second. Third."

    stage.run(scenario)


def test_an_interruption_keeps_the_socket(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        await client.tts.prewarm()
        async with Run(CartesiaTTSService(voice=voice, client=client)) as run:
            stage.emulator.inject("stall", after=6, path=SPEECH)
            await run.send(*tokens(stage.text))
            await run.sink.audible.wait()
            await run.send(InterruptionFrame())
            while not stage.cancelled():
                await asyncio.sleep(0.01)
            assert run.sink.words.split() < stage.text.split()
            run.sink.frames.clear()
            await run.send(*tokens("Go on."))
            await run.end()
        assert (await stage.heard(client, run.sink.audio)).rstrip() == run.sink.words == "Go on."

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 1


def test_a_cancelled_pipeline_cancels_the_speech(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with Run(CartesiaTTSService(voice=voice, client=client)) as run:
            stage.emulator.inject("stall", after=6, path=SPEECH)
            await run.send(*tokens(stage.text))
            await run.sink.audible.wait()
        while not stage.cancelled():
            await asyncio.sleep(0.01)

    stage.run(scenario)


def test_a_voice_can_change_between_turns(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        other = (await client.voices.list(limit=2)).data[1].id
        async with Run(CartesiaTTSService(voice=voice, client=client)) as run:
            change = TTSUpdateSettingsFrame(delta=TTSSettings(voice=other, language="en-GB"))
            await run.send(*tokens("One."), change, *tokens("Two."))
            await run.end()
        frames = [f for r in stage.emulator.requests if r.path == SPEECH for f in r.frames]
        assert [voice in frame for frame in frames if "One." in frame] == [True]
        assert [other in frame for frame in frames if "Two." in frame] == [True]
        assert run.errors == []

    stage.run(scenario)


def test_turns_are_heard_once_when_the_socket_drops(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = 2 * await stage.spoken(client, voice)
        stage.drop(TURNS)
        async with Run(CartesiaSTTService(client=client)) as run:
            await run.say(audio)
            await run.end()
        sink = run.sink
        finals = [f for f in sink.frames if isinstance(f, TranscriptionFrame)]
        assert [frame.text for frame in finals] == [stage.text, stage.text]
        assert all(frame.finalized for frame in finals)
        partials = [f.text for f in sink.frames if isinstance(f, InterimTranscriptionFrame)]
        assert len(partials) > 10
        assert all(stage.text.startswith(text) for text in partials)
        assert sink.count(ProposedUserStartedSpeakingFrame) == 2
        assert sink.count(ProposedUserStoppedSpeakingFrame) == 2
        assert sink.count(STTMetadataFrame) == 1
        assert run.errors == []

    stage.run(scenario)
    assert stage.sockets(TURNS) == 2


def test_it_listens_again_after_an_error(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        stubborn = client.with_options(max_retries=0)
        async with Run(CartesiaSTTService(client=stubborn)) as run:
            with stage.emulator.inject("handshake-status", 500, times=None, path=TURNS):
                await run.send(InputAudioRawFrame(bytes(4800), 24000, 1))
                while not run.errors:
                    await asyncio.sleep(0.01)
            assert run.errors[0].category is ErrorCategory.SERVER
            await run.say(audio)
            await run.end()
        finals = [f.text for f in run.sink.frames if isinstance(f, TranscriptionFrame)]
        assert finals == [stage.text]

    stage.run(scenario)


# --- a whole conversation: a model that repeats what it hears, and a loudspeaker


class Parrot(FrameProcessor):
    """Answers with what the user has said."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            said = said_in(frame.context)[-1][1]
            for answer in tokens(f"You said: {said}"):
                await self.push_frame(answer)
        else:
            await self.push_frame(frame, direction)


class Loudspeaker(BaseOutputTransport):
    """Plays at a multiple of real time."""

    def __init__(self, speed: float) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=24000))
        self.heard = b""
        self._speed = speed

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        await asyncio.sleep(frame.num_frames / frame.sample_rate / self._speed)
        self.heard += frame.audio
        return True


def said_in(context: LLMContext) -> list[tuple[str, str]]:
    """Who spoke, and the text."""
    messages = [m for m in context.get_messages() if not isinstance(m, LLMSpecificMessage)]
    return [(message["role"], str(message.get("content"))) for message in messages]


class Talk(Run):
    def __init__(self, client: AsyncCartesia, voice: str, *, speed: float) -> None:
        self.context = LLMContext()
        self.loudspeaker = Loudspeaker(speed)
        aggregators = LLMContextAggregatorPair(self.context)
        super().__init__(
            CartesiaSTTService(client=client),
            aggregators.user(),
            Parrot(),
            CartesiaTTSService(voice=voice, client=client),
            self.loudspeaker,
            aggregators.assistant(),
        )

    async def has(self, length: int) -> None:
        """Wait until the context of the model has so many messages."""
        while len(said_in(self.context)) < length:
            await asyncio.sleep(0.01)


def test_a_pipeline_goes_on_when_both_sockets_drop(stage: Stage) -> None:
    """Each side hears each word of the other, once, and so it is in the context of the model."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        answer = f"You said: {stage.text}"
        stage.drop(TURNS)
        async with Talk(client, voice, speed=20) as here:
            for turn in 1, 2:
                stage.drop(SPEECH)
                await here.say(audio)
                await here.has(2 * turn)
            await here.end()
        assert here.errors == []
        texts = [(role, text.split()) for role, text in said_in(here.context)]
        assert texts == 2 * [("user", stage.text.split()), ("assistant", answer.split())]
        heard = await stage.heard(client, here.loudspeaker.heard)
        assert heard.split() == 2 * answer.split()

    stage.run(scenario)
    assert stage.sockets(TURNS) == 2


def test_the_context_has_what_was_heard_before_an_interruption(stage: Stage) -> None:
    """To the word."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        async with Talk(client, voice, speed=1) as here:
            await here.say(audio)
            while len(here.loudspeaker.heard) < 48000:
                await asyncio.sleep(0.01)
            await here.say(audio)
            await here.has(2)
            heard = here.loudspeaker.heard
            await here.has(3)
        assert here.errors == []
        role, kept = said_in(here.context)[1]
        answer = f"You said: {stage.text}".split()
        count = len(kept.split())
        assert (role, kept.split()) == ("assistant", answer[:count])
        assert 3 < count < len(answer)
        ear = await stage.heard(client, heard)
        assert abs(len(ear.split()) - count) <= 1

    stage.run(scenario)


@pytest.mark.parametrize("kind", ["speech", "hearing"])
def test_a_refused_key_makes_the_service_unusable(stage: Stage, kind: str) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with stage.client("sk_car_wrong") as wrong:
            service: CartesiaSTTService | CartesiaTTSService
            if kind == "speech":
                service = CartesiaTTSService(voice=voice, client=wrong)
            else:
                service = CartesiaSTTService(client=wrong)
            async with Run(service) as run:
                await run.send(
                    TTSSpeakFrame("Hello.")
                    if kind == "speech"
                    else InputAudioRawFrame(bytes(4800), 24000, 1)
                )
                while not run.errors:
                    await asyncio.sleep(0.01)
            assert run.errors[0].category is ErrorCategory.AUTHENTICATION
            assert "401" in run.errors[0].error
            assert not service.is_usable

    stage.run(scenario)


def test_a_wrong_option_is_an_error_at_once(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        with pytest.raises(ConfigurationError, match="speed"):
            CartesiaTTSService(voice=voice, client=client, generation_config={"speed": 9})

    stage.run(scenario)


def test_the_example_runs(stage: Stage) -> None:
    assert "spoken: fox." in stage.show("pipecat")
