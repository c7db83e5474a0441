"""Speak the tokens of a language model while it is still writing, with `AsyncCartesia`.

Needs CARTESIA_API_KEY, or: cartesia-stream emulate -- python examples/tokens.py
"""

import asyncio
from collections.abc import AsyncIterator

from cartesia_stream import AsyncCartesia


async def language_model() -> AsyncIterator[str]:
    """Stand in for a language model: yield words at its pace, each with its space."""
    answer = "Rain is likely in the afternoon, so you may want to take an umbrella."
    for word in answer.split():
        await asyncio.sleep(0.03)
        yield word + " "


async def main() -> None:
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0]
        async with client.tts.speak(language_model(), voice=voice.id) as stream:
            async for block in stream.audio():  # hand each block to your player
                print(f"{stream.duration:5.2f} s of audio, {len(block)} new bytes")
        print(f"first audio after {stream.time_to_first_audio:.3f} s")


if __name__ == "__main__":
    asyncio.run(main())
