"""Recordings that commands upload."""

import io
import os
import sys
from pathlib import Path

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli.client import recording, uploading

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


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_upload_shows_how_far_it_is_and_leaves_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(KeyError), uploading("a.wav") as options:
        for sent, total in ((0, 4), (2, 4), (4, 4), (1_500_000, None)):
            options["progress"](sent, total)
        raise KeyError
    *shown, last = terminal.getvalue().split("\r")[1:]
    assert [text.removesuffix("\x1b[K") for text in shown] == [
        "a.wav: 0% sent",
        "a.wav: 50% sent",
        "a.wav: waiting for the answer",
        "a.wav: 1.5 MB sent",
    ]
    assert last == "\x1b[K"


def test_a_recording_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), recording(str(tmp_path / "a.wav")):
        pass


def test_a_recording_is_closed_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    with recording(str(path)) as file:
        assert file.file_name == "a.wav"
        payload = file.payload
        assert isinstance(payload, io.IOBase)
        assert payload.read() == b"RIFF"
    assert payload.closed
