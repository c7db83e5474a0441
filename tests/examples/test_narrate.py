"""The narrator of the examples: a whole book, also after `kill -9`, and never a paragraph twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import Cartesia

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "narrate.py"
PARAGRAPHS: Final = [
    "It was a bright cold day.",
    "The man walked home\nslowly.",
    "Nobody saw him.",
    "At the corner he stopped.",
    "Then it began to rain.",
    "He had no coat, and no hat.",
]


def command(emulator: Emulator, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "CARTESIA_API_KEY": emulator.api_key}
    environment["CARTESIA_BASE_URL"] = emulator.base_url
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(EXAMPLE), "book.txt", "book.wav"],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def narrated(emulator: Emulator, folder: Path) -> str:
    """Run the example to its end and return what it printed."""
    with command(emulator, folder) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return out


def write(folder: Path, paragraphs: list[str]) -> None:
    (folder / "book.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")


def words_of(text: str) -> list[str]:
    """The words; the tones of two paragraphs have no space between them."""
    return re.findall(r"\w+", text.lower())


def heard(emulator: Emulator, folder: Path) -> list[str]:
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        return words_of(client.stt.transcribe(file=folder / "book.wav", model="ink-whisper").text)


def eventually(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + 20
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.01)
    return bool(found)


@pytest.fixture
def parts(tmp_path: Path) -> Callable[[], list[Path]]:
    return lambda: list(tmp_path.glob("book.parts/*.wav"))


def test_a_book_goes_on_after_it_was_killed(
    tmp_path: Path, parts: Callable[[], list[Path]]
) -> None:
    """What was complete is kept, what was not leaves no file, and each word is in the book once."""
    write(tmp_path, PARAGRAPHS)
    with Emulator(engine="tone", concurrency=2, realtime=8.0) as emulator:
        with command(emulator, tmp_path) as process:
            assert eventually(parts)
            process.kill()
        assert not (tmp_path / "book.wav").exists()
        kept = {part: part.stat().st_mtime_ns for part in parts()}
        assert 0 < len(kept) < len(PARAGRAPHS)
        out = narrated(emulator, tmp_path)
        assert out.startswith(f"spoke {len(PARAGRAPHS) - len(kept)} of {len(PARAGRAPHS)} ")
        assert {part: part.stat().st_mtime_ns for part in kept} == kept
        assert heard(emulator, tmp_path) == words_of(" ".join(PARAGRAPHS))


def test_only_what_changed_is_spoken_again(tmp_path: Path, parts: Callable[[], list[Path]]) -> None:
    """The order of the book is that of the text, and equal paragraphs share a file."""
    write(tmp_path, PARAGRAPHS[:3])
    with Emulator(engine="tone") as emulator:
        assert narrated(emulator, tmp_path).startswith("spoke 3 of 3 ")
        changed = [PARAGRAPHS[2], "Something new.", PARAGRAPHS[0], PARAGRAPHS[2]]
        write(tmp_path, changed)
        assert narrated(emulator, tmp_path).startswith("spoke 1 of 4 ")
        assert len(parts()) == 4
        assert heard(emulator, tmp_path) == words_of(" ".join(changed))


def test_a_book_without_text_is_a_wrong_argument(tmp_path: Path) -> None:
    write(tmp_path, ["---", ""])
    with Emulator(engine="tone") as emulator, command(emulator, tmp_path) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "book.txt has no text" in err
