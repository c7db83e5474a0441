"""What our client hears from the emulator with its real recogniser: how soon, and how well.

    python -m bench.emulated

is that emulator: prints its URL as JSON and runs until its standard input ends.
"""

from __future__ import annotations

import array
import asyncio
import json
import re
import sys
import time
from typing import TYPE_CHECKING, Final

import cartesia_stream
from cartesia_stream import AudioFormat, ListenFormat, TurnEnded

if TYPE_CHECKING:
    from cartesia_stream import AsyncCartesia

VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
KEY: Final = "sk_car_bench"
RATE: Final = 16000
SPOKEN: Final = AudioFormat("raw", "pcm_s16le", RATE)
HEARD: Final = ListenFormat("pcm_s16le", RATE)
BLOCK: Final = RATE // 10 * 2
BLOCK_S: Final = 0.1
QUIET: Final = 330  # of 32768, that is -40 dBFS: speech ends with the last sample above it
PAUSE: Final = bytes(2 * RATE * 2)
SENTENCES: Final = (
    "The quick brown fox jumps over the lazy dog.",
    "Please bring the large box to my office before noon.",
    "She walked along the river and watched the boats go by.",
    "Can you tell me where the nearest train station is?",
    "We will meet again tomorrow morning at the usual place.",
    "The weather has been cold and windy since last week.",
    "My brother bought a new guitar and plays it every evening.",
    "Thank you for calling, how may I help you today?",
    "Open the window, because it is very warm in this room.",
    "Nobody knew the answer to the last question on the test.",
)


def plain(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return re.sub(r"[^a-z' ]", "", text.lower()).split()


def distance(wanted: list[str], got: list[str]) -> int:
    """How many words must change to get from one list to the other."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            change = diagonal + (word != other)
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, change)
    return row[-1]


def percent_wrong(texts: list[str]) -> float:
    """How many words in a hundred were not understood."""
    wrong = sum(distance(plain(a), plain(b)) for a, b in zip(SENTENCES, texts, strict=True))
    return 100 * wrong / sum(len(plain(sentence)) for sentence in SENTENCES)


def end_of_speech(audio: bytes) -> float:
    """Seconds until the last sample that is not quiet."""
    samples = array.array("h", audio)
    loud = (place for place in range(len(samples) - 1, 0, -1) if abs(samples[place]) > QUIET)
    return next(loud, 0) / RATE


def _client(url: str) -> AsyncCartesia:
    return cartesia_stream.AsyncCartesia(KEY, base_url=url)


async def _spoken(client: AsyncCartesia) -> list[bytes]:
    """The sentences as speech."""
    clips = []
    for sentence in SENTENCES:
        speech = client.tts.generate(sentence, voice=VOICE, output_format=SPOKEN)
        clips.append((await speech.collect()).data)
    return clips


def word_errors(url: str) -> dict[str, float]:
    """How many words in a hundred each of the three ways to listen gets wrong."""
    return asyncio.run(_word_errors(url))


async def _word_errors(url: str) -> dict[str, float]:
    async with _client(url) as client:
        clips = await _spoken(client)
        batch, manual, turns = [], [], []
        for clip in clips:
            found = await client.stt.transcribe(
                file=clip, model="ink-whisper", encoding="pcm_s16le", sample_rate=RATE
            )
            batch.append(found.text)
            dictation = client.stt.dictate(clip, format=HEARD, pace=None)
            manual.append((await dictation.collect()).text)
            listening = client.stt.listen(clip + PAUSE, format=HEARD, pace=None)
            turns.append((await listening.collect()).text)
    return {
        "batch_percent": percent_wrong(batch),
        "manual_percent": percent_wrong(manual),
        "turns_percent": percent_wrong(turns),
    }


def latencies(url: str, listeners: int) -> dict[str, list[float]]:
    """Seconds from `finalize` to its text, and from the end of speech to the end of its turn."""
    return asyncio.run(_latencies(url, listeners))


async def _latencies(url: str, listeners: int) -> dict[str, list[float]]:
    async with _client(url) as client:
        clips = await _spoken(client)
        share = [clips[number:] + clips[:number] for number in range(listeners)]
        finals = await asyncio.gather(*(_finals(client, mine) for mine in share))
        turns = await asyncio.gather(*(_turns(client, mine) for mine in share))
    return {
        "final": [seconds for found in finals for seconds in found],
        "turn": [seconds for found in turns for seconds in found],
    }


async def _finals(client: AsyncCartesia, clips: list[bytes]) -> list[float]:
    found = []
    async with client.stt.dictate(format=HEARD) as dictation:
        for clip in clips:
            began = time.monotonic()
            for index, at in enumerate(range(0, len(clip), BLOCK)):
                await asyncio.sleep(max(0.0, began + index * BLOCK_S - time.monotonic()))
                await dictation.push(clip[at : at + BLOCK])
            asked = time.monotonic()
            await dictation.finalize()
            found.append(time.monotonic() - asked)
    return found


async def _turns(client: AsyncCartesia, clips: list[bytes]) -> list[float]:
    """Sends blocks as they are spoken; that which holds the end of speech leaves at its own end."""
    found = []
    async with client.stt.listen(format=HEARD) as listening:
        for clip in clips:
            began = time.monotonic()
            ended = began + end_of_speech(clip)
            speaking = asyncio.create_task(_speak(listening, clip + PAUSE, began))
            async for event in listening:
                if isinstance(event, TurnEnded):
                    found.append(time.monotonic() - ended)
                    break
            await speaking
    return found


async def _speak(listening: cartesia_stream.AsyncListening, audio: bytes, began: float) -> None:
    for index, at in enumerate(range(0, len(audio), BLOCK), 1):
        await asyncio.sleep(max(0.0, began + index * BLOCK_S - time.monotonic()))
        await listening.push(audio[at : at + BLOCK])


def main() -> int:
    """Emulate until the standard input ends."""
    from cartesia_emulator import Emulator

    with Emulator(engine="speech", api_key=KEY) as emulator:
        print(json.dumps(emulator.base_url), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
