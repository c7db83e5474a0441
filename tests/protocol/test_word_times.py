"""Word times of dictation, in every shape that a source shows."""

from __future__ import annotations

from typing import Any

import pytest

from cartesia_stream._protocol.books import DictationBook

ROWS = [{"word": "Hello", "start": 0.1, "end": 0.4}, {"word": "there.", "start": 0.5, "end": 0.9}]
COLUMNS = {"words": ["Hello", "there."], "start": [0.1, 0.5], "end": [0.4, 0.9]}


@pytest.mark.parametrize(
    "words",
    [ROWS, COLUMNS, [COLUMNS], [ROWS[0], {"words": ["there."], "start": [0.5], "end": [0.9]}]],
)
def test_every_shape_gives_the_same_words(words: Any) -> None:
    book = DictationBook()
    frame = {"type": "transcript", "is_final": True, "text": "Hello there.", "words": words}
    book.receive(frame, origin=2.0, at=4.0)
    assert [(word.text, word.start, word.end) for word in book.words] == [
        ("Hello", 2.1, 2.4),
        ("there.", 2.5, 2.9),
    ]


@pytest.mark.parametrize(
    "words", [None, "Hello", 3, {}, [], ["Hello"], [None], [{"word": "Hello"}], {"words": "Hello"}]
)
def test_a_shape_that_nobody_knows_gives_no_words(words: Any) -> None:
    book = DictationBook()
    frame = {"type": "transcript", "is_final": True, "text": "Hello there.", "words": words}
    book.receive(frame, origin=0.0, at=1.0)
    assert book.words == []
    assert book.text == "Hello there."
