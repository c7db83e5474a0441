# ruff: noqa: RUF001 - punctuation of many scripts
"""Which part of a text each timed word speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._text.align import Alignment, Source
from cartesia_stream.events import Timing


def aligned(text: str, said: str) -> Alignment:
    """After a word each second, all of which were reported."""
    alignment = Alignment(Source(text))
    for start, word in enumerate(said.split()):
        alignment.add([Timing(word, start, start + 0.8)])
    return alignment


def places(alignment: Alignment) -> list[tuple[float, str]]:
    """When which letters of the text had been spoken."""
    letters = alignment.source.letters
    return [(mark.end, letters[: mark.unit]) for mark in alignment.marks]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a <em>b</em>. c", ["a", "<em>b</em>.", "c"]),
        ("3.14, 7:30!", ["3.14,", "7:30!"]),
        ("word—word", ["word—", "word"]),
        ("你，好“世”界", ["你，", "好", "世”", "界"]),
        ("<spell>A B", ["<spell>A B"]),
        ("<spell>A</spell>B", ["<spell>A</spell>", "B"]),
        ("e\u0301 か\u3099き", ["e\u0301", "か\u3099", "き"]),
        ("a <b", ["a"]),
        ("... 🎉 —", ["...", "🎉", "—"]),
        ("20 % of $5 (or +1)", ["20", "%", "of", "$5", "or", "+1)"]),
        ("50%/h, C++ & [laughter]!", ["50%/h,", "C++", "&", "[laughter]!"]),
        ("(( “so” )) ?!", ["((", "so”", "))", "?!"]),
        ("👍🏽👨\u200d👩 é\u0301", ["👍🏽👨\u200d👩", "é\u0301"]),
    ],
)
def test_words_of_the_source(text: str, words: list[str]) -> None:
    """Words are runs without spaces or single characters, read the same in any pieces."""
    source, whole = Source(), Source(text)
    for char in text:
        source.append(char)
    assert (source.ends, source.letter_ends, source.letters, source.unit_ends, source.signs) == (
        whole.ends, whole.letter_ends, whole.letters, whole.unit_ends, whole.signs
    )  # fmt: skip
    assert source.text == text
    found, rest = [], text
    for start, end in zip([0, *whole.ends], whole.ends, strict=False):
        found.append(text[start:end])
        rest = text[end:]
    assert [word in part for word, part in zip(words, found, strict=True)] == [True] * len(words)
    assert rest == "" or not words or not rest.strip().isalnum()


def test_words_at_an_offset() -> None:
    """A word counts once all its letters are there."""
    source = Source("Hi, <b>you</b> there")
    assert source.letters == "hiyouthere"
    assert [source.words_to(place) for place in (0, 1, 2, 4, 5, 10)] == [0, 0, 1, 1, 2, 3]


def test_words_as_written() -> None:
    """Case, accents and punctuation do not count, and each word leaves a mark of its own."""
    alignment = aligned("Café, STRASSE!", "cafe\u0301 straße")
    assert places(alignment) == [(0.8, "cafe"), (1.8, "cafestrasse")]
    assert all(mark.agrees for mark in alignment.marks)


def test_words_written_otherwise_stay_open_until_enough_agree() -> None:
    """The place of a word that is not in the text follows from those behind it."""
    alignment = aligned("At 7:30 we leave together", "At seven thirty")
    before = [mark.agrees for mark in alignment.marks]
    alignment.add([Timing("we", 3, 3.8), Timing("leave", 4, 4.8), Timing("together", 5, 5.8)])
    assert before == [True, False, False]
    assert places(alignment)[2:] == [
        (2.8, "at730"),
        (3.8, "at730we"),
        (4.8, "at730weleave"),
        (5.8, "at730weleavetogether"),
    ]


def test_a_word_that_is_not_reported() -> None:
    """It has been heard when the next one begins."""
    alignment = aligned("one or two then three more", "one then three more")
    assert (1.0, "oneortwo") in places(alignment)


def test_words_that_are_not_in_the_text() -> None:
    """They prove no progress."""
    alignment = aligned("one two three", "one um er two three")
    assert places(alignment)[0] == (0.8, "one")
    assert places(alignment)[-1] == (4.8, "onetwothree")
    assert [mark.agrees for mark in alignment.marks] == [True, False, False, True, True]


def test_the_end_speaks_the_rest() -> None:
    """Once no more words come, the open ones stand for what is left, unless that is too much."""
    alignment = aligned("Call 911", "call nine one one")
    alignment.finish()
    assert places(alignment)[-1] == (3.8, "call911")
    alignment = aligned("one " + "and so on " * 9, "one zzz")
    alignment.finish()
    assert places(alignment)[-1][1] != alignment.source.letters


def test_text_that_comes_after_its_times() -> None:
    alignment = aligned("one ", "one two three")
    alignment.source.append("two three")
    alignment.review()
    assert places(alignment) == [(0.8, "one"), (1.8, "onetwo"), (2.8, "onetwothree")]


def test_a_stretch_without_times() -> None:
    """A phrase that stands further on is found there."""
    skipped = "nobody ever reported any of all these many words here " * 3
    alignment = aligned(
        f"one two {skipped} quick brown foxes jump", "one two quick brown foxes jump"
    )
    assert places(alignment)[-1] == (5.8, alignment.source.letters)


def test_going_on_from_a_place() -> None:
    """What is spoken anew is marked anew, and marks kept do not reach into it."""
    alignment = aligned("one two three", "one two three")
    alignment.rewind(2, len("one"), len("one"))
    assert places(alignment) == [(0.8, "one"), (1.8, "one")]
    alignment.add([Timing("two", 5, 5.8)])
    assert places(alignment)[-1] == (5.8, "onetwo")


@given(
    st.lists(st.sampled_from(["one", "two", "7:30", "<b>", "—", "你好"]), max_size=12).map(
        " ".join
    ),
    st.lists(st.sampled_from(["one", "two", "seven", "zzz", "你", ""]), max_size=40),
)
def test_marks_only_go_forward(text: str, said: list[str]) -> None:
    """Whatever is reported, times and places grow together and stay inside of the text."""
    alignment = Alignment(Source(text))
    for start, word in enumerate(said):
        alignment.add([Timing(word, start, start + 0.5)])
    alignment.finish()
    marks = alignment.marks
    assert [mark.end for mark in marks] == sorted(mark.end for mark in marks)
    assert [mark.unit for mark in marks] == sorted(mark.unit for mark in marks)
    assert all(0 <= mark.unit <= alignment.source.units for mark in marks)
