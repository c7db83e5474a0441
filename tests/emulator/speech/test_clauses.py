"""Text cut into clauses."""

from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator.speech.clauses import clauses


@given(st.text(st.sampled_from("ab .,!?\n\u3002\uff0cDr"), max_size=400))
def test_clauses_lose_nothing(text: str) -> None:
    found = list(clauses(text))
    assert "".join(found) == text
    assert all(found)


def test_clauses_end_where_speech_pauses() -> None:
    text = 'Dr. Smith met J. K. Rowling at 3.5 p.m. today. "Really?" she asked.\nYes!'
    assert [c.strip() for c in clauses(text, first_limit=200)] == [
        "Dr. Smith met J. K. Rowling at 3.5 p.m. today.",
        '"Really?" she asked.',
        "Yes!",
    ]
    long = "When the rain came down on the roof, and the wind was up, " * 4
    assert max(len(c) for c in clauses(long)) <= 200
    assert len(next(clauses(long))) <= 64
