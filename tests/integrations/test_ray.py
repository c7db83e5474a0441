"""The narrator for Ray, on a Ray of this machine, one of whose workers is killed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import psutil

from cartesia_emulator import Emulator

from .conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLE: Final = ROOT / "examples" / "narrate_ray.py"
SLOTS: Final = 3
PARAGRAPHS: Final = [f"This is paragraph number {number} of the book." for number in range(12)]


def sent(emulator: Emulator) -> list[str]:
    """The texts that reached the service, oldest first."""
    frames = [json.loads(frame) for request in emulator.requests for frame in request.frames]
    return [frame["transcript"] for frame in frames if frame.get("transcript")]


def speaking(process: psutil.Process, emulator: Emulator) -> Iterator[psutil.Process]:
    """The workers that have a connection to the service."""
    port = urlsplit(emulator.base_url).port
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # it has ended
            if child.name().startswith("ray::speak") and any(
                connection.raddr.port == port
                for connection in child.net_connections("tcp")
                if connection.status == psutil.CONN_ESTABLISHED
            ):
                yield child


def test_a_book_is_whole_when_a_worker_is_killed(tmp_path: Path) -> None:
    """No paragraph is left out, none is heard twice, and the plan's limit is never exceeded.

    A text that the service refuses is sent again, so each but that of the dead worker is sent once.
    """
    (tmp_path / "book.txt").write_text("\n\n".join(PARAGRAPHS), encoding="utf-8")
    with Emulator(engine="tone", concurrency=SLOTS, realtime=2) as emulator:
        command = [sys.executable, str(EXAMPLE), "book.txt", "book.wav", "--slots", str(SLOTS)]
        where = {"CARTESIA_API_KEY": emulator.api_key, "CARTESIA_BASE_URL": emulator.base_url}
        with subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | where, text=True, stdout=subprocess.PIPE
        ) as process:
            try:
                while len(sent(emulator)) < SLOTS + 1:  # so that one has ended
                    assert process.poll() is None
                    time.sleep(0.02)
                next(speaking(psutil.Process(process.pid), emulator)).kill()
                printed, _ = process.communicate(timeout=120)
            finally:
                process.kill()
        assert process.returncode == 0
        assert f"{len(PARAGRAPHS)} paragraphs, {SLOTS} at a time" in printed
        said = emulator.heard(tmp_path / "book.wav")
        times = Counter(sent(emulator))
    assert re.findall(r"\w+", said) == re.findall(r"\w+", " ".join(PARAGRAPHS))
    assert set(times) == set(PARAGRAPHS)
    assert sorted(times.values()) == [1] * (len(PARAGRAPHS) - 1) + [2]
