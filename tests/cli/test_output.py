"""Output on standard streams as users have them: closed, full, in another encoding, terminals."""

import io
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator import Emulator
from cartesia_stream import ConfigurationError
from cartesia_stream.cli import main, output

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


# --- lines


def test_a_time_is_readable() -> None:
    times = [0.0, 0.0004, 0.1404, 0.9994, 0.9996, 1.0, 3.21, 75.0]
    expected = ["0 ms", "0 ms", "140 ms", "999 ms", "1.0 s", "1.0 s", "3.2 s", "75.0 s"]
    assert list(map(output.seconds, times)) == expected


def test_columns_are_cut_except_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("1", "Clara", "A clear\nvoice"), ("12345", "", ""), ("1234", "Rosalind", "x")]
    output.table(rows, (4, 6))
    assert capsys.readouterr().out == (
        "1     Clara   A clear voice\n"  # a line break cannot begin another row
        "123…\n"
        "1234  Rosal…  x\n"
    )


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_steers_the_terminal(text: str) -> None:
    written = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        output.note(text)
    controls = {char for char in written.getvalue() if unicodedata.category(char) == "Cc"}
    assert controls <= {"\t", "\n"}


@pytest.mark.parametrize(
    ("error", "about", "line"),
    [
        (FileNotFoundError(2, "No such file", "a.wav"), "", "a.wav: No such file"),
        (FileNotFoundError(2, "No such file", "a.wav"), "a.wav", "a.wav: No such file"),
        (FileNotFoundError(2, "No such file", b"a.wav"), "b", "b: a.wav: No such file"),
        (OSError(28, "No space left"), "a.wav", "a.wav: No space left"),
        (OSError("odd"), "", "odd"),
        (ConfigurationError("two\n  lines"), "", "two lines"),
        (ValueError(), "", "ValueError"),
    ],
    ids=repr,
)
def test_an_error_is_one_line_that_names_what_it_is_about(
    capsys: pytest.CaptureFixture[str], error: Exception, about: str, line: str
) -> None:
    output.complain(error, about)
    assert capsys.readouterr().err == f"cartesia-stream: error: {line}\n"


@pytest.mark.parametrize(
    ("error", "filename"),
    [
        (OSError(28, "No space left"), "a.wav"),
        (OSError(28, "No space left", ".a.wav.part"), "a.wav"),
        (OSError(28, "No space left", "b.wav"), "b.wav"),
        (BrokenPipeError(32, "Broken pipe"), None),  # which nobody is told of
        (OSError("odd"), None),
    ],
    ids=repr,
)
def test_an_error_of_the_system_gets_the_name_that_users_know(
    error: OSError, filename: str | None
) -> None:
    with pytest.raises(type(error)) as caught, output.naming("a.wav"):
        raise error
    assert caught.value.filename == filename


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "10")
    bar = output.Progress()
    bar.clear()  # nothing was shown
    bar.show("one\ntwo \x1b[2J three")
    bar.clear()
    bar.clear()
    assert terminal.getvalue() == "\r[2J three\x1b[K\r\x1b[K"


def test_progress_is_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    bar = output.Progress()
    bar.show("one")
    bar.clear()
    assert capsys.readouterr().err == ""
