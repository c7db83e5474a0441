"""Standard streams as users have them: closed, full, in another encoding, terminals, pipes."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli import feed, main

from .conftest import Run

ENTRY = f"{sys.executable} -m cartesia_stream"


@pytest.fixture
def terminal() -> Iterator[int]:
    """A terminal for stdin, at which Ctrl-D has been typed after a line."""
    master, slave = os.openpty()
    os.write(master, b"Good morning.\n\x04")
    yield slave
    os.close(master)


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


# --- terminals


def test_text_from_a_terminal_is_asked_for(emulator: Emulator, run: Run, terminal: int) -> None:
    said = run("say", "-o", "a.wav", "--transport", "sse", stdin=terminal)
    assert said.status == 0
    assert said.stderr == "Type the text to speak, line by line. Ctrl-D ends it.\n"


def test_a_recording_does_not_come_from_a_terminal(
    emulator: Emulator, run: Run, terminal: int
) -> None:
    failed = run("transcribe", "-", stdin=terminal)
    assert failed.status == 2
    assert failed.error.startswith("stdin is a terminal; give the name of a recording")


def test_audio_does_not_go_to_a_terminal(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    failed = run("say", "Hi.", "-o", "-")
    assert failed.status == 2
    assert failed.error.startswith("stdout is a terminal; write a file with --output FILE.wav")


# --- text on stdin


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
@pytest.mark.parametrize(
    ("text", "offset"),
    [
        (b"\xff", 0),
        (b"caf\xe9 au lait", 3),
        (b"caf\xc3", 3),  # cut within a letter
        ("é".encode() + b"\xed\xa0\x80", 2),  # half of a surrogate pair
        (b"\xef\xbb\xbfword \x80", 8),  # bytes of a mark at the start count
        (b"a" * 65535 + "é".encode() + b"\xff", 65537),  # a letter across two reads
        (b"a" * 65535 + b"\xc3(", 65535),
        ("hello".encode("utf-16"), 0),
    ],
)
def test_text_that_is_not_utf_8_is_an_error_that_names_the_byte(
    emulator: Emulator, run: Run, tmp_path: Path, transport: str, text: bytes, offset: int
) -> None:
    failed = run("say", "-o", "x.wav", "--transport", transport, stdin=text)
    assert failed.status == 2
    assert f"stdin is not UTF-8: byte 0x{text[offset]:02x} at offset {offset};" in failed.error
    assert "--errors replace" in failed.error
    assert not list(tmp_path.glob("*x.*"))


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_text_that_is_not_utf_8_is_mended_on_request(
    emulator: Emulator, run: Run, transport: str
) -> None:
    options = ("--transport", transport, "--errors", "replace", "--timestamps")
    said = run("say", "-o", "x.wav", *options, stdin=b"caf\xe9 au lait")
    assert said.status == 0
    assert "caf\ufffd" in said.stderr


def test_endless_text_is_an_error_where_it_is_needed_whole(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_TEXT_BYTES", 1 << 20)
    failed = run("say", "-o", "x.wav", "--transport", "sse", stdin=b"word " * (1 << 18))
    assert failed.status == 2
    assert "longer than 1 MiB; --transport websocket" in failed.error


def test_an_endless_recording_is_an_error(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_RECORDING_BYTES", 1 << 20)
    failed = run("transcribe", "-", stdin=bytes((1 << 20) + 1))
    assert failed.status == 2
    assert "longer than 1 MiB; give the name of a file" in failed.error


def test_text_is_read_no_faster_than_it_is_spoken() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        source = feed.Feed(reading)
        taken = 0
        with pytest.raises(BlockingIOError):
            while taken < 1 << 26:
                taken += os.write(writing, b"word " * 1000)
                os.sched_yield()
        assert taken < 1 << 26
    finally:
        os.close(writing)
    assert len(source.text()) == taken
    os.close(reading)


@pytest.mark.parametrize("command", [("transcribe", "-"), ("clone", "-", "--name", "A")])
def test_no_recording_on_stdin(emulator: Emulator, run: Run, command: tuple[str, ...]) -> None:
    language = ("--language", "en")
    failed = run(*command, *language)
    assert (failed.status, failed.error) == (2, "stdin is empty; it must be a recording")


def test_a_voice_is_cloned_from_stdin(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    assert run("say", "Good morning to all of you out there.", "-o", "a.wav").status == 0
    clip = (tmp_path / "a.wav").read_bytes()
    made = run("clone", "-", "--name", "A", "--language", "en", stdin=clip)
    assert made.status == 0
    assert len(made.lines) == 1


# --- names and texts as bytes


@pytest.mark.parametrize(
    "arguments",
    [
        ("say", "\udcff", "-o", "x.wav"),
        ("say", "hi", "-o", "x.wav", "--voice", "\udcff"),
        ("voices", "list", "\udcff"),
        ("clone", "a.wav", "--language", "en", "--name", "\udcff"),
    ],
)
def test_text_that_is_not_utf_8_in_an_argument(
    emulator: Emulator, run: Run, arguments: tuple[str, ...]
) -> None:
    """Python hands it on as lone surrogates, which no service can be sent."""
    failed = run(*arguments)
    assert failed.status == 2
    assert "'\\udcff' is not valid UTF-8" in failed.stderr
    assert not emulator.requests


def test_names_of_files_may_be_any_bytes(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    name = "\udcff.wav"
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert run("say", "Good morning.", "-o", name) == (0, b"", "")
    assert run("transcribe", name, "--json").objects[0]["file"] == name
    assert run("transcribe", f"no{name}").error == "no\\udcff.wav: No such file or directory"
