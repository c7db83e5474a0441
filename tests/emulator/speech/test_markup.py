"""Tags of transcripts."""

import pytest

from cartesia_emulator.speech.markup import Piece, parse


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", [Piece(text="plain")]),
        ("", []),
        ("a <break time='500ms'/> b", [Piece(text="a "), Piece(pause=0.5), Piece(text=" b")]),
        ('<break time="1s" />', [Piece(pause=1.0)]),
        ('<break time="1h"/>', [Piece(pause=1.0)]),
        ("<break/>x", [Piece(text="x")]),
        ('<break time="99s"/>', [Piece(pause=10.0)]),
        ('a <speed ratio="1.5"/>b', [Piece(text="a "), Piece(text="b", speed=1.5)]),
        ('<volume ratio="0.5"/>a', [Piece(text="a", volume=0.5)]),
        ("<spell>AB1</spell> c", [Piece(text="AB1", spell=True), Piece(text=" c")]),
        ('so <emotion value="sad"/>sad', [Piece(text="so sad")]),
        ("1 < 2 and <b>bold</b>", [Piece(text="1 < 2 and <b>bold</b>")]),
        ('<speed ratio="1.2.3"/>a', [Piece(text="a")]),
    ],
)
def test_tags(text: str, pieces: list[Piece]) -> None:
    assert parse(text) == pieces
