"""The command line makes subtitles of speech and of recordings."""

import pytest

from cartesia_emulator import Emulator

from ..test_subtitles import cues
from .conftest import Run


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_a_recording_is_transcribed_to_subtitles(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert run("say", "Good morning, world.", "-o", "a.wav").status == 0
    shown = run("transcribe", "a.wav", f"--{kind}")
    assert shown.status == 0
    assert shown.stdout.startswith(b"WEBVTT\n\n00:" if kind == "vtt" else b"1\n00:")
    assert b" --> " in shown.stdout
    assert b"morning" in shown.stdout.lower()


@pytest.mark.parametrize("transport", ["websocket", "sse"])
@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_speech_comes_with_subtitles(
    emulator: Emulator, run: Run, transport: str, kind: str
) -> None:
    options = ("--transport", transport, "--subtitles", f"a.{kind}")
    assert run("say", "Good morning, world.", "-o", "a.wav", *options) == (0, b"", "")
    text = run("transcribe", "a.wav", f"--{kind}").stdout.decode()
    with open(f"a.{kind}", encoding="utf-8") as file:  # noqa: PTH123
        written = file.read()
    assert written.splitlines()[-1] == "Good morning, world."
    assert written.count("-->") == text.count("-->") == 1


def test_times_go_on_from_one_utterance_to_the_next(emulator: Emulator, run: Run) -> None:
    """Each utterance on stdin is a speech of its own."""
    text = b"One is the first of these sentences.\n" * 3
    assert run("say", "-o", "a.wav", "--subtitles", "a.srt", stdin=text).status == 0
    with open("a.srt", encoding="utf-8") as file:  # noqa: PTH123
        starts = [start for start, _, _ in cues(file.read())]
    assert len(starts) == 3
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--subtitles", "x.txt"), "--subtitles x.txt must end in .srt or .vtt"),
        (("--subtitles", "nowhere/x.srt"), "nowhere: there is no such folder"),
        (("--subtitles", "x.srt", "--transport", "bytes"), "--subtitles needs --transport"),
        (("--subtitles", "x.wav"), "name the same file"),
    ],
)
def test_wrong_subtitles_are_an_error_before_anything_is_written(
    emulator: Emulator, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    failed = run("say", "hi", "-o", "x.wav", *arguments)
    assert failed.status == 2
    assert message in failed.error
    assert not [seen for seen in emulator.requests if "tts" in seen.path]


def test_subtitles_are_for_one_recording_and_one_form(emulator: Emulator, run: Run) -> None:
    failed = run("transcribe", "a.wav", "b.wav", "--srt")
    assert (failed.status, failed.error) == (2, "--srt is for one file at a time")
    assert run("transcribe", "a.wav", "--srt", "--json").status == 2
