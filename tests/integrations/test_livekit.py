"""The plugin for LiveKit Agents, through the streams of the framework and in a whole session."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Never

import pytest
from livekit import rtc
from livekit.agents import Agent, AgentSession, APIConnectionError, APIStatusError, llm, utils
from livekit.agents.stt import SpeechEvent, SpeechEventType
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT, TimedString
from livekit.agents.voice import io
from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer

from cartesia_stream import AsyncCartesia, ConfigurationError
from cartesia_stream.integrations.livekit import STT, TTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from livekit.agents.metrics import TTSMetrics
    from livekit.agents.tts import SynthesizeStream

    from .conftest import Stage

SPEECH, TURNS = "/tts/websocket", "/stt/turns/websocket"


async def played(stream: SynthesizeStream) -> tuple[bytes, str, list[float]]:
    """The audio, the transcript that the agent keeps, and the times of its words."""
    audio, words, times = b"", "", []
    async for event in stream:
        audio += event.frame.data.tobytes()
        for word in event.frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, []):
            words += word
            times.append(word.start_time)
    return audio, words, times


def test_a_listener_hears_the_whole_text_when_the_socket_drops(stage: Stage) -> None:
    """And the transcript of the agent is the text, to the letter."""
    metrics: list[TTSMetrics] = []

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with TTS(voice=voice, client=client) as speaker:
            speaker.on("metrics_collected", metrics.append)
            stage.drop(SPEECH)
            async with speaker.stream() as stream:
                for token in stage.text.replace(" ", " |").split("|"):
                    stream.push_text(token)
                stream.end_input()
                audio, words, times = await played(stream)
        assert await stage.heard(client, audio) == words == stage.text
        assert times == sorted(times)
        assert 0 < times[-1] < len(audio) / 48000

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 2
    assert [metric.characters_count for metric in metrics] == [len(stage.text)]
    assert metrics[0].request_id  # the id of the first context


def test_a_whole_text_is_spoken_when_the_socket_drops(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with TTS(voice=voice, client=client) as speaker:
            stage.drop(SPEECH)
            frame = await speaker.synthesize(stage.text).collect()
        assert await stage.heard(client, frame.data.tobytes()) == stage.text

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 2


def test_a_flush_speaks_what_was_pushed(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with (
            TTS(voice=voice, client=client, max_buffer_delay_ms=5000) as speaker,
            speaker.stream() as stream,
        ):
            stream.push_text("One moment")
            stream.flush()
            async with asyncio.timeout(4):  # sooner than the service would
                await anext(stream)

    stage.run(scenario)


def test_an_interruption_keeps_the_socket(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with TTS(voice=voice, client=client) as speaker:
            stage.emulator.inject("stall", after=4, path=SPEECH)
            async with speaker.stream() as stream:
                stream.push_text(stage.text)
                await anext(stream)
            while not stage.cancelled():
                await asyncio.sleep(0.01)
            async with speaker.stream() as stream:
                stream.push_text("Go on.")
                stream.end_input()
                audio, words, _ = await played(stream)
            assert await stage.heard(client, audio) == words == "Go on."

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 1


def test_a_socket_is_open_before_the_first_text(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with TTS(voice=voice, client=client) as speaker:
            speaker.prewarm()
            while not stage.sockets(SPEECH):
                await asyncio.sleep(0.01)

    stage.run(scenario)
    with asyncio.Runner() as runner:
        client = stage.client()
        TTS(voice="any", client=client).prewarm()  # outside a loop
        runner.run(client.aclose())


def test_white_space_has_no_audio(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with TTS(voice=voice, client=client) as speaker, speaker.stream() as stream:
            stream.push_text(" ")
            stream.end_input()
            assert (await played(stream))[0] == b""

    stage.run(scenario)


async def listened(client: AsyncCartesia, audio: bytes) -> list[SpeechEvent]:
    async with STT(client=client) as hearing, hearing.stream() as stream:
        for at in range(0, len(audio), 4800):
            data = audio[at : at + 4800]
            stream.push_frame(rtc.AudioFrame(data, 24000, 1, len(data) // 2))
        stream.end_input()
        return [event async for event in stream]


def test_turns_are_heard_once_when_the_socket_drops(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        stage.drop(TURNS)
        events = await listened(client, audio + audio)
        kinds = [event.type for event in events]
        partial, final = SpeechEventType.INTERIM_TRANSCRIPT, SpeechEventType.FINAL_TRANSCRIPT
        texts = [event.alternatives[0].text for event in events if event.type == final]
        assert texts == [stage.text, stage.text]
        assert kinds[0] == SpeechEventType.START_OF_SPEECH
        assert kinds.count(partial) > 10
        for event in events[: kinds.index(final)]:
            assert all(stage.text.startswith(part.text) for part in event.alternatives)
        assert kinds.count(SpeechEventType.END_OF_SPEECH) == 2
        assert SpeechEventType.PREFLIGHT_TRANSCRIPT in kinds
        usage = [event.recognition_usage for event in events if event.recognition_usage]
        assert sum(use.audio_duration for use in usage) == pytest.approx(len(audio) / 24000, abs=1)
        assert all(event.request_id for event in events)

    stage.run(scenario)
    assert stage.sockets(TURNS) == 2


# --- a whole session: a microphone, a loudspeaker and a model that repeats what it hears


class Parrot(llm.LLM[Never]):
    """Answers with what the user has said."""

    def chat(self, *, chat_ctx: llm.ChatContext, **options: Any) -> llm.LLMStream:
        return Answer(
            self,
            chat_ctx=chat_ctx,
            tools=options.get("tools") or [],
            conn_options=options["conn_options"],
        )


class Answer(llm.LLMStream):
    async def _run(self) -> None:
        said = self._chat_ctx.messages()[-1].text_content or ""
        for token in f"You said: {said}".replace(" ", " |").split("|"):
            delta = llm.ChoiceDelta(role="assistant", content=token)
            self._event_ch.send_nowait(llm.ChatChunk(id="answer", delta=delta))


class Microphone(io.AudioInput):
    def __init__(self) -> None:
        super().__init__(label="microphone")
        self._frames = utils.aio.Chan[rtc.AudioFrame]()

    async def __anext__(self) -> rtc.AudioFrame:
        return await self._frames.__anext__()

    def say(self, audio: bytes) -> None:
        for at in range(0, len(audio), 4800):
            data = audio[at : at + 4800]
            self._frames.send_nowait(rtc.AudioFrame(data, 24000, 1, len(data) // 2))


class Heard(NamedTuple):
    """What came out of the loudspeaker, up to an interruption."""

    audio: bytes
    words: str


class Loudspeaker(io.AudioOutput):
    """Plays at a multiple of real time, and knows by the times of the words what was heard."""

    def __init__(self, speed: float) -> None:
        capabilities = io.AudioOutputCapabilities(pause=False)
        super().__init__(label="loudspeaker", capabilities=capabilities, sample_rate=24000)
        self.heard: list[Heard] = []
        self._speed = speed
        self._audio = b""
        self._words: list[TimedString] = []
        self._began = 0.0
        self._end: asyncio.TimerHandle | None = None

    @property
    def position(self) -> float:
        """Seconds of audio that have been heard."""
        elapsed = (time.time() - self._began) * self._speed
        return min(len(self._audio) / 48000, elapsed)

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._audio:
            self._began = time.time()
            self.on_playback_started(created_at=self._began)
        self._audio += frame.data.tobytes()
        self._words += frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, [])

    def flush(self) -> None:
        super().flush()
        if self._audio:
            left = (len(self._audio) / 48000 - self.position) / self._speed
            self._end = asyncio.get_running_loop().call_later(left + 0.01, self._over, False)

    def clear_buffer(self) -> None:
        if self._audio:
            if self._end is not None:
                self._end.cancel()
            self._over(True)

    def _over(self, interrupted: bool) -> None:
        at = self.position
        words = "".join(word for word in self._words if float(word.end_time or 0) <= at)
        self.heard.append(Heard(self._audio[: int(at * 24000) * 2], words))
        self._audio, self._words = b"", []
        self.on_playback_finished(
            playback_position=at, interrupted=interrupted, synchronized_transcript=words
        )


class Talk(NamedTuple):
    session: AgentSession[None]
    microphone: Microphone
    loudspeaker: Loudspeaker

    @property
    def history(self) -> list[tuple[str, bool, str | None]]:
        """Who spoke, whether they were interrupted, and the text."""
        messages = self.session.history.messages()
        return [(each.role, each.interrupted, each.text_content) for each in messages]

    def has(self, length: int) -> bool:
        """Whether the history has so many messages."""
        return len(self.history) >= length


@asynccontextmanager
async def talking(
    client: AsyncCartesia, voice: str, *, speed: float, room: bool
) -> AsyncIterator[Talk]:
    """A session; in a room, the framework itself estimates what was heard."""
    microphone, loudspeaker = Microphone(), Loudspeaker(speed)
    session = AgentSession[None](
        stt=STT(client=client),
        llm=Parrot(),
        tts=TTS(voice=voice, client=client),
        vad=None,
        turn_handling={"turn_detection": "stt", "endpointing": {"min_delay": 0.0}},
        use_tts_aligned_transcript=True,
        session_close_transcript_timeout=0.0,
        aec_warmup_duration=None,  # for echo, which is not here: it would let nobody interrupt
    )
    session.input.audio = microphone
    session.output.audio = loudspeaker
    synchronizer: TranscriptSynchronizer | None = None
    if room:
        synchronizer = TranscriptSynchronizer(
            next_in_chain_audio=loudspeaker, next_in_chain_text=None, speed=speed
        )
        session.output.audio = synchronizer.audio_output
        session.output.transcription = synchronizer.text_output
    async with session:
        await session.start(Agent(instructions=""))
        yield Talk(session, microphone, loudspeaker)
    if synchronizer is not None:
        await synchronizer.aclose()


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_a_session_goes_on_when_both_sockets_drop(stage: Stage) -> None:
    """Each side hears the other to the letter, once, and so it is in the history."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        answer = f"You said: {stage.text}"
        stage.drop(TURNS)
        async with talking(client, voice, speed=50, room=True) as here:
            for length in 2, 4:
                stage.drop(SPEECH)
                here.microphone.say(audio)
                await until(partial(here.has, length))
            assert here.history == 2 * [
                ("user", False, stage.text),
                ("assistant", False, answer),
            ]
        for heard in here.loudspeaker.heard:
            assert await stage.heard(client, heard.audio) == heard.words == answer

    stage.run(scenario)
    assert (stage.sockets(SPEECH), stage.sockets(TURNS)) == (3, 2)


