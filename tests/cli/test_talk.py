"""A conversation between two files: who speaks when, on the time line of the recording."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cartesia_emulator.audio import pcm
from cartesia_stream import PCM_24K
from cartesia_stream.play import MicrophoneError

from ..scenarios.hearing import transcript_of
from ..scenarios.recordings import said

if TYPE_CHECKING:
    from cartesia_emulator import Emulator

    from .conftest import Result, Run

STORY = "Once upon a time there was a very long story, and it went on and on."


@pytest.fixture(autouse=True)
def short_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cartesia_stream.cli.talk.TAIL_S", 1.5)


def record(*parts: str | float, name: str = "in.wav") -> None:
    """Write a recording of speech and of seconds of silence."""
    audio = b"".join(
        said(part) if isinstance(part, str) else bytes(2 * round(16000 * part)) for part in parts
    )
    Path(name).write_bytes(pcm.wav_bytes(pcm.decode(audio, "pcm_s16le"), 16000, "pcm_s16le"))


def played() -> bytes:
    with wave.open("out.wav", "rb") as file:
        return file.readframes(file.getnframes())


def talk(run: Run, *options: str) -> Result:
    done = run("talk", "--input", "in.wav", "--output", "out.wav", *options)
    assert done.status == 0, done.stderr
    return done


def last_sound(audio: bytes, until: float) -> float:
    """When the last sound before a moment was, in seconds."""
    samples = np.abs(np.frombuffer(audio, "<i2").astype(int))[: round(until * 24000)]
    return float(np.flatnonzero(samples > 50)[-1]) / 24000


def test_an_interruption_stops_the_agent_and_what_was_heard_is_printed(
    emulator: Emulator, run: Run
) -> None:
    """Within 300 ms of `turn.start`, on the clock of the audio."""
    record(1.5, "Stop.", 1.0)
    Path("script").write_text(f"{STORY}\nAll right.\n")
    events: list[dict[str, Any]] = talk(run, "--script", "script", "--json").objects
    story, turn, answer = events
    assert (turn["type"], turn["text"]) == ("user", "Stop.")
    assert answer["heard"] == "All right."
    assert answer["interrupted_at"] is None
    start = story["interrupted_at"]
    assert 1.5 < start < 2.0
    audio = played()
    silence = last_sound(audio, turn["at"])
    assert silence < start + 0.3
    cut = audio[: PCM_24K.nbytes(turn["at"])]
    heard = transcript_of(cut).split()
    assert STORY.startswith(story["heard"])
    assert story["heard"].split() == heard[: len(story["heard"].split())]
    assert 0 <= len(heard) - len(story["heard"].split()) <= 1  # a word that was cut
    assert 3 < len(heard) < len(STORY.split())
    assert transcript_of(audio[len(cut) :]) == "All right."


def test_without_a_script_the_agent_repeats_what_it_hears(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cartesia_stream.cli.talk.GREETING", "Hello.")
    record(1.0, "Good morning.", 0.8)
    assert talk(run).lines == [
        "agent: Hello.",
        "you: Good morning.",
        "agent: You said: Good morning.",
    ]


def test_an_interruption_is_one_line(emulator: Emulator, run: Run) -> None:
    record(1.2, "Stop.", 0.8)
    Path("script").write_text(f"{STORY}\n")
    story, turn = talk(run, "--script", "script").lines
    assert story.startswith("agent, interrupted after 1.")
    assert STORY.startswith(story.partition(": ")[2])
    assert turn == "you: Stop."


def test_noise_without_words_does_not_silence_the_agent(emulator: Emulator, run: Run) -> None:
    """It says the rest, so that every word is heard."""
    noise = np.random.default_rng(1).normal(0, 0.3, 3200).astype(np.float32)
    audio = np.concatenate([np.zeros(16000, np.float32), noise, np.zeros(16000, np.float32)])
    Path("in.wav").write_bytes(pcm.wav_bytes(audio, 16000, "pcm_s16le"))
    text = "One two three four five six seven."
    Path("script").write_text(text)
    first, rest = talk(run, "--script", "script", "--json").objects
    assert first["interrupted_at"] > 1.0
    assert first["heard"] + rest["heard"] == text


def test_both_sockets_may_be_lost(emulator: Emulator, run: Run) -> None:
    emulator.inject("drop", after=3, path="/tts/websocket")
    emulator.inject("drop-after-audio", 8, path="/stt/turns/websocket")
    record(2.5, "Good morning.", 0.8)
    Path("script").write_text("Who is there?\nGoodbye.")
    assert talk(run, "--script", "script").lines == [
        "agent: Who is there?",
        "you: Good morning.",
        "agent: Goodbye.",
    ]
    paths = [call.path for call in emulator.requests]
    assert paths.count("/tts/websocket") == 2
    assert paths.count("/stt/turns/websocket") == 2


def test_a_speech_that_fails_ends_the_conversation(emulator: Emulator, run: Run) -> None:
    emulator.inject("error", 400, path="/tts/websocket")
    record(20.0)
    failed = run("talk", "--input", "in.wav", "--output", "out.wav")
    assert failed.status == 1
    assert failed.error.startswith("400")
    assert not Path("out.wav").exists()


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--input", "in.wav"), 2, "--input and --output belong together"),
        (("--output", "out.wav"), 2, "--input and --output belong together"),
        (("--input", "in.wav", "--output", "-"), 2, "--output must be a file"),
        (("--input", "none.wav", "--output", "out.wav"), 2, "none.wav: No such file"),
        (("--input", "junk", "--output", "out.wav"), 2, "junk is no WAV file"),
        (("--input", "stereo.wav", "--output", "out.wav"), 2, "stereo.wav must be a WAV file"),
        (("--script", "none"), 2, "none: No such file"),
        (("--script", "empty"), 2, "empty is empty"),
        (("--script", "latin"), 2, "latin is not UTF-8"),
    ],
)
def test_wrong_options(
    emulator: Emulator, run: Run, options: tuple[str, ...], status: int, message: str
) -> None:
    record(0.1)
    Path("junk").write_bytes(b"<html>")
    Path("empty").write_text("\n \n")
    Path("latin").write_bytes(b"caf\xe9")
    with wave.open("stereo.wav", "wb") as file:
        file.setparams((2, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(8))
    failed = run("talk", *options)
    assert (failed.status, failed.error[: len(message)]) == (status, message)
    assert not emulator.requests


def test_without_a_microphone_a_recording_is_suggested(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object) -> None:
        raise MicrophoneError("no microphone was found")

    monkeypatch.setattr("cartesia_stream.play._open_microphone", none)
    failed = run("talk")
    assert (failed.status, failed.error) == (
        1,
        "no microphone was found; or give --input and --output",
    )
