"""Which part of a text each timed word speaks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import Timing
from cartesia_stream._text.align import Alignment, Source


def timed(*words: str) -> list[Timing]:
    """Words of a second each."""
    return [Timing(word, float(n), n + 1.0) for n, word in enumerate(words)]


def spoken(text: str, *words: str, finish: bool = False) -> list[str]:
    """The text up to each mark, for timed words."""
    alignment = Alignment(Source(text))
    alignment.add(timed(*words))
    if finish:
        alignment.finish()
    source = alignment.source
    ends = [0, *source.ends]
    return [text[: ends[source.words_to(mark.place)]] for mark in alignment.marks]


# --- words of the text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, world!", ["Hello,", " world!"]),
        ("  Hi ", ["  Hi"]),
        ("(a) <b>c</b>.", ["(a)", " <b>c</b>."]),
        ("<spell>A B</spell> c", ["<spell>A B</spell>", " c"]),
        ("ab\u4e00\u4e01", ["ab", "\u4e00", "\u4e01"]),
        ("", []),
        ("<break/>", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    """A word has the punctuation and closing tags behind it; other tags go with the next one."""
    source = Source(text)
    assert [text[start:end] for start, end in pairwise([0, *source.ends])] == words


@given(st.lists(st.text("ab, .<>/\u4e00\u0301", max_size=6), max_size=8))
def test_pieces_give_the_words_of_the_whole(pieces: list[str]) -> None:
    grown, whole = Source(), Source("".join(pieces))
    for piece in pieces:
        grown.append(piece)
    assert (grown.text, grown.letters) == (whole.text, whole.letters)
    assert (grown.ends, grown.letter_ends) == (whole.ends, whole.letter_ends)


# --- timed words in the text


def test_words_as_they_are_written() -> None:
    assert spoken("One two three.", "One", "two", "three.") == ["One", "One two", "One two three."]


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["onetwo", "three"], "One, two three"),  # glued
        (["one", "two", "th", "ree"], "One, two three"),  # split
        (["ONE!", "Two", "three", "..."], "One, two three"),  # other case and punctuation
    ],
)
def test_glue_splits_and_punctuation_do_not_matter(words: list[str], last: str) -> None:
    assert spoken("One, two three four", *words)[-1] == last


def test_words_that_are_spoken_otherwise_are_bridged() -> None:
    """The words before and after them hold the place."""
    marks = spoken("At 7:30 we leave for home.", "At", "seven", "thirty", "we", "leave", "for")
    assert marks[0] == "At"
    assert marks[-1] == "At 7:30 we leave for"


def test_words_that_got_no_times_are_passed_over() -> None:
    text = "Please listen carefully to everything that follows now."
    assert spoken(text, "Please", "everything", "that")[-1] == (
        "Please listen carefully to everything that"
    )


def test_the_end_gives_the_rest_to_the_last_words() -> None:
    assert spoken("Call 911", "Call", "nine", "eleven", finish=True)[-1] == "Call 911"


@given(
    st.lists(st.sampled_from(["one", "two", "three", "x", "7"]), max_size=12),
    st.lists(st.sampled_from(["one", "two", "three", "x", "seven"]), max_size=12),
)
def test_marks_go_forwards(text: list[str], words: list[str]) -> None:
    """In time and in the text, whatever is reported."""
    alignment = Alignment(Source(" ".join(text)))
    for word in timed(*words):
        alignment.add([word])
        marks = alignment.marks
        assert all(a.end <= b.end and a.place <= b.place for a, b in pairwise(marks))
        assert all(mark.place <= len(alignment.source.letters) for mark in marks)


def test_a_new_take_goes_on_from_a_place() -> None:
    alignment = Alignment(Source("One two three."))
    alignment.add(timed("One", "two"))
    alignment.rewind(1, len("one"))
    alignment.add([Timing("two", 5.0, 6.0)])
    assert [(mark.end, mark.place) for mark in alignment.marks] == [(1.0, 3), (6.0, 6)]
