import sys
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


def test_a_file_that_fails_does_not_keep_the_others_from_their_turn(run: Run) -> None:
    Path("page.wav").write_text("<html>")
    heard = run("transcribe", "clip.wav", "nofile.wav", "page.wav", ".", "clip.wav")
    assert heard.status == 1
    assert [line.partition(": ")[0] for line in heard.lines] == ["clip.wav", "clip.wav"]
    missing, page, folder = heard.stderr.splitlines()
    assert missing == "cartesia-stream: error: nofile.wav: No such file or directory"
    assert page.startswith("cartesia-stream: error: page.wav: 415")
    assert folder == "cartesia-stream: error: .: Is a directory"


def test_with_json_each_file_that_succeeds_has_its_line(run: Run) -> None:
    heard = run("transcribe", "nofile.wav", "clip.wav", "--json")
    assert heard.status == 1
    assert [answer["file"] for answer in heard.objects] == ["clip.wav"]


def test_what_would_fail_for_every_file_is_told_once(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", "sk_car_planted_but_wrong")
    failed = run("transcribe", "clip.wav", "clip.wav")
    assert failed.status == 1
    assert failed.error.startswith("401")


def test_uploads_show_their_progress_on_a_terminal_only(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line disappears when the answer is there; a log file gets none of it."""
    assert run("say", "Good morning.", "-o", "a.wav").status == 0
    assert not run("transcribe", "a.wav").stderr
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = run("transcribe", "a.wav").stderr
    assert "\ra.wav: waiting for the answer" in shown
    assert shown.endswith("\r\x1b[K")
