"""Subtitles: words become cues, and cues the two usual formats."""

import itertools
import math
import re

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli.subtitles import LINE, LONGEST_S, Word, subtitles

from .conftest import Run

TIME = re.compile(r"(\d\d):(\d\d):(\d\d)[,.](\d\d\d)")


def spoken(text: str, *, each: float = 0.4, start: float = 0.0) -> list[Word]:
    """Words that follow each other without a pause."""
    return [
        Word(word, start + number * each, start + (number + 1) * each)
        for number, word in enumerate(text.split())
    ]


def cues(srt: str) -> list[tuple[float, float, list[str]]]:
    """Start, end and lines of each cue, which must be numbered from 1."""
    found = []
    for number, block in enumerate(srt.split("\n\n") if srt else [], 1):
        head, times, *lines = block.rstrip("\n").split("\n")
        assert head == str(number)
        start, end = (
            int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000
            for h, m, s, ms in TIME.findall(times)
        )
        found.append((start, end, lines))
    return found


def test_srt() -> None:
    words = [*spoken("Good morning."), *spoken("How are you?", start=2.0)]
    assert subtitles("srt", words) == (
        "1\n00:00:00,000 --> 00:00:01,000\nGood morning.\n\n"
        "2\n00:00:02,000 --> 00:00:03,200\nHow are you?\n"
    )


def test_vtt() -> None:
    words = [*spoken("Good morning."), *spoken("How are you?", start=3602.0)]
    assert subtitles("vtt", words) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.000\nGood morning.\n\n"
        "01:00:02.000 --> 01:00:03.200\nHow are you?\n"
    )


def test_silence_has_no_cues() -> None:
    assert subtitles("srt", []) == ""
    assert subtitles("vtt", []) == "WEBVTT\n"


def test_long_speech_is_cut_into_cues_that_can_be_read() -> None:
    """Two lines each, not too long, in order and without overlap; no word is lost."""
    text = "one sentence without any end that goes on and on " * 20
    found = cues(subtitles("srt", spoken(text, each=0.3)))
    assert len(found) > 5
    for start, end, lines in found:
        assert 0 < end - start <= LONGEST_S
        assert len(lines) <= 2
        assert max(map(len, lines)) <= LINE
    for (_, end, _), (start, _, _) in itertools.pairwise(found):
        assert end <= start
    assert " ".join(line for _, _, lines in found for line in lines) == text.strip()


def test_a_pause_and_the_end_of_a_sentence_end_a_cue() -> None:
    words = [
        *spoken("This is a whole sentence. And another", each=0.25),
        *spoken("after a pause.", start=4.0),
    ]
    lines = [lines for _, _, lines in cues(subtitles("srt", words))]
    assert lines == [["This is a whole sentence."], ["And another"], ["after a pause."]]


def test_slow_speech_is_cut_by_time() -> None:
    for start, end, _ in cues(subtitles("srt", spoken("a b c d e f g h i j", each=1.5))):
        assert end - start <= LONGEST_S


def test_times_never_run_backwards() -> None:
    """Whatever the service says: a player must get each cue with a duration."""
    words = [
        Word("one", 1.0, 0.5),
        Word("two", 0.2, 0.3),
        Word("three", math.nan, math.inf),
        Word("four.", -1.0, -1.0),
        Word("", 5.0, 6.0),
        Word("five", 9.0, 9.0),
    ]
    found = cues(subtitles("srt", words))
    assert [lines for _, _, lines in found] == [["one two four."], ["five"]]
    assert all(start < end for start, end, _ in found)
    assert found[0][1] <= found[1][0]


def test_times_are_rounded_without_an_overflow_of_the_seconds() -> None:
    assert "00:00:59,999 --> 00:01:01,000" in subtitles("srt", [Word("a", 59.9994, 60.9996)])
    assert "00:01:00,000 --> " in subtitles("srt", [Word("a", 59.9996, 61.0)])


def test_a_language_without_spaces_gets_none() -> None:
    words = [Word("你好", 0, 1), Word("世界", 1, 2), Word("再见", 2, 3)]
    assert "\n你好世界再见\n" in subtitles("srt", words, "你好世界再见")
    assert "\n你好 世界 再见\n" in subtitles("srt", words)


def test_marks_of_the_formats_are_text() -> None:
    words = spoken("1 < 2 & a --> b <i>")
    assert "\n1 &lt; 2 &amp; a --&gt; b &lt;i&gt;\n" in subtitles("vtt", words)
    assert subtitles("srt", words).count("-->") == 1


def test_a_line_break_cannot_end_a_cue() -> None:
    assert subtitles("srt", [Word("a\n\nb", 0, 1)]).endswith("\na b\n")


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
