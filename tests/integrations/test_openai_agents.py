"""The models for OpenAI Agents, in its own `VoicePipeline`."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from agents.voice import (
    AudioInput,
    StreamedAudioInput,
    STTModelSettings,
    TTSModelSettings,
    VoicePipeline,
    VoicePipelineConfig,
    VoiceStreamEventAudio,
    VoiceStreamEventError,
    VoiceWorkflowBase,
)

from cartesia_stream import AuthenticationError, ConfigurationError
from cartesia_stream.integrations.openai_agents import CartesiaSTTModel, CartesiaTTSModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agents.voice import StreamedAudioResult

    from cartesia_stream import AsyncCartesia

    from .conftest import Stage

SPEECH, TURNS = "/tts/websocket", "/stt/turns/websocket"


class Echo(VoiceWorkflowBase):
    """Says what it has heard, token by token, after a sentence of its own."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def run(self, transcription: str) -> AsyncIterator[str]:
        self.heard.append(transcription)
        for token in "Here is what I have heard. ", "You said: ", transcription:
            yield token


def pipeline(client: AsyncCartesia, voice: str, workflow: Echo) -> VoicePipeline:
    return VoicePipeline(
        workflow=workflow,
        stt_model=CartesiaSTTModel(client=client),
        tts_model=CartesiaTTSModel(voice=voice, client=client),
        config=VoicePipelineConfig(tracing_disabled=True),
    )


async def played(result: StreamedAudioResult) -> bytes:
    audio = b""
    async for event in result.stream():
        assert not isinstance(event, VoiceStreamEventError), event.error
        if isinstance(event, VoiceStreamEventAudio) and event.data is not None:
            audio += event.data.tobytes()
    return audio


def test_a_recording_is_answered_in_full_when_the_socket_drops(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        workflow = Echo()
        recording = np.frombuffer(await stage.spoken(client, voice), np.int16)
        stage.drop(SPEECH)
        result = await pipeline(client, voice, workflow).run(AudioInput(recording))
        audio = await played(result)
        assert workflow.heard == [stage.text]
        assert spaceless(await stage.heard(client, audio)) == spaceless(result.total_output_text)

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 2


@pytest.mark.parametrize("samples", ["int16", "float32"])
def test_turns_are_heard_and_answered_once_when_both_sockets_drop(
    stage: Stage, samples: str
) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        workflow = Echo()
        audio = np.frombuffer(await stage.spoken(client, voice), np.int16)
        turn = audio if samples == "int16" else (audio / np.float32(32768)).astype(np.float32)
        spoken = StreamedAudioInput()  # type: ignore[no-untyped-call]  # without annotations there
        stage.drop(SPEECH)
        stage.drop(TURNS)
        result = await pipeline(client, voice, workflow).run(spoken)
        for block in turn, turn, None:
            await spoken.add_audio(block)
        answer = await played(result)
        assert workflow.heard == [stage.text, stage.text]
        assert spaceless(await stage.heard(client, answer)) == spaceless(result.total_output_text)

    stage.run(scenario)
    assert stage.sockets(TURNS) == 2


def spaceless(text: str) -> str:
    """The framework cuts the spaces between sentences."""
    return "".join(text.split())


def test_an_iterator_that_is_closed_cancels_the_speech(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        model = CartesiaTTSModel(voice=voice, client=client)
        await model.prewarm()
        stage.emulator.inject("stall", after=3, path=SPEECH)
        async with aclosing(model.run(stage.text, TTSModelSettings())) as blocks:  # type: ignore[type-var]  # an iterator there
            await anext(blocks)
        while not stage.cancelled():
            await asyncio.sleep(0.01)
        audio = b"".join([block async for block in model.run(stage.text, TTSModelSettings())])
        assert await stage.heard(client, audio) == stage.text

    stage.run(scenario)
    assert stage.sockets(SPEECH) == 1


def test_white_space_has_no_audio(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        model = CartesiaTTSModel(voice=voice, client=client)
        assert [block async for block in model.run(" \n", TTSModelSettings())] == []

    stage.run(scenario)


def test_a_session_that_is_closed_ends_its_turns(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        spoken = StreamedAudioInput()  # type: ignore[no-untyped-call]  # as above
        await spoken.add_audio(np.zeros(2400, np.int16))
        model = CartesiaSTTModel(client=client)
        session = await model.create_session(spoken, STTModelSettings(), False, False)

        async def turns() -> list[str]:
            return [turn async for turn in session.transcribe_turns()]

        listening = asyncio.create_task(turns())
        while not stage.sockets(TURNS):
            await asyncio.sleep(0.01)
        await session.close()
        assert await listening == []

    stage.run(scenario)


def test_a_refused_key_is_the_error_of_the_pipeline(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        recording = np.zeros(24000, np.int16)
        async with stage.client("sk_car_wrong") as wrong:
            result = await pipeline(wrong, voice, Echo()).run(AudioInput(recording))
            with pytest.raises(AuthenticationError):
                async for _ in result.stream():
                    pass

    stage.run(scenario)


def test_a_wrong_option_is_an_error_at_once(stage: Stage) -> None:
    async def scenario(client: AsyncCartesia, voice: str) -> None:
        with pytest.raises(ConfigurationError, match="speed"):
            CartesiaTTSModel(voice=voice, client=client, generation_config={"speed": 9})

    stage.run(scenario)


def test_a_model_without_a_client_makes_and_closes_its_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", stage.emulator.api_key)
    monkeypatch.setenv("CARTESIA_BASE_URL", stage.emulator.base_url)

    async def scenario(client: AsyncCartesia, voice: str) -> None:
        model = CartesiaTTSModel(voice=voice)
        audio = b"".join([block async for block in model.run("Hello.", TTSModelSettings())])
        assert await stage.heard(client, audio) == "Hello."
        await model.aclose()

    stage.run(scenario)


def test_the_example_runs(stage: Stage) -> None:
    assert "heard: What time is it?" in stage.show("openai_agents")
