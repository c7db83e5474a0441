"""Speak a sentence with the emulator, and draw it: `docs/hello.mp3` and `docs/hello.svg`.

The picture shows the waveform with each word at the time that the service gives for it.
"""

from __future__ import annotations

from array import array
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartesia_emulator import Emulator
from cartesia_stream import AudioFormat, Cartesia

if TYPE_CHECKING:
    from cartesia_stream import Audio, Timing

DOCS: Final = Path(__file__).parents[1] / "docs"
TEXT: Final = (
    "Hello from my own computer. Every word has its time, and you can stop me at any of them."
)
MP3: Final = AudioFormat("mp3", None, 44100, 64000)
WIDTH: Final = 1000
HEIGHT: Final = 128
MIDDLE: Final = 52
BAR: Final = 4  # pixels of the width for each bar
LETTER: Final = 6.6  # mean width of a letter, in pixels


def main() -> None:
    """Write both files."""
    with (
        Emulator(engine="speech") as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
    ):
        voice = client.voices.list(limit=1).data[0]
        audio = client.tts.speak(TEXT, voice=voice, add_timestamps=True).collect()
        client.tts.generate(TEXT, voice=voice, output_format=MP3).save(DOCS / "hello.mp3")
    (DOCS / "hello.svg").write_text(drawing(audio), encoding="utf-8")


def drawing(audio: Audio) -> str:
    """Return the picture of 16-bit audio with word times."""
    scale = WIDTH / audio.duration
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(TEXT)}</title>",
        "<style>rect{fill:#5c6bc0}text{fill:#757575;font:13px sans-serif}</style>",
        *bars(array("h", audio.data)),
        *words(audio.words, scale),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def bars(samples: array[int]) -> list[str]:
    """Return one bar for the loudest sample of each part of the audio."""
    size = len(samples) * BAR // WIDTH
    parts = [samples[start : start + size] for start in range(0, len(samples), size)]
    peaks = [max(abs(min(part)), max(part)) for part in parts]
    loudest = max(peaks)
    return [
        f'<rect x="{place * BAR}" y="{MIDDLE - height}" width="{BAR - 1}" height="{2 * height}"/>'
        for place, peak in enumerate(peaks)
        if (height := max(1, round(peak / loudest * MIDDLE)))
    ]


def words(timings: tuple[Timing, ...], scale: float) -> list[str]:
    """Return each word where it begins, or behind the word before it if that is still there."""
    found: list[str] = []
    free = 0.0
    for word in timings:
        left = max(word.start * scale, free)
        free = left + (len(word.text) + 1) * LETTER
        found.append(f'<text x="{left:.0f}" y="{HEIGHT - 4}">{escape(word.text)}</text>')
    return found


if __name__ == "__main__":
    main()
