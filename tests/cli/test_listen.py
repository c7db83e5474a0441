"""The command ``listen``: files, stdin and the microphone, against the emulator."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator.audio import pcm
from cartesia_stream.cli import listen
from cartesia_stream.cli.output import Progress
from cartesia_stream.play import Microphone, MicrophoneError

from ..scenarios.recordings import PAUSE, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartesia_emulator import Emulator

    from .conftest import Run

AUDIO = PAUSE[:6400] + said("Hello.") + PAUSE + said("Bye.")
RAW = ("--format", "pcm_s16le", "--sample-rate", "16000")


@pytest.fixture
def clip(emulator: Emulator, run: Run) -> str:
    samples = pcm.decode(AUDIO, "pcm_s16le")
    Path("clip.wav").write_bytes(pcm.wav_bytes(samples, 16000, "pcm_s16le"))
    return "clip.wav"


def test_each_turn_is_a_line(run: Run, clip: str) -> None:
    heard = run("listen", clip)
    assert (heard.status, heard.lines, heard.stderr) == (0, ["Hello.", "Bye."], "")


def test_push_writes_down_the_whole_file(run: Run, clip: str, emulator: Emulator) -> None:
    terms = ("--keyterm", "Bye", "--keyterm", "a b")
    heard = run("listen", clip, "--push", "--language", "en", *terms)
    assert (heard.status, heard.lines) == (0, ["Hello.Bye."])  # the tones have no space
    (call,) = [call for call in emulator.requests if call.path == "/stt/websocket"]
    assert {("language", "en"), ("keyterm", "Bye"), ("keyterm", "a b")} <= set(call.query)


def test_json_has_every_event_and_a_summary(run: Run, clip: str) -> None:
    *events, done, summary = run("listen", clip, "--json").objects
    kinds = [event["type"] for event in events]
    assert kinds[0] == "turn.start"
    assert kinds.count("turn.end") == 2
    assert done == {"type": "done"}
    assert [event["text"] for event in events if event["type"] == "turn.end"] == ["Hello.", " Bye."]
    assert summary["text"] == "Hello. Bye."
    assert summary["duration"] == pytest.approx(len(AUDIO) / 32000)
    assert len(summary["request_ids"]) == 1


def test_json_of_dictation_has_words(run: Run, clip: str) -> None:
    lines = run("listen", clip, "--push", "--model", "ink-whisper", "--json").objects
    words = [word["text"] for line in lines for word in line.get("words", ())]
    assert words == ["Hello.Bye."]


# --- stdin


def test_stdin_may_be_a_wav_file(run: Run, clip: str) -> None:
    assert run("listen", "-", stdin=Path(clip).read_bytes()).lines == ["Hello.", "Bye."]


def test_stdin_may_be_raw(run: Run, emulator: Emulator) -> None:
    assert run("listen", "-", *RAW, stdin=AUDIO).lines == ["Hello.", "Bye."]
    assert run("listen", "-", "--format", "pcm_s16le", stdin=AUDIO).lines == ["Hello.", "Bye."]


@pytest.mark.parametrize("header", [True, False])
def test_turns_of_a_pipe_are_printed_while_it_is_open(emulator: Emulator, header: bool) -> None:
    """Also if its first bytes come one by one."""
    command = [sys.executable, "-m", "cartesia_stream", "listen", "-", *([] if header else RAW)]
    audio = AUDIO + PAUSE
    data = pcm.wav_bytes(pcm.decode(audio, "pcm_s16le"), 16000, "pcm_s16le") if header else audio
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for at in range(20):
            os.write(process.stdin.fileno(), data[at : at + 1])
        process.stdin.write(data[20:])
        process.stdin.flush()
        assert process.stdout.readline() == b"Hello.\n"
        assert process.stdout.readline() == b"Bye.\n"
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, b"", b"")


RAW_AUDIO = (
    "the audio is not WAV, MP3, FLAC or Ogg Vorbis: give its format if it is raw, such as "
    "--format pcm_s16le --sample-rate 16000"
)


@pytest.mark.parametrize(
    ("options", "stdin", "message"),
    [
        (("-",), AUDIO, RAW_AUDIO),
        (("audio.raw",), b"", RAW_AUDIO),
        (("-",), b"", "stdin is empty; if that is right, give its format"),
        (("-",), b"RIFF\0\0\0\0WAVE", ""),
        (("nofile.wav",), b"", "nofile.wav: No such file or directory"),
        ((".",), b"", ".: Is a directory"),
        (("clip.wav", "--language", "en"), b"", "--language needs --push"),
        (("--push",), b"", "--push needs a recording, or a terminal"),
        (("-", *RAW[:3], "5"), b"", "sample_rate is 5"),
        (("clip.wav", "--format", "pcm_mulaw"), b"", "the WAV file has pcm_s16le"),
        (("clip.wav", "--model", "ink-whisper"), b"", ""),
        (("clip.wav", "--keyterm", "a" * 1300), b"", ""),
    ],
)
def test_wrong_calls(
    run: Run, clip: str, emulator: Emulator, options: tuple[str, ...], stdin: bytes, message: str
) -> None:
    Path("audio.raw").write_bytes(AUDIO)
    failed = run("listen", *options, stdin=stdin)
    assert (failed.status, failed.error[: len(message)]) == (2, message)
    assert not emulator.requests


def test_turns_and_push_exclude_each_other(run: Run) -> None:
    failed = run("listen", "a.wav", "--turns", "--push")
    assert failed.status == 2
    assert "not allowed with argument" in failed.stderr


def test_audio_does_not_come_from_a_terminal(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, slave = os.openpty()
    try:
        failed = run("listen", "-", stdin=slave)
    finally:
        os.close(master)
    assert failed.status == 2
    assert failed.error.startswith("stdin is a terminal; pipe audio")


# --- failures


def test_what_was_heard_before_a_failure_is_printed(
    run: Run, clip: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = listen.Report.event

    def event(self: listen.Report, event: Any) -> None:
        report(self, event)
        if event.type == "turn.end":
            emulator.stop()

    monkeypatch.setattr(listen.Report, "event", event)
    failed = run("listen", clip)
    assert failed.status == 1
    assert failed.lines == ["Hello."]
    assert "the connection ended before the listener did; the text of" in failed.stderr
    assert "cannot connect" in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_lost_connection_is_replaced(run: Run, clip: str, emulator: Emulator) -> None:
    emulator.inject("drop-after-audio", 8, path="/stt/turns/websocket")
    heard = run("listen", clip)
    assert (heard.status, heard.lines, heard.stderr) == (0, ["Hello.", "Bye."], "")


def test_a_service_that_does_not_answer_is_an_error_in_time(
    run: Run, clip: str, emulator: Emulator
) -> None:
    emulator.inject("stall", path="/stt/websocket")
    failed = run("listen", clip, "--push", "--timeout", "0.2")
    assert failed.status == 1
    assert failed.error


def test_a_reader_that_leaves_early_is_no_drama(run: Run, clip: str) -> None:
    command = [sys.executable, "-m", "cartesia_stream", "listen", clip]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"Hello.\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(run: Run, emulator: Emulator, number: signal.Signals) -> None:
    """While it waits for audio on a pipe."""
    command = [sys.executable, "-m", "cartesia_stream", "listen", "-", *RAW]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(AUDIO)
        process.stdin.flush()
        assert process.stdout.readline() == b"Hello.\n"
        process.send_signal(number)
        assert process.wait(20) == 128 + number
        assert process.stderr is not None
        assert process.stderr.read() == b""


# --- the terminal


def test_partials_are_shown_on_a_terminal_only(
    run: Run, clip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    heard = run("listen", clip)
    assert heard.lines == ["Hello.", "Bye."]
    assert "\rHello.\x1b[K" in heard.stderr
    assert heard.stderr.endswith("\r\x1b[K")


def test_a_partial_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "10")
    Progress().show("a very long text \x1b[2J\n.")
    assert capsys.readouterr().err == "\r\\x1b[2J .\x1b[K"


# --- the microphone


class Spoken(Microphone):
    """A microphone that hears a recording, and then silence."""

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        blocks = super().__iter__()
        for at in range(0, len(AUDIO), 640):
            yield AUDIO[at : at + 640]
        yield from blocks


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch) -> list[Spoken]:
    made: list[Spoken] = []

    def make(fmt: Any = None) -> Spoken:
        made.append(Spoken(fmt, backend="NULL"))
        return made[-1]

    monkeypatch.setattr("cartesia_stream.play.Microphone", make)
    return made


def test_without_a_file_the_microphone_is_heard(
    run: Run, emulator: Emulator, microphone: list[Spoken], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until Ctrl-C, which closes it."""
    report = listen.Report.event

    def event(self: listen.Report, event: Any) -> None:
        report(self, event)
        if getattr(event, "text", "") == " Bye." and event.type == "turn.end":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(listen.Report, "event", event)
    heard = run("listen")
    assert (heard.status, heard.lines, heard.stderr) == (130, ["Hello.", "Bye."], "")
    assert microphone[0]._device is None


def test_keys_end_utterances_and_the_audio(
    run: Run, emulator: Emulator, microphone: list[Spoken]
) -> None:
    """Enter asks for the text; Ctrl-D ends the last utterance."""
    master, slave = os.openpty()
    finalize = threading.Timer(1.5, lambda: os.write(master, b"\n"))
    end = threading.Timer(2.5, lambda: os.write(master, b"\x04"))
    finalize.start()
    end.start()
    heard = run("listen", "--push", stdin=slave)
    end.join()
    os.close(master)
    assert heard.status == 0
    assert "".join(heard.lines) == "Hello.Bye."
    assert heard.stderr == "Listening. Enter ends an utterance, Ctrl-D the last one.\n"


def test_without_a_microphone_a_recording_is_suggested(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object) -> None:
        raise MicrophoneError("no microphone was found")

    monkeypatch.setattr("cartesia_stream.play._open_microphone", none)
    failed = run("listen")
    assert failed.status == 1
    assert failed.error == "no microphone was found; or give the name of a recording"


def test_without_the_package_the_remedies_are_told(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    failed = run("listen")
    assert failed.status == 2
    assert "cartesia-stream[play]" in failed.error
    assert "recording" in failed.error
