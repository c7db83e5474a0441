"""Arguments that cannot be sent: bytes that are no UTF-8 arrive as halves of characters."""

import os
from pathlib import Path

import pytest

from cartesia_emulator import Emulator

from .conftest import Run

LONE = os.fsdecode(b"a\xff")
CLARA = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


@pytest.mark.parametrize(
    "arguments",
    [
        ("say", LONE),
        ("say", "Hi.", "--voice", LONE),
        ("say", "Hi.", "--voice", CLARA, "--model", LONE),
        ("say", "Hi.", "--voice", CLARA, "--language", LONE),
        ("say", "Hi.", "--voice", CLARA, "--emotion", LONE),
        ("voices", "list", LONE),
        ("voices", "get", LONE),
        ("voices", "update", CLARA, "--name", LONE),
        ("voices", "update", CLARA, "--description", LONE),
        ("voices", "delete", ".."),
        ("voices", "delete", ""),
    ],
    ids=ascii,
)
def test_text_that_cannot_be_sent_is_a_wrong_argument(
    emulator: Emulator, run: Run, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, *(["--output", "x.wav"] if arguments[0] == "say" else []))
    assert result.status == 2
    assert not result.stdout
    assert "error: " in result.stderr
    assert not Path("x.wav").exists()


def test_recordings_may_have_any_name(emulator: Emulator, run: Run) -> None:
    """Only what is sent must be text: the name gets a substitute."""
    name = f"{LONE}.wav"
    assert run("say", "Good morning.", "--output", name).status == 0
    assert b"morning" in run("transcribe", name).stdout.lower()
    assert run("clone", name, "--name", "Mine", "--language", "en").status == 0
    assert run("clone", name, "--name", LONE, "--language", "en").status == 2
    uploads = [seen.body for seen in emulator.requests if seen.path == "/voices/clone"]
    assert len(uploads) == 1
    assert b'filename="a?.wav"' in uploads[0]


@pytest.mark.parametrize("option", ["--api-key", "--host"])
def test_settings_of_the_emulator_that_are_no_text(run: Run, option: str) -> None:
    assert run("emulate", "--engine", "tone", option, LONE, "--", "true").status == 2
