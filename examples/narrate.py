"""Narrate a book: many paragraphs at a time, and on from where it stopped, even after `kill -9`.

    python examples/narrate.py book.txt book.wav

Each paragraph becomes a file in `book.parts`, named by a hash of its text and its voice. A file
appears only when it is complete, so a file that is there is done. Run the command again after a
failure, or after you changed a few paragraphs: only what is missing is spoken.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from cartesia_stream import AsyncCartesia

if TYPE_CHECKING:
    from collections.abc import Iterable

MODEL = "sonic-3"
PAUSE_S = 0.6  # between paragraphs


def paragraphs_of(book: str) -> list[str]:
    """Split a book at its empty lines."""
    blocks = (" ".join(block.split()) for block in book.replace("\r\n", "\n").split("\n\n"))
    return [block for block in blocks if any(map(str.isalnum, block))]


def part_of(folder: Path, paragraph: str, voice: str) -> Path:
    """Return the file of a paragraph; another text, voice or model is another file."""
    digest = hashlib.sha256(f"{MODEL}\n{voice}\n{paragraph}".encode()).hexdigest()
    return folder / f"{digest[:32]}.wav"


def missing_of(files: dict[Path, str]) -> dict[Path, str]:
    """Return the files that are not there yet, with their texts; create their folder."""
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
    return {file: text for file, text in files.items() if not file.exists()}


async def narrate(
    client: AsyncCartesia, paragraphs: list[str], folder: Path, *, voice: str, at_once: int = 8
) -> int:
    """Speak what is missing; return the number of paragraphs that were spoken.

    The client waits for free slots of the plan by itself. The low priority lets other speech of
    this client go first, such as a call.
    """
    files = {part_of(folder, paragraph, voice): paragraph for paragraph in paragraphs}
    missing = missing_of(files)
    waiting = iter(missing.items())
    done = len(files) - len(missing)

    async def work() -> None:
        nonlocal done
        for file, text in waiting:
            speech = client.tts.speak(text, voice=voice, model_id=MODEL, resume=True, priority=-1)
            await speech.save(file)
            done += 1
            if sys.stderr.isatty():
                print(f"\r{done} of {len(files)} paragraphs", end="", file=sys.stderr, flush=True)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(missing))):
            group.create_task(work())
    return len(missing)


def join(files: Iterable[Path], book: Path) -> float:
    """Write the paragraphs into one file, with a pause after each; return its seconds."""
    with wave.open(str(book), "wb") as output:
        for file in files:
            with wave.open(str(file), "rb") as part:
                if not output.getnframes():
                    output.setparams(part.getparams())
                output.writeframes(part.readframes(part.getnframes()))
                pause = int(PAUSE_S * part.getframerate())
                output.writeframes(bytes(pause * part.getsampwidth() * part.getnchannels()))
        return output.getnframes() / output.getframerate()


async def main() -> None:
    """Narrate the book that the arguments name."""
    parser = argparse.ArgumentParser(description="Narrate a book.")
    parser.add_argument("book", type=Path, help="a text file; empty lines separate paragraphs")
    parser.add_argument("output", type=Path, help="the .wav file to write")
    parser.add_argument("--voice", help="id of the voice; default: the first voice listed")
    arguments = parser.parse_args()
    paragraphs = paragraphs_of(arguments.book.read_text(encoding="utf-8"))
    if not paragraphs:
        parser.error(f"{arguments.book} has no text")
    folder = arguments.output.with_suffix(".parts")
    async with AsyncCartesia() as client:
        voice = arguments.voice or (await client.voices.list(limit=1)).data[0].id
        spoken = await narrate(client, paragraphs, folder, voice=voice)
    files = [part_of(folder, paragraph, voice) for paragraph in paragraphs]
    seconds = join(files, arguments.output)
    print(f"spoke {spoken} of {len(paragraphs)} paragraphs: {seconds:.1f} s in {arguments.output}")


if __name__ == "__main__":
    asyncio.run(main())
