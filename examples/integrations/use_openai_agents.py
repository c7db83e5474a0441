"""Answer speech with speech, through the voice pipeline of OpenAI Agents.

Run it with ``cartesia-stream emulate -- python examples/integrations/use_openai_agents.py``.
"""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
from agents.voice import (
    AudioInput,
    VoicePipeline,
    VoicePipelineConfig,
    VoiceStreamEventAudio,
    VoiceWorkflowBase,
)

from cartesia_stream import AsyncCartesia
from cartesia_stream.integrations.openai_agents import CartesiaSTTModel, CartesiaTTSModel


class Echo(VoiceWorkflowBase):
    """Stand in for agents: repeat what the caller said."""

    async def run(self, transcription: str) -> AsyncIterator[str]:
        """Yield the answer, token by token."""
        print("heard:", transcription)
        yield f"You said: {transcription}"


async def main() -> None:
    """Ask a question, and play the answer."""
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0].id
        question = await client.tts.speak("What time is it?", voice=voice).collect()
        pipeline = VoicePipeline(
            workflow=Echo(),
            stt_model=CartesiaSTTModel(client=client),
            tts_model=CartesiaTTSModel(voice=voice, client=client),
            config=VoicePipelineConfig(tracing_disabled=True),
        )
        result = await pipeline.run(AudioInput(np.frombuffer(question.data, np.int16)))
        async for event in result.stream():
            if isinstance(event, VoiceStreamEventAudio) and event.data is not None:
                print(len(event.data) / 24000, "seconds to play")


asyncio.run(main())
