"""How the demonstration compares what was heard with what was said."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


@pytest.fixture(scope="module")
def demo() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(DEMO)))


@pytest.mark.parametrize(
    ("said", "heard", "pairs"),
    [
        ("a b c", "a b c", [("a", "a"), ("b", "b"), ("c", "c")]),
        ("a b c", "a x c", [("a", "a"), ("b", "x"), ("c", "c")]),
        ("a b c", "a c", [("a", "a"), ("b", ""), ("c", "c")]),
        ("a c", "a b c", [("a", "a"), ("", "b"), ("c", "c")]),
        ("", "a", [("", "a")]),
        ("a", "", [("a", "")]),
    ],
)
def test_words_are_aligned_with_the_fewest_differences(
    demo: SimpleNamespace, said: str, heard: str, pairs: list[tuple[str, str]]
) -> None:
    assert demo.align(said.split(), heard.split()) == pairs


def test_pieces_of_a_text_make_the_text(demo: SimpleNamespace) -> None:
    for text in demo.TEXTS.values():
        pieces = list(demo.pieces(text))
        assert "".join(pieces) == text
        assert len(pieces) > len(text.split())


def test_words_that_do_not_come_back_fail(
    demo: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.verdict([0.0, 0.1]) == 0
    assert demo.verdict([0.0, 0.11]) == 1
    assert "FAILED" in capsys.readouterr().out
