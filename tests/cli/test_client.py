"""Recordings that commands upload."""

import os
from pathlib import Path

import pytest

from cartesia_emulator import Emulator

from .conftest import Run

LONE = os.fsdecode(b"a\xff")


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


def test_names_of_files_may_be_any_bytes(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    name = "\udcff.wav"
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert run("say", "Good morning.", "-o", name) == (0, b"", "")
    assert run("transcribe", name, "--json").objects[0]["file"] == name
    assert run("transcribe", f"no{name}").error == "no\\udcff.wav: No such file or directory"


def test_a_voice_is_cloned_from_stdin(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    assert run("say", "Good morning to all of you out there.", "-o", "a.wav").status == 0
    clip = (tmp_path / "a.wav").read_bytes()
    made = run("clone", "-", "--name", "A", "--language", "en", stdin=clip)
    assert made.status == 0
    assert len(made.lines) == 1
