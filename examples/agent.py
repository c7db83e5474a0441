"""A voice agent: it listens, thinks and speaks at once, and stops when it is interrupted.

Needs CARTESIA_API_KEY, or: cartesia-stream emulate -- python examples/agent.py
"""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator

from cartesia_stream import (
    PCM_16K,
    AsyncCartesia,
    ListenFormat,
    Reconnected,
    TurnEnded,
    TurnStarted,
)

LISTEN = ListenFormat("pcm_s16le", 16000)


async def think(history: list[tuple[str, str]]) -> AsyncIterator[str]:
    """Stand in for a language model: read the history, and yield tokens."""
    _, text = history[-1]
    answer = "You want to know about rain. It is wet, it is cold, and it falls on everybody. "
    for word in ("Goodbye.",) if "stop" in text.lower() else answer.split():
        await asyncio.sleep(0.01)
        yield f"{word} "


class Speaker:
    """Stand in for a loudspeaker or a telephone line: take audio as fast as it is heard."""

    def start(self) -> None:
        self.began, self.queued = time.monotonic(), 0.0

    @property
    def position(self) -> float:
        """Seconds of audio that were heard since `start`."""
        return min(self.queued, time.monotonic() - self.began)

    async def play(self, block: bytes) -> None:
        self.began = max(self.began, time.monotonic() - self.queued)  # it may have been silent
        self.queued += PCM_16K.duration(len(block))
        await self.drain(0.1)

    async def drain(self, rest: float = 0.0) -> None:
        """Wait until only so many seconds are still to be heard."""
        await asyncio.sleep(self.queued - self.position - rest)


class Agent:
    """One conversation; its history has what was said and what was heard, word for word."""

    def __init__(self, client: AsyncCartesia, voice: str) -> None:
        self.client, self.voice, self.speaker = client, voice, Speaker()
        self.history: list[tuple[str, str]] = []
        self.answering: asyncio.Task[None] | None = None

    async def talk(self, audio: AsyncIterable[bytes]) -> None:
        """Answer every turn, until the audio ends and the last answer was heard."""
        listening = self.client.stt.listen(audio, format=LISTEN)
        async with asyncio.TaskGroup() as tasks, listening:
            async for event in listening:
                match event:
                    case TurnStarted():
                        await self.stop()
                    case TurnEnded(text=text) if text.strip():
                        self.history.append(("user", text))
                        self.answering = tasks.create_task(self.answer())
                    case Reconnected(replayed=seconds):
                        print(f"(a new socket hears the last {seconds:.1f} s again)")

    async def answer(self) -> None:
        """Speak what the model writes; `stop` cancels this."""
        speech = self.client.tts.speak(
            think(self.history),
            voice=self.voice,
            output_format=PCM_16K,
            add_timestamps=True,  # so that `heard` is exact
            resume=True,  # on another socket, if this one is lost
        )
        self.speaker.start()
        try:
            async with speech:
                async for block in speech.audio():
                    await self.speaker.play(block)
            await self.speaker.drain()
        finally:
            self.history.append(("agent", speech.heard(self.speaker.position)))

    async def stop(self) -> None:
        """Fall silent at once, and note what was heard."""
        if self.answering is not None:
            self.answering.cancel()
            await asyncio.wait([self.answering])


async def caller(client: AsyncCartesia, voice: str) -> AsyncIterator[bytes]:
    """Stand in for a microphone: ask, and interrupt the answer."""
    for text, pause in (("Tell me about rain.", 3.0), ("Stop, please.", 1.0)):
        speech = client.tts.generate(text, voice=voice, output_format=PCM_16K)
        audio = (await speech.collect()).data + bytes(PCM_16K.nbytes(pause))
        for at in range(0, len(audio), 640):
            yield audio[at : at + 640]
            await asyncio.sleep(0.02)


async def main() -> None:
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0].id
        agent = Agent(client, voice)
        await agent.talk(caller(client, voice))  # or Microphone(LISTEN), with headphones
        for who, text in agent.history:
            print(f"{who}: {text}")


if __name__ == "__main__":
    asyncio.run(main())
