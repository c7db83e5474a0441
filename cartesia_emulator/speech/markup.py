"""Tags in transcripts: ``<break>``, ``<speed>``, ``<volume>``, ``<spell>``.

``<emotion>`` is accepted and has no effect. Anything else in angle brackets is text.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Piece", "parse", "split_tags"]

_TAG: Final = re.compile(
    r"<(?P<close>/?)(?P<name>break|speed|volume|emotion|spell)\b(?P<rest>[^<>]*)>", re.IGNORECASE
)
_VALUE: Final = re.compile(r"(?:time|ratio)\s*=\s*[\"']?\s*([\d.]+)\s*(ms|s)?", re.IGNORECASE)
_LONGEST_BREAK_S: Final = 10.0


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of text under the same tags, or a pause.

    Attributes:
        text: The words, without tags; empty for a pause.
        pause: Seconds of silence; 0.0 for text.
        speed: Factor on the speaking rate.
        volume: Factor on the amplitude.
        spell: Whether to say the letters one by one.
    """

    text: str = ""
    pause: float = 0.0
    speed: float = 1.0
    volume: float = 1.0
    spell: bool = False


def parse(text: str) -> list[Piece]:
    """Split a transcript at its tags; a factor holds until the next tag of its kind."""
    pieces: list[Piece] = []
    # A tag without effect (emotion) must not cut a sentence in two.
    for same, group in groupby(_stretches(text), lambda piece: replace(piece, text="")):
        if same.pause:
            pieces += group
        else:
            pieces.append(replace(same, text="".join(piece.text for piece in group)))
    return pieces


def _stretches(text: str) -> Iterator[Piece]:
    """Yield the text between any two tags, unless it is blank, and the pauses."""
    speed, volume, spell, start = 1.0, 1.0, False, 0
    for tag in _TAG.finditer(text):
        if (words := text[start : tag.start()]).strip():
            yield Piece(text=words, speed=speed, volume=volume, spell=spell)
        start = tag.end()
        name, value = tag["name"].lower(), _value(tag["rest"])
        if name == "break" and value:
            yield Piece(pause=min(value, _LONGEST_BREAK_S))
        elif name == "speed":
            speed = min(max(value or 1.0, 0.5), 2.0)
        elif name == "volume":
            volume = min(max(value or 1.0, 0.1), 2.0)
        elif name == "spell":
            spell = not tag["close"]
    if (words := text[start:]).strip():
        yield Piece(text=words, speed=speed, volume=volume, spell=spell)


def split_tags(text: str) -> Iterator[tuple[str, bool]]:
    """Split a transcript into text and tags, each with whether it is a tag."""
    start = 0
    for tag in _TAG.finditer(text):
        yield text[start : tag.start()], False
        yield tag.group(), True
        start = tag.end()
    yield text[start:], False


def _value(attributes: str) -> float:
    """Read the number in ``time="500ms"`` (in seconds) or ``ratio="1.2"``; 0.0 without one."""
    found = _VALUE.search(attributes)
    if not found:
        return 0.0
    try:
        number = float(found[1])
    except ValueError:
        return 0.0
    return number / 1000 if (found[2] or "").lower() == "ms" else number
