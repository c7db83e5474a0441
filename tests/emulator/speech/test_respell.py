"""Respelling is pure: texts and words in, texts and words out."""

from __future__ import annotations

import pytest

from cartesia_emulator.speech.engine import Word
from cartesia_emulator.speech.respell import Lexicon, LexiconItem


def restored(lexicon: Lexicon, text: str) -> list[Word]:
    """The words of a text that an engine speaks one a second."""
    respelling = lexicon.respell(text)
    words = [Word(word, at, at + 1) for at, word in enumerate(respelling.text.split())]
    return list(respelling.restore(words))


@pytest.mark.parametrize(
    ("items", "text", "spoken"),
    [
        ([("a", "b")], "a A ab (a) a's", "b b ab (b) b's"),
        ([("a", "b"), ("b", "c")], "a b", "b c"),
        ([("New York", "X"), ("York", "Y")], "New York, york, new\nyork", "X, Y, X"),
        ([("C++", "see plus plus")], "C++ is c++.", "see plus plus is see plus plus."),
        ([("a.b", "x")], "a.b acb", "x acb"),
        ([("a", r"\1 $&")], "a", r"\1 $&"),
        ([("time", "x")], '<break time="1s"/>time', '<break time="1s"/>x'),
        ([("", "x"), ("  ", "y")], "a  b", "a  b"),
        ([], "a", "a"),
        ([("naïve", "nigh eve")], "Naïve.", "nigh eve."),
    ],
)
def test_whole_words_are_replaced_once(
    items: list[tuple[str, str]], text: str, spoken: str
) -> None:
    lexicon = Lexicon(LexiconItem(*item) for item in items)
    assert lexicon.respell(text).text == spoken


def test_the_exact_spelling_wins() -> None:
    items = [LexiconItem("us", "them"), LexiconItem("US", "you ess", case_sensitive=True)]
    assert Lexicon(items).respell("US us Us").text == "you ess them them"


@pytest.mark.parametrize(
    ("alias", "times"),
    [
        ("x y", [("one", 1, 2), ("two", 2, 3)]),
        ("x", [("one", 1, 1.5), ("two", 1.5, 2)]),
        ("x y z", [("one", 1, 3), ("two", 3, 4)]),
        ("w x y z", [("one", 1, 3), ("two", 3, 5)]),
    ],
)
def test_words_share_the_time_of_their_aliases(
    alias: str, times: list[tuple[str, float, float]]
) -> None:
    lexicon = Lexicon([LexiconItem("one two", alias)])
    words = restored(lexicon, "say one two now")
    assert [(word.text, word.start, word.end) for word in words[1:-1]] == times
    assert (words[0].text, words[-1].text) == ("say", "now")


def test_an_empty_alias_silences_a_word() -> None:
    assert [word.text for word in restored(Lexicon([LexiconItem("a", "")]), "b a c")] == ["b", "c"]


def test_words_come_back_in_parts() -> None:
    respelling = Lexicon([LexiconItem("a", "x y"), LexiconItem("b", "x")]).respell("a b")
    parts = [respelling.restore([Word(word, 0, 1)]) for word in ("x", "y", "x")]
    assert [[word.text for word in part] for part in parts] == [["a"], [], ["b"]]


def test_words_nobody_wrote_pass() -> None:
    respelling = Lexicon([LexiconItem("a", "x")]).respell("<volume ratio='2'/> a")
    words = respelling.restore([Word("<volume", 0, 1), Word("x", 1, 2)])
    assert [word.text for word in words] == ["<volume", "a"]
