"""How far text may be ahead of its audio."""

from __future__ import annotations

import pytest

from cartesia_stream._text.pace import MAX_LETTERS_AHEAD, MAX_PIECES_AHEAD, QUIET_S, Pace


def sent_before_the_first_wait(piece: str) -> int:
    """Return how many pieces go before any audio."""
    pace = Pace(now=0.0)
    count = 0
    while not pace.holds(0.0, waiting=False, now=0.0):
        pace.sent(piece)
        count += 1
    return count


@pytest.mark.parametrize("piece", ["a", "word ", "A sentence of some length. "])
def test_many_small_pieces_wait(piece: str) -> None:
    """Pieces count, however short they are, and letters count as well."""
    count = sent_before_the_first_wait(piece)
    assert count == pytest.approx(min(MAX_PIECES_AHEAD, MAX_LETTERS_AHEAD / len(piece)), abs=1)


def test_one_large_piece_goes_and_the_next_waits() -> None:
    """A piece is never split, so one that is too long still goes."""
    assert sent_before_the_first_wait("word " * 10_000) == 1


def test_audio_lets_more_text_go() -> None:
    """Each second of audio makes room for at least as much text as a fast speaker says."""
    pace = Pace(now=0.0)
    while not pace.holds(0.0, waiting=False, now=0.0):
        pace.sent("word ")
    count = 0
    while not pace.holds(10.0, waiting=False, now=0.0):
        pace.sent("word ")
        count += 1
    assert count * len("word ") >= 200


def test_text_without_audio_goes_on_slowly() -> None:
    """Silent text, such as tags, is not held for ever: a piece goes after each quiet time."""
    pace = Pace(now=0.0)
    while not pace.holds(0.0, waiting=False, now=0.0):
        pace.sent("<tag/>")
    assert pace.holds(0.0, waiting=False, now=QUIET_S * 0.9)
    assert not pace.holds(0.0, waiting=False, now=QUIET_S)
    pace.sent("<tag/>")
    assert pace.holds(0.0, waiting=False, now=QUIET_S * 1.9)
    assert not pace.holds(0.0, waiting=False, now=QUIET_S * 2)


def test_unread_audio_holds_the_text() -> None:
    """While audio waits for a slow reader, the service has said something: no quiet time."""
    pace = Pace(now=0.0)
    while not pace.holds(0.0, waiting=False, now=0.0):
        pace.sent("word ")
    assert pace.holds(0.0, waiting=True, now=QUIET_S * 10)
    assert pace.holds(0.0, waiting=False, now=QUIET_S * 10.9)
    assert not pace.holds(0.0, waiting=False, now=QUIET_S * 11)
