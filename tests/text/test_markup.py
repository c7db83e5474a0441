"""Tags, scripts without spaces and composed characters in a transcript."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._text.markup import (
    MAX_SPELL,
    Kind,
    extends,
    is_composed,
    is_spaceless,
    markup_at,
)

LONG = "<spell>" + "a" * MAX_SPELL


@pytest.mark.parametrize(
    ("text", "kind", "end"),
    [
        ("<break time='1s'/> x", Kind.TAG, 18),
        ("</emotion>", Kind.TAG, 10),
        ("[laughter] x", Kind.TAG, 10),
        ("<spell>AB 12</spell> x", Kind.SPELL, 20),
        ("<SPELL>AB</Spell > x", Kind.SPELL, 18),
        ("<spell/> x", Kind.TAG, 8),
        ("<spell>AB", Kind.OPEN, 9),
        (LONG, Kind.TAG, 7),
        ("<", Kind.OPEN, 1),
        ("<bre", Kind.OPEN, 4),
        ("[laugh", Kind.OPEN, 6),
    ],
)
def test_markup(text: str, kind: Kind, end: int) -> None:
    assert markup_at(text, 0) == (kind, end)


@pytest.mark.parametrize("text", ["a <b>", "< 3", "<3", "[1]", "[a\nb]", "<a\nb>", "<" + "b" * 200])
def test_what_is_plain_text(text: str) -> None:
    assert markup_at(text, 0) is None


@given(st.text("<>/[]spel b1\n", max_size=30), st.text("<>/[]spel b1\n", max_size=10))
def test_more_text_changes_only_what_is_open(text: str, more: str) -> None:
    for at in range(len(text)):
        markup = markup_at(text, at)
        if markup is None or markup.kind is not Kind.OPEN:
            assert markup_at(text + more, at) == markup


@pytest.mark.parametrize(("chars", "spaceless"), [("一あアก", True), ("aé한1 <", False)])
def test_scripts_without_spaces(chars: str, spaceless: bool) -> None:
    assert {is_spaceless(char) for char in chars} == {spaceless}


@pytest.mark.parametrize(
    ("chars", "joined"), [("\u0301\u200d\U0001f3fd\uff9e", True), ("ab 1", False)]
)
def test_what_continues_the_character_before_it(chars: str, joined: bool) -> None:
    assert {extends(char) for char in chars} == {joined}


def test_composed_characters() -> None:
    """No cut comes before a mark, a joiner, a modifier, or the second half of a pair."""
    for whole in ("e\u0301", "か\u3099", "👍🏽", "👩\u200d👧", "\ud83d\ude00", "ﾊﾟ"):
        assert all(is_composed(whole, at) for at in range(1, len(whole)))
        assert not is_composed(whole, 0)
        assert not is_composed(whole, len(whole))
    assert not is_composed("ab", 1)