@pytest.mark.parametrize("room", [False, True])
def test_the_history_has_what_was_heard_before_an_interruption(stage: Stage, room: bool) -> None:
    """To the letter; in a room, where the framework estimates it, to the word."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        async with talking(client, voice, speed=1, room=room) as here:
            here.microphone.say(audio)
            await until(lambda: here.loudspeaker.position > 1)
            here.microphone.say(audio)
            await until(partial(here.has, 3))
            (role, interrupted, kept), *_ = here.history[1:]
        heard = here.loudspeaker.heard[0]
        assert (role, interrupted) == ("assistant", True)
        assert kept is not None
        if room:
            assert abs(len(kept.split()) - len(heard.words.split())) <= 1
        else:
            assert kept == heard.words
        answer = f"You said: {stage.text}"
        assert answer.startswith(kept)
        ear = await stage.heard(client, heard.audio)
        assert len(heard.words.split()) > 3
        assert answer.startswith(ear)
        assert ear.startswith(heard.words)
        assert not ear[len(heard.words) :].strip().count(" ")  # it ends in the next word

    stage.run(scenario)


def test_a_recording_is_recognised(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        audio = await stage.spoken(client, voice)
        frame = rtc.AudioFrame(audio, 24000, 1, len(audio) // 2)
        async with STT(client=client) as hearing:
            for language in "en", "de":
                event = await hearing.recognize([frame], language=language)
                assert event.alternatives[0].text == stage.text

    stage.run(scenario)


def test_a_refused_key_is_an_error_that_is_not_retried(stage: Stage) -> None:
    """The client has retried what can be; the framework would begin again."""

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with stage.client("sk_car_wrong") as wrong:
            stage.emulator.clear_requests()
            with pytest.raises(APIStatusError) as speaking:
                await TTS(voice=voice, client=wrong).synthesize("Hello.").collect()
            with pytest.raises(APIStatusError) as hearing:
                await listened(wrong, bytes(4800))
        for caught in speaking, hearing:
            assert caught.value.status_code == 401
            assert caught.value.request_id
            assert not caught.value.retryable

    stage.run(scenario)
    assert (stage.sockets(SPEECH), stage.sockets(TURNS)) == (1, 1)


def test_an_unreachable_service_is_an_error_that_is_not_retried() -> None:
    async def main() -> None:
        client = AsyncCartesia("sk_car_any", base_url="http://127.0.0.1:9", max_retries=0)
        async with client, asyncio.timeout(20):
            with pytest.raises(APIConnectionError) as caught:
                await TTS(voice="any", client=client).synthesize("Hello.").collect()
            assert not caught.value.retryable

    asyncio.run(main())


def test_wrong_options_are_errors_at_once(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        with pytest.raises(ConfigurationError, match="speed"):
            TTS(voice=voice, client=client, generation_config={"speed": 9})
        with pytest.raises(ConfigurationError, match="sample_rate"):
            TTS(voice=voice, client=client, sample_rate=11)

    stage.run(scenario)


def test_a_plugin_without_a_client_makes_and_closes_its_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", stage.emulator.api_key)
    monkeypatch.setenv("CARTESIA_BASE_URL", stage.emulator.base_url)

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        async with TTS(voice=voice, sample_rate=24000) as speaker, STT() as hearing:
            frame = await speaker.synthesize("Hello.").collect()
            assert (await hearing.recognize([frame])).alternatives[0].text == "Hello."

    stage.run(scenario)


def test_the_example_runs(stage: Stage) -> None:
    assert "final_transcript ['The quick brown fox.']" in stage.show("livekit")
