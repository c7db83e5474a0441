"""Output on standard streams as users have them: closed, full, in another encoding, terminals."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli import main

from .conftest import Run

ENTRY = f"{sys.executable} -m cartesia_stream"


def in_shell(script: str, folder: Path) -> tuple[int, bytes, bytes]:
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("{} voices list >&-", (1, b"", b"cartesia-stream: error: stdout: Bad file descriptor\n")),
        ("{} say Hi. -o a.wav >&- 2>&- <&-", (0, b"", b"")),
        ("{} say Hi. -o b.wav --timestamps 2>&-", (0, b"", b"")),
        ("{} say -o c.wav <&-", (1, b"", b"cartesia-stream: error: stdin: Bad file descriptor\n")),
        (
            "{} transcribe - <&-",
            (1, b"", b"cartesia-stream: error: stdin: Bad file descriptor\n"),
        ),
        ("{} sya 2>&-", (2, b"", b"")),
    ],
)
def test_a_closed_stream(
    emulator: Emulator, tmp_path: Path, script: str, expected: tuple[int, bytes, bytes]
) -> None:
    """No socket takes its number, and what needs it fails with its name."""
    assert in_shell(script.format(ENTRY), tmp_path) == expected
    assert all(path.read_bytes().startswith(b"RIFF") for path in tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="nothing is always full here")
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "{} say Hi. -o - >/dev/full",
            (1, b"", b"cartesia-stream: error: stdout: No space left on device\n"),
        ),
        (
            "{} --help >/dev/full",
            (1, b"", b"cartesia-stream: error: stdout: No space left on device\n"),
        ),
        ("{} transcribe nofile 2>/dev/full", (2, b"", b"")),
    ],
)
def test_a_full_stream(
    emulator: Emulator, tmp_path: Path, script: str, expected: tuple[int, bytes, bytes]
) -> None:
    assert in_shell(script.format(ENTRY), tmp_path) == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="nothing is always full here")
def test_a_full_device_is_named(emulator: Emulator, run: Run) -> None:
    failed = run("say", "Hi.", "-o", "/dev/full", "--format", "wav")
    assert (failed.status, failed.error) == (1, "/dev/full: No space left on device")


@pytest.mark.parametrize(
    "script",
    [
        "{{ {} say 'word word word word' --timestamps -o a.wav 2>&1 >&3; }} 3>&1 | true",
        "{} --help | true",
    ],
)
def test_a_reader_that_has_left_is_no_drama(
    emulator: Emulator, tmp_path: Path, script: str
) -> None:
    assert in_shell(script.format(ENTRY), tmp_path)[1:] == (b"", b"")


def in_ascii(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> bytes:
    """What a command prints in a locale without UTF-8."""
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, encoding="ascii")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        assert main(arguments) == 0
    return written.getvalue()


def test_json_is_json_in_any_locale(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("say", "Café.", "-o", "a.wav", "--json", "--timestamps")
    events = [json.loads(line) for line in in_ascii(monkeypatch, *command).splitlines()]
    assert [word["text"] for event in events for word in event.get("words", ())] == ["Café."]


def test_subtitles_are_utf_8_in_any_locale(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("say", "Café.", "-o", "a.wav").status == 0
    assert "Café" in in_ascii(monkeypatch, "transcribe", "a.wav", "--vtt").decode()
    assert b"Caf\\xe9" in in_ascii(monkeypatch, "transcribe", "a.wav")


def test_names_of_voices_cannot_steer_the_terminal(emulator: Emulator, run: Run) -> None:
    assert run("say", "Good morning to all of you out there.", "-o", "a.wav").status == 0
    (voice,) = run("clone", "a.wav", "--name", "plain", "--language", "en").lines
    assert run("voices", "update", voice, "--name", "\x1b[2J\nnew\x9b").status == 0
    (line,) = run("voices", "list", "--mine").lines
    assert line.split()[1:3] == ["\\x1b[2J", "new\\x9b"]


def test_audio_does_not_go_to_a_terminal(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    failed = run("say", "Hi.", "-o", "-")
    assert failed.status == 2
    assert failed.error.startswith("stdout is a terminal; write a file with --output FILE.wav")
