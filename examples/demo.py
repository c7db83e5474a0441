"""Try speech, cloning and transcription with the local emulator, without a key or a network.

Speaks six short paragraphs over WebSocket and server-sent events, sync and async, writes them to
demo-output/, transcribes them and compares each transcript with its text. Exits with 1 if more than
one word in ten of a paragraph differs. Where no engine for speech is installed, it does this in
tones; where one can only speak, it leaves the transcripts out.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cartesia_emulator import Emulator
from cartesia_stream import AsyncCartesia, Audio, Cartesia, Timing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

OUTPUT = Path(__file__).parents[1] / "demo-output"
MAX_WORD_ERROR_RATE = 0.10
TOKENS_PER_SECOND = 60

# A different text for each way to speak, so that no audio can come from a cache.
TEXTS = {
    "websocket": (
        "The morning train was almost empty, so she took the seat by the window and watched the "
        "river turn silver. It was the first day of spring, and the whole city seemed to be "
        "waiting for something good to happen."
    ),
    "websocket, tokens": (
        "A language model writes one word after another, and nobody should have to wait for the "
        "last word before the first one is heard. That is why the text goes out as it comes, and "
        "the voice begins to speak."
    ),
    "server-sent events": (
        "Sometimes the whole text is known before we start to speak. Then a single request is "
        "enough, and the sound still comes back in small pieces while the rest is being made."
    ),
    "asyncio websocket": (
        "Two old friends met at the market and talked about the weather. One of them had bought "
        "fresh bread and apples, and the other carried a basket full of yellow flowers."
    ),
    "asyncio websocket, tokens": (
        "Please remember to close the door when you leave the house. The cat likes to sit in the "
        "garden, but she never finds her own way back before dinner."
    ),
    "asyncio server-sent events": (
        "Far out on the water a small boat was moving toward the shore. The people on the beach "
        "could hear the music long before they saw the light."
    ),
}


@dataclass(kw_only=True)
class Spoken:
    """One spoken paragraph: how it was sent, its text, its word times and its file."""

    way: str
    said: str
    words: tuple[Timing, ...]
    path: Path


def main() -> int:
    title("cartesia-stream", "speech and recognition on this machine, without key or network")
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir()
    lacks = {extra.name: extra.reason for extra in Emulator.describe() if not extra.available}
    with Emulator(engine="tone" if "speech" in lacks else "auto") as emulator:
        row("emulator", emulator.base_url)
        row("speaks", "tones" if "speech" in lacks else "English")
        for name in ("speech", "hearing"):
            if name in lacks:
                row(f"no {name}", lacks[name])
        with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
            preset, clone = voices(client)
            heading("Speaking", "first audio    speech      took   real-time factor")
            spoken = speak(client, preset)
            spoken += asyncio.run(speak_async(emulator, clone))
            print(paint(f"  (tokens: {TOKENS_PER_SECOND} per second, as a language model)", "2"))
            heading("Word times", spoken[0].way)
            timeline(spoken[0].words)
            if "hearing" in lacks and "speech" not in lacks:
                return spoken_only()
            heading("Transcripts", "each below its text")
            rates = [compare(client, paragraph) for paragraph in spoken]
    return verdict(rates)


def voices(client: Cartesia) -> tuple[str, str]:
    """List the voices, and clone one from a clip that it has just spoken."""
    listed = list(client.voices.iter_all())
    row("voices", ", ".join(voice.name for voice in listed))
    daniel = client.voices.list(q="Daniel", limit=1).data[0]
    clip = OUTPUT / "clip-to-clone.wav"
    text = "This is the voice to be copied. It speaks for a few seconds, and that is enough."
    client.tts.speak(text, voice=daniel.id).save(clip)
    clone = client.voices.clone(clip=clip, name="Daniel's double", language="en")
    row("cloned", f"{clone.name} ({clone.id}) from {clip.name}")
    return listed[0].id, clone.id


def speak(client: Cartesia, voice: str) -> list[Spoken]:
    """Speak two texts over one socket and one over server-sent events, with `Cartesia`."""
    spoken: list[Spoken] = []
    with client.tts.websocket_connect() as connection:
        for way, text in (
            ("websocket", TEXTS["websocket"]),
            ("websocket, tokens", tokens(TEXTS["websocket, tokens"])),
        ):
            began = time.monotonic()
            audio = connection.speak(text, voice=voice, add_timestamps=True).collect()
            spoken.append(finish(way, audio, began))
    began = time.monotonic()
    audio = client.tts.generate_sse(
        TEXTS["server-sent events"], voice=voice, add_timestamps=True
    ).collect()
    spoken.append(finish("server-sent events", audio, began))
    return spoken


async def speak_async(emulator: Emulator, voice: str) -> list[Spoken]:
    """Do the same with `AsyncCartesia`, in the cloned voice."""
    spoken: list[Spoken] = []
    async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
        async with client.tts.websocket_connect() as connection:
            for way, text in (
                ("asyncio websocket", TEXTS["asyncio websocket"]),
                ("asyncio websocket, tokens", async_tokens(TEXTS["asyncio websocket, tokens"])),
            ):
                began = time.monotonic()
                audio = await connection.speak(text, voice=voice, add_timestamps=True).collect()
                spoken.append(finish(way, audio, began))
        began = time.monotonic()
        audio = await client.tts.generate_sse(
            TEXTS["asyncio server-sent events"], voice=voice, add_timestamps=True
        ).collect()
        spoken.append(finish("asyncio server-sent events", audio, began))
    return spoken


def finish(way: str, audio: Audio, began: float) -> Spoken:
    """Measure the time, save the audio as a WAV file, and print a line."""
    took = time.monotonic() - began
    path = audio.save(OUTPUT / f"{re.sub(r'[^a-z]+', '-', way)}.wav")
    first = audio.time_to_first_audio or took
    row(
        way,
        f"{first * 1000:8.0f} ms  {audio.duration:6.2f} s  {took:6.2f} s  "
        f"{took / audio.duration:17.3f}",
    )
    return Spoken(way=way, said=TEXTS[way], words=audio.words, path=path)


def pieces(text: str) -> Iterator[str]:
    """Cut a text as language models do: into words and parts of words, with leading spaces."""
    chance = random.Random(text)
    for word in re.findall(r"\s*\S+", text):
        cut = chance.randint(1, len(word)) if len(word) > 5 else len(word)
        yield from filter(None, (word[:cut], word[cut:]))


def tokens(text: str) -> Iterator[str]:
    """Yield the pieces at the pace of a language model."""
    for piece in pieces(text):
        time.sleep(1 / TOKENS_PER_SECOND)
        yield piece


async def async_tokens(text: str) -> AsyncIterator[str]:
    """Yield the pieces at the same pace without blocking the event loop."""
    for piece in pieces(text):
        await asyncio.sleep(1 / TOKENS_PER_SECOND)
        yield piece


def compare(client: Cartesia, spoken: Spoken) -> float:
    """Transcribe a file, print both texts aligned, and return the word error rate."""
    heard = client.stt.transcribe(file=spoken.path, model="ink-whisper").text
    pairs = align(plain_words(spoken.said), plain_words(heard))
    wrong = sum(said != word for said, word in pairs)
    rate = wrong / len(plain_words(spoken.said))
    row(spoken.way, f"{rate:6.1%} of the words differ    {os.path.relpath(spoken.path)}")
    print_pairs(pairs)
    return rate


def plain_words(text: str) -> list[str]:
    """Return the words in lower case without punctuation, so that only words count."""
    return re.findall(r"[a-z0-9']+", text.lower())


def align(said: list[str], heard: list[str]) -> list[tuple[str, str]]:
    """Pair the words of two texts with the fewest differences; a missing word is empty."""
    # cost[i][j]: differences between the first i words said and the first j heard
    cost = [
        [i + j if not i or not j else 0 for j in range(len(heard) + 1)]
        for i in range(len(said) + 1)
    ]
    for i, word in enumerate(said, 1):
        for j, other in enumerate(heard, 1):
            cost[i][j] = min(
                cost[i - 1][j - 1] + (word != other), cost[i - 1][j] + 1, cost[i][j - 1] + 1
            )
    pairs: list[tuple[str, str]] = []
    i, j = len(said), len(heard)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((said[i], ""))
        else:
            j -= 1
            pairs.append(("", heard[j]))
    return pairs[::-1]


COLOR = sys.stdout.isatty() and "NO_COLOR" not in os.environ
WIDTH = min(shutil.get_terminal_size((100, 24)).columns, 110)


def paint(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOR else text


def title(name: str, about: str) -> None:
    print(f"\n{paint(name, '1')}  {paint(about, '2')}\n")


def heading(name: str, about: str) -> None:
    print(f"\n{paint(f'{name:28}', '1')}{paint(about, '2')}", flush=True)


def row(name: str, text: str) -> None:
    print(f"  {name:26}{text}", flush=True)


def in_lines(cells: list[int], width: int) -> Iterator[slice]:
    """Cut a row of cells of these widths into lines."""
    start, used = 0, 0
    for place, cell in enumerate(cells):
        if used + cell > width and place > start:
            yield slice(start, place)
            start, used = place, 0
        used += cell
    yield slice(start, len(cells))


def timeline(words: tuple[Timing, ...]) -> None:
    widths = [max(len(word.text), 5) + 1 for word in words]
    for part in in_lines(widths, WIDTH - 2):
        cells = list(zip(words[part], widths[part], strict=True))
        print(paint("  " + "".join(f"{word.start:<{width}.2f}" for word, width in cells), "2"))
        print("  " + "".join(f"{word.text:<{width}}" for word, width in cells))


def print_pairs(pairs: list[tuple[str, str]]) -> None:
    widths = [max(map(len, pair)) + 1 for pair in pairs]
    for part in in_lines(widths, WIDTH - 9):
        cells = list(zip(pairs[part], widths[part], strict=True))
        marks = "".join(f"{'' if a == b else '^' * (width - 1):{width}}" for (a, b), width in cells)
        print("    said  " + "".join(f"{said:{width}}" for (said, _), width in cells))
        print(paint("   heard  " + "".join(f"{heard:{width}}" for (_, heard), width in cells), "2"))
        if marks.strip():
            print(paint(f"          {marks}", "1;33"))
    print()


def spoken_only() -> int:
    print(f"\n{paint('OK', '1;32')}: no transcripts here. Listen to {OUTPUT.name}/*.wav")
    return 0


def verdict(rates: list[float]) -> int:
    worst = max(rates)
    if worst > MAX_WORD_ERROR_RATE:
        print(paint(f"FAILED: in one paragraph {worst:.1%} of the words differ.", "1;31"))
        return 1
    mean = sum(rates) / len(rates)
    print(
        paint("OK", "1;32")
        + f": {mean:.1%} of the words differ on average, {worst:.1%} at most. "
        + f"Listen to {OUTPUT.name}/*.wav"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
