"""Speak the tokens of a model and listen to a caller, with the plugin for LiveKit Agents.

Run it with ``cartesia-stream emulate -- python examples/integrations/use_livekit.py``.
"""

import asyncio

from livekit import rtc
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT

from cartesia_stream import AsyncCartesia
from cartesia_stream.integrations.livekit import STT, TTS


async def main() -> None:
    """Do what an `AgentSession` does with ``tts=`` and ``stt=``."""
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0].id
        speaker, hearing = TTS(voice=voice, client=client), STT(client=client)
        frames = list[rtc.AudioFrame]()
        async with speaker.stream() as speech:
            for token in "The ", "quick ", "brown ", "fox.":
                speech.push_text(token)
            speech.end_input()
            async for audio in speech:
                frames.append(audio.frame)
                for word in audio.frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, []):
                    print(f"{word.start_time:.2f} s: {word!r}")
        async with hearing.stream() as caller:
            for frame in frames:
                caller.push_frame(frame)
            caller.end_input()
            async for event in caller:
                print(event.type.value, [found.text for found in event.alternatives])


asyncio.run(main())
