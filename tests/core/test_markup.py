"""What is no plain word in a transcript: tags, spelled words, scripts without spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._core.markup import (
    MAX_SPELL,
    Kind,
    Markup,
    extends,
    is_composed,
    is_spaceless,
    markup_at,
)


@pytest.mark.parametrize(
    ("text", "kind", "end"),
    [
        ('<break time="1s"/> a', Kind.TAG, 18),
        ("</em>", Kind.TAG, 5),
        ("[laughter] a", Kind.TAG, 10),
        ("<spell>A1</spell>.", Kind.SPELL, 17),
        ("<SPELL>a</Spell >", Kind.SPELL, 17),
        ("<spell/> a", Kind.TAG, 8),
        ("<spelling>a</spelling>", Kind.TAG, 10),
        ("<", Kind.OPEN, 1),
        ("<em", Kind.OPEN, 3),
        ("</", Kind.OPEN, 2),
        ("[", Kind.OPEN, 1),
        ("[laugh", Kind.OPEN, 6),
        ("<spell>A1", Kind.OPEN, 9),
        ("<spell>" + "a" * MAX_SPELL, Kind.TAG, 7),
    ],
)
def test_markup(text: str, kind: Kind, end: int) -> None:
    assert markup_at(text, 0) == Markup(kind, end)
    assert markup_at("é " + text, 2) == Markup(kind, end + 2)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "< b",
        "<3",
        "<>",
        "<a<b>",
        "<a\nb>",
        "[1]",
        "[_a]",
        "[]",
        "[a\nb]",
        f"<{'a' * 130}>",
    ],
)
def test_plain_text(text: str) -> None:
    assert markup_at(text, 0) is None


@given(
    st.lists(
        st.sampled_from(["<", ">", "/", "a", " ", "[", "]", "spell", "\n", '"']), min_size=1
    ).map("".join),
    st.text("<>/[] aspel\n", max_size=20),
)
def test_more_text_changes_only_what_is_open(text: str, more: str) -> None:
    for at in range(len(text)):
        found = markup_at(text, at)
        if found is None or found.kind is not Kind.OPEN:
            assert markup_at(text + more, at) == found


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("a", False),
        ("é", False),
        ("한", False),
        ("你", True),
        ("の", True),
        ("ไ", True),
        ("、", False),
    ],
)
def test_scripts_without_spaces(char: str, expected: bool) -> None:
    assert is_spaceless(char) is expected


@pytest.mark.parametrize(
    ("char", "expected"),
    [("a", False), ("\u0301", True), ("\u200d", True), ("\U0001f3fd", True), ("\uff9e", True)],
)
def test_marks_that_follow_their_base(char: str, expected: bool) -> None:
    assert extends(char) is expected


@pytest.mark.parametrize(
    ("text", "at"),
    [("e\u0301", 1), ("👩\u200d🚀", 1), ("👩\u200d🚀", 2), ("👍🏽", 1), ("\ud83d\ude00", 1)],
)
def test_cuts_that_take_a_character_apart(text: str, at: int) -> None:
    assert is_composed(text, at)
    assert not is_composed(text, 0)
    assert not is_composed(text, len(text))


def test_other_cuts() -> None:
    assert not any(is_composed("ab 你好.", at) for at in range(7))
