"""Subtitles: words become cues, and cues the two usual formats."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import PCM_24K, Audio, ConfigurationError, Timing, Transcript
from cartesia_stream.models import Transcription
from cartesia_stream.subtitles import LINE, LONGEST_S, srt, vtt

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME = re.compile(r"(\d\d):(\d\d):(\d\d)[,.](\d\d\d)")


def spoken(text: str, *, each: float = 0.4, start: float = 0.0) -> list[Timing]:
    """Words that follow each other without a pause."""
    return [
        Timing(word, start + number * each, start + (number + 1) * each)
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
    assert srt(words) == (
        "1\n00:00:00,000 --> 00:00:01,000\nGood morning.\n\n"
        "2\n00:00:02,000 --> 00:00:03,200\nHow are you?\n"
    )


def test_vtt() -> None:
    words = [*spoken("Good morning."), *spoken("How are you?", start=3602.0)]
    assert vtt(words) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.000\nGood morning.\n\n"
        "01:00:02.000 --> 01:00:03.200\nHow are you?\n"
    )


def test_silence_has_no_cues() -> None:
    assert srt([]) == ""
    assert vtt([]) == "WEBVTT\n"


def test_long_speech_is_cut_into_cues_that_can_be_read() -> None:
    """Two lines each, not too long, in order and without overlap; no word is lost."""
    text = "one sentence without any end that goes on and on " * 20
    found = cues(srt(spoken(text, each=0.3)))
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
    lines = [lines for _, _, lines in cues(srt(words))]
    assert lines == [["This is a whole sentence."], ["And another"], ["after a pause."]]


def test_slow_speech_is_cut_by_time() -> None:
    for start, end, _ in cues(srt(spoken("a b c d e f g h i j", each=1.5))):
        assert end - start <= LONGEST_S


def test_times_never_run_backwards() -> None:
    """Whatever the service says: a player must get each cue with a duration."""
    words = [
        Timing("one", 1.0, 0.5),
        Timing("two", 0.2, 0.3),
        Timing("three", math.nan, math.inf),
        Timing("four.", -1.0, -1.0),
        Timing("", 5.0, 6.0),
        Timing("five", 9.0, 9.0),
    ]
    found = cues(srt(words))
    assert [lines for _, _, lines in found] == [["one two four."], ["five"]]
    assert all(start < end for start, end, _ in found)
    assert found[0][1] <= found[1][0]


def test_times_are_rounded_without_an_overflow_of_the_seconds() -> None:
    assert "00:00:59,999 --> 00:01:01,000" in srt([Timing("a", 59.9994, 60.9996)])
    assert "00:01:00,000 --> " in srt([Timing("a", 59.9996, 61.0)])


def test_a_language_without_spaces_gets_none() -> None:
    words = [Timing("你好", 0, 1), Timing("世界", 1, 2), Timing("再见", 2, 3)]
    assert "\n你好世界再见\n" in srt(words, "你好世界再见")
    assert "\n你好 世界 再见\n" in srt(words)


def test_marks_of_the_formats_are_text() -> None:
    words = spoken("1 < 2 & a --> b <i>")
    assert "\n1 &lt; 2 &amp; a --&gt; b &lt;i&gt;\n" in vtt(words)
    assert srt(words).count("-->") == 1


def test_a_line_break_cannot_end_a_cue() -> None:
    assert srt([Timing("a\n\nb", 0, 1)]).endswith("\na b\n")


def test_wide_letters_take_the_place_of_two() -> None:
    """A line breaks between them, but not before a comma and not after a bracket."""
    text = "今天天气很好，我们去公园散步吧。你想带什么东西吃呢？（面包和水果）都可以。" * 3  # noqa: RUF001
    words = [Timing(letter, n * 0.1, n * 0.1 + 0.1) for n, letter in enumerate(text)]
    found = cues(srt(words, text))
    assert "".join(line for _, _, lines in found for line in lines) == text
    for _, _, lines in found:
        assert len(lines) <= 2
        assert all(len(line) <= LINE / 2 for line in lines)
        assert not any(line.startswith(("，", "。", "）")) for line in lines[1:])  # noqa: RUF001
        assert not any(line.endswith("（") for line in lines[:-1])  # noqa: RUF001


def test_a_word_longer_than_a_line_is_cut() -> None:
    found = cues(srt([Timing("a" * 70, 0, 2), Timing("end.", 2, 3)]))
    assert found == [(0, 3, ["a" * 38, "a" * 32 + " end."])]


times = st.floats(0, 4000) | st.just(math.nan) | st.floats(-5, 5)
timings = st.builds(Timing, st.text(max_size=60), times, times)


@given(st.lists(timings, max_size=12) | st.lists(timings, max_size=3).map(lambda one: one * 6))
def test_any_words_make_cues_that_a_player_shows(words: list[Timing]) -> None:
    """In order, without overlap, each with a length and without an empty line."""
    shown = srt(words)
    assert vtt(words).count("\n\n") == shown.count("\n\n") + (1 if shown else 0)
    spans = re.findall(r"^(\S+) --> (\S+)$", shown, re.MULTILINE)
    points = [milliseconds(point) for span in spans for point in span]
    assert points == sorted(points)
    assert all(milliseconds(start) < milliseconds(end) for start, end in spans)


def milliseconds(point: str) -> int:
    hours, minutes, seconds, rest = map(int, re.split("[:,.]", point))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


# --- where they come from


def audio(text: str, words: Sequence[Timing]) -> Audio:
    return Audio(data=b"\0\0", format=PCM_24K, words=tuple(words), text=text)


def transcript(text: str, words: Sequence[Timing]) -> Transcript:
    return Transcript(text=text, pieces=(text,), words=tuple(words), duration=1.0, request_ids=())


@pytest.mark.parametrize("make", [audio, transcript])
def test_audio_and_transcripts_have_both_formats(make: Any) -> None:
    """They know where the spaces stand."""
    words = [Timing("你好", 0, 1), Timing("世界", 1, 2)]
    spoken = make("你好世界", words)
    assert spoken.srt() == srt(words, "你好世界")
    assert spoken.vtt() == vtt(words, "你好世界")
    assert spoken.srt().endswith("\n你好世界\n")


def test_a_transcription_has_words_of_its_own() -> None:
    whole = Transcription.from_dict(
        {
            "type": "transcript",
            "text": "Hi, you.",
            "words": [
                {"word": "Hi,", "start": 0.0, "end": 0.5},
                {"word": "you.", "start": 0.5, "end": 1.5},
            ],
        }
    )
    assert srt(whole) == "1\n00:00:00,000 --> 00:00:01,500\nHi, you.\n"
    assert vtt(whole) == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHi, you.\n"


@pytest.mark.parametrize("spoken", [audio("Hi.", ()), audio("", ()), transcript("Hi.", ())])
@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_without_times_the_error_says_how_to_get_them(spoken: Any, kind: str) -> None:
    with pytest.raises(ConfigurationError, match="add_timestamps=True"):
        getattr(spoken, kind)()


def test_a_transcription_without_times_is_an_error() -> None:
    whole = Transcription.from_dict({"type": "transcript", "text": "Hi.", "words": None})
    with pytest.raises(ConfigurationError, match="timestamp_granularities"):
        srt(whole)


def test_silence_that_was_listened_to_is_no_error() -> None:
    assert transcript("", ()).srt() == ""
    assert transcript(" ", ()).vtt() == "WEBVTT\n"
