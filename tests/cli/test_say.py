import errno
import io
import json
import os
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import AudioFormat
from cartesia_stream.play import PlaybackError, Player

from .conftest import Run

PAUSE = 0.7


def duration(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as file:
        frames, rate = file.getnframes(), file.getframerate()
        return float(frames / rate)


def transcript(run: Run, name: str) -> str:
    return run("transcribe", name).stdout.decode().strip().lower()


def test_a_text_becomes_a_wav_file_that_says_it(emulator: Emulator, run: Run) -> None:
    said = run("say", "Good morning, world.", "--output", "hello.wav")
    assert said == (0, b"", "")
    assert "good morning" in transcript(run, "hello.wav")


def test_an_mp3_file_is_asked_for_over_plain_http(emulator: Emulator, run: Run) -> None:
    assert run("say", "Good morning.", "-o", "hello.mp3").status == 0
    assert "good morning" in transcript(run, "hello.mp3")
    assert [seen.path for seen in emulator.requests if "tts" in seen.path] == ["/tts/bytes"]


@pytest.mark.parametrize("options", [["--timestamps"], ["--transport", "sse"]])
@pytest.mark.parametrize("output", ["hello.mp3", "-"])
def test_mp3_is_made_here_where_the_service_has_none(
    emulator: Emulator, run: Run, tmp_path: Path, output: str, options: list[str]
) -> None:
    """For words in time, and on any transport; as a file or while it is spoken."""
    said = run("say", "Good morning.", "-o", output, "--format", "mp3", *options)
    assert said.status == 0
    if output == "-":
        (tmp_path / "hello.mp3").write_bytes(said.stdout)
    assert "/tts/bytes" not in [seen.path for seen in emulator.requests]
    assert "good morning" in transcript(run, "hello.mp3")


def test_a_raw_file_holds_the_samples_alone(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    options = ("--encoding", "pcm_mulaw", "--sample-rate", "8000")
    assert run("say", "Good morning.", "-o", "line.raw", *options).status == 0
    data = (tmp_path / "line.raw").read_bytes()
    assert data
    assert not data.startswith(b"RIFF")
    heard = run("transcribe", "line.raw", *options)
    assert b"morning" in heard.stdout.lower()


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_every_transport_brings_the_same_audio(
    emulator: Emulator, run: Run, tmp_path: Path, transport: str
) -> None:
    assert run("say", "Good morning.", "-o", "a.wav", "--transport", transport).status == 0
    assert run("say", "Good morning.", "-o", "b.wav").status == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_stdout_gets_a_wav_stream(emulator: Emulator, run: Run) -> None:
    said = run("say", "Good morning.", "-o", "-")
    assert said.status == 0
    assert said.stdout.startswith(b"RIFF")
    assert not said.stderr


def test_stdout_gets_raw_samples_and_mp3_on_request(emulator: Emulator, run: Run) -> None:
    raw = run("say", "Good morning.", "-o", "-", "--format", "raw")
    assert AudioFormat().duration(len(raw.stdout)) > 0.3
    assert not raw.stdout.startswith(b"RIFF")
    mp3 = run("say", "Good morning.", "-o", "-", "--format", "mp3")
    assert mp3.stdout[:1] == b"\xff"


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
def test_a_wav_file_states_its_length(
    emulator: Emulator, run: Run, tmp_path: Path, transport: str, encoding: str
) -> None:
    options = ("--transport", transport, "--encoding", encoding)
    assert run("say", "Good morning.", "-o", "a.wav", *options).status == 0
    data = (tmp_path / "a.wav").read_bytes()
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    size = data.index(b"data") + 4
    assert int.from_bytes(data[size : size + 4], "little") + size + 4 == len(data)


@pytest.mark.parametrize("appended", [False, True])
def test_stdout_that_is_a_file(emulator: Emulator, tmp_path: Path, appended: bool) -> None:
    """The header gets the true length, and stays open where all is appended."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "cartesia_stream", "say", "Hello.", "-o", "-"]
    with (tmp_path / "a.wav").open("ab" if appended else "wb") as file:
        subprocess.run(command, stdout=file, env=environment, check=True, timeout=60)
    data = (tmp_path / "a.wav").read_bytes()
    length = 0xFFFF_FFFF if appended else len(data) - 8
    assert int.from_bytes(data[4:8], "little") == length
    assert data.count(b"RIFF") == 1


@pytest.mark.parametrize("name", ["a.wav", "a.raw"])
def test_a_file_that_was_there_keeps_its_mode(
    emulator: Emulator, run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).touch(0o600)
    assert run("say", "Good morning.", "-o", name).status == 0
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_to_and_never_replaced(
    emulator: Emulator, run: Run, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe.wav").read_bytes()))
    reader.start()
    assert run("say", "Good morning.", "-o", "pipe.wav").status == 0
    reader.join(10)
    assert read[0].startswith(b"RIFF")
    assert (tmp_path / "pipe.wav").is_fifo()


def test_words_go_to_stderr_with_their_times(emulator: Emulator, run: Run) -> None:
    said = run("say", "Good morning.", "-o", "a.wav", "--timestamps")
    rows = [row.split() for row in said.stderr.splitlines()]
    assert [row[2] for row in rows] == ["Good", "morning."]
    assert 0 <= float(rows[0][0]) <= float(rows[0][1]) <= float(rows[1][0])
    assert not said.stdout


def test_json_tells_events_by_size_and_a_summary(
    emulator: Emulator, run: Run, tmp_path: Path
) -> None:
    said = run("say", "Good morning.", "-o", "a.wav", "--timestamps", "--json")
    *events, summary = said.objects
    chunks = [event for event in events if event["type"] == "chunk"]
    words = [word for event in events for word in event.get("words", ())]
    assert events[-1]["type"] == "done"
    assert [word["text"] for word in words] == ["Good", "morning."]
    assert summary["type"] == "summary"
    assert summary["bytes"] == sum(chunk["bytes"] for chunk in chunks)
    assert summary["duration"] == pytest.approx(duration((tmp_path / "a.wav").read_bytes()))
    assert summary["time_to_first_audio"] > 0
    assert not said.stderr


def test_progress_is_told_on_request(emulator: Emulator, run: Run) -> None:
    said = run("say", "Good morning.", "-o", "a.wav", "--progress")
    assert "of speech to a.wav, first audio after" in said.stderr
    assert said.stderr.count("\n") == 1


def test_options_reach_the_service(emulator: Emulator, run: Run) -> None:
    manner = ("--speed", "1.2", "--volume", "0.8", "--emotion", "calm")
    choice = ("--model", "sonic-3", "--language", "en", "--voice", "Walter", "--transport", "sse")
    assert run("say", "Hello.", "-o", "a.wav", *choice, *manner).status == 0
    listing, speech = emulator.requests
    assert ("q", "Walter") in listing.query
    body = json.loads(speech.body)
    assert body["model_id"] == "sonic-3"
    assert body["language"] == "en"
    assert body["generation_config"] == {"speed": 1.2, "volume": 0.8, "emotion": "calm"}


@pytest.mark.parametrize("argument", [("-",), ()])
def test_stdin_is_spoken(emulator: Emulator, run: Run, argument: tuple[str, ...]) -> None:
    text = "\ufeffOne line.\nAnd another.\n".encode()
    assert run("say", *argument, "-o", "a.wav", stdin=text).status == 0
    heard = transcript(run, "a.wav")
    assert "one line" in heard
    assert "and another" in heard


@pytest.mark.parametrize("transport", ["sse", "bytes"])
def test_stdin_is_read_to_its_end_where_text_cannot_stream(
    emulator: Emulator, run: Run, transport: str
) -> None:
    said = run("say", "-o", "a.wav", "--transport", transport, stdin=b"One line.\nAnd another.\n")
    assert said.status == 0
    assert "and another" in transcript(run, "a.wav")


def test_text_after_a_pause_is_a_new_utterance_and_times_go_on(
    emulator: Emulator, run: Run
) -> None:
    reading, writing = os.pipe()

    def type_slowly() -> None:
        with os.fdopen(writing, "wb", buffering=0) as keyboard:
            keyboard.write("Caf\u00e9 ".encode()[:4])  # cut within a letter
            keyboard.write("Caf\u00e9 ".encode()[4:])
            keyboard.write(b"first.\n")
            time.sleep(2 * PAUSE)
            keyboard.write(b"\n")
            keyboard.write(b"Then second.\n")

    typist = threading.Thread(target=type_slowly)
    typist.start()
    said = run("say", "-o", "a.wav", "--timestamps", "--json", stdin=reading)
    typist.join()
    *events, summary = said.objects
    assert summary["utterances"] == 2
    words = [word for event in events for word in event.get("words", ())]
    assert [word["text"] for word in words] == ["Caf\u00e9", "first.", "Then", "second."]
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hi", "-o", "x.ogg"), "must end in .wav, .mp3 or .raw"),
        (("hi", "-o", "x.ogg", "--format", "mp3"), "the name of ogg"),
        (("hi", "-o", "x.mp3", "--format", "wav"), "the name of mp3"),
        (("hi", "-o", "x.WAV", "--format", "mp3"), "the name of wav"),
        (("hi", "-o", "x.wav", "--format", "raw"), "the name of wav"),
        (("hi", "-o", "x.raw", "--format", "wav"), "the name of raw"),
        (("hi", "-o", "-", "--json"), "both write to stdout"),
        (("hi", "-o", "x.mp3", "--transport", "bytes", "--timestamps"), "--timestamps need"),
        (("hi", "-o", "x.wav", "--transport", "bytes", "--timestamps"), "--timestamps need"),
        (("hi", "-o", "x.mp3", "--encoding", "pcm_s16le"), "encoding"),
        (("hi", "--format", "mp3"), "needs --output"),
        (("hi", "-o", "x.wav", "--speed", "9"), "speed is 9.0"),
        (("hi", "-o", "x.wav", "--sample-rate", "12345"), "sample_rate is 12345"),
        (("hi", "-o", "x.wav", "--voice", "Nobody"), "no voice is named 'Nobody'"),
        (("hi", "-o", "nowhere/x.wav"), "nowhere: there is no such folder"),
        (("hi", "-o", "nowhere/x.mp3"), "nowhere: there is no such folder"),
        (("hi", "-o", "nowhere/x.raw"), "nowhere: there is no such folder"),
        (("hi", "-o", "x.wav/", "--format", "wav"), "x.wav/ is the name of a folder"),
        (("hi", "-o", "."), "must end in .wav, .mp3 or .raw"),
        (("hi", "-o", ".", "--format", "wav"), "Is a directory"),
        (("hi", "-o", "", "--format", "wav"), "--output is empty"),
        (("", "-o", "x.wav"), "the text is empty"),
        (("  ", "-o", "x.wav"), "the text is empty"),
        (("-o", "x.wav"), "the text is empty"),
        (("-o", "x.mp3"), "the text is empty"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_no_file(
    emulator: Emulator, run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    failed = run("say", *arguments)
    assert failed.status == 2
    assert message in failed.error
    assert not list(tmp_path.glob("*x.*"))


def test_text_is_not_overwritten_by_its_audio(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Good morning.")
    notes = os.open(tmp_path / "notes.txt", os.O_RDONLY)
    failed = run("say", "-o", "notes.txt", "--format", "wav", stdin=notes)
    assert failed.status == 2
    assert failed.error == "--output notes.txt would overwrite the text on stdin"
    assert (tmp_path / "notes.txt").read_text() == "Good morning."


def test_a_file_that_cannot_be_written_is_told_by_its_own_name(
    emulator: Emulator, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by that of the part file, which nobody has asked for."""

    open_ = Path.open

    def read_only(path: Path, mode: str = "r", **kwargs: Any) -> object:
        if path.suffix == ".part":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return open_(path, mode, **kwargs)

    monkeypatch.setattr(Path, "open", read_only)
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    failed = run("say", "Hello.", "-o", "x.wav")
    assert (failed.status, failed.error) == (1, "x.wav: Permission denied")


def test_it_works_without_a_home(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE", "LANG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert run("say", "Hello.", "-o", "x.wav") == (0, b"", "")


def test_a_broken_stream_leaves_no_file(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    emulator.inject("drop", after=2, path="/tts/websocket")
    failed = run("say", "This is not heard to its end.", "-o", "x.wav")
    assert failed.status == 1
    assert "2 chunks" in failed.error
    assert not list(tmp_path.glob("*x.*"))


def test_an_error_of_the_service_is_told_with_its_code(emulator: Emulator, run: Run) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    failed = run("say", "Hello.", "-o", "x.wav", "--voice", unknown)
    assert failed.status == 1
    assert failed.error.startswith("404 voice_not_found: ")


def test_the_timeout_bounds_the_wait_for_audio(emulator: Emulator, run: Run) -> None:
    emulator.inject("stall", times=None)
    failed = run("say", "Hello.", "-o", "x.wav", "--timeout", "0.3")
    assert failed.status == 1
    assert "0.3 s" in failed.error


def test_without_the_package_the_remedies_are_told(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    failed = run("say", "Hello.")
    assert failed.status == 2
    assert 'pip install "cartesia-stream[play]"' in failed.error
    assert "--output" in failed.error


def test_without_a_loudspeaker_a_file_is_suggested_and_nothing_spoken(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object) -> None:
        raise PlaybackError("no loudspeaker was found")

    monkeypatch.setattr("cartesia_stream.play._open", none)
    failed = run("say", "Hello.")
    assert failed.status == 1
    assert failed.error == "no loudspeaker was found; write a file with --output FILE.wav"
    assert not emulator.requests


def test_say_plays_what_it_is_given(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "cartesia_stream.cli.sinks._player",
        lambda fmt: Player(fmt, backend="NULL"),  # silent
    )
    began = time.monotonic()
    assert run("say", "Hello.", "--progress").status == 0
    assert time.monotonic() - began > 0.3
