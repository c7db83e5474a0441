from pathlib import Path

import pytest

from cartesia_emulator import Emulator

from .conftest import Run


@pytest.fixture(autouse=True)
def clip(emulator: Emulator, run: Run) -> None:
    assert run("say", "Good morning, world.", "-o", "clip.wav").status == 0


def test_one_file_is_one_line_of_text(run: Run) -> None:
    (line,) = run("transcribe", "clip.wav", "--language", "en").lines
    assert line.lower().startswith("good morning")


def test_several_files_are_told_apart(run: Run) -> None:
    lines = run("transcribe", "clip.wav", "clip.wav").lines
    assert [line.partition(": ")[0] for line in lines] == ["clip.wav", "clip.wav"]


def test_stdin_can_be_transcribed(run: Run, tmp_path: Path) -> None:
    heard = run("transcribe", "-", stdin=(tmp_path / "clip.wav").read_bytes())
    assert b"morning" in heard.stdout.lower()


def test_words_have_times(run: Run) -> None:
    text, *rows = run("transcribe", "clip.wav", "--words").lines
    assert [row.split()[2] for row in rows] == text.split()


def test_json_has_everything(run: Run) -> None:
    (answer,) = run("transcribe", "clip.wav", "--words", "--json").objects
    assert answer["file"] == "clip.wav"
    assert answer["duration"] > 0.5
    assert len(answer["words"]) == 3


def test_what_is_no_recording_is_an_error_of_the_service(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.wav").write_text("<html>")
    failed = run("transcribe", "page.wav")
    assert failed.status == 1
    assert "415" in failed.error


def test_a_missing_file_is_a_wrong_call(run: Run) -> None:
    failed = run("transcribe", "nofile.wav")
    assert failed.status == 2
    assert failed.error == "nofile.wav: No such file or directory"
