"""Apply pronunciation dictionaries: respell text for the engine, restore the words it times.

The engine speaks the aliases; then the words that it timed get back their original spelling.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec

from .engine import Word
from .markup import split_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["NO_LEXICON", "Lexicon", "LexiconItem", "Respelling"]

_TOKEN: Final = re.compile(r"\S+")
# How many words an engine may leave out in a row before a word it times is one of its own.
_LOOKAHEAD: Final = 200


class LexiconItem(msgspec.Struct, frozen=True):
    """How to speak one word, or several in a row.

    Attributes:
        text: As written.
        alias: As spoken; an empty one makes the word silent.
        case_sensitive: Whether ``text`` must match in case.
    """

    text: str
    alias: str
    case_sensitive: bool = False


class Lexicon:
    """The items of a dictionary as one search: whole words, longest first, each replaced once."""

    def __init__(self, items: Iterable[LexiconItem] = ()) -> None:
        wanted = [item for item in items if item.text.strip()]
        # Of two items for the same words, the case-sensitive one wins.
        self._items = sorted(wanted, key=lambda i: (-len(i.text), not i.case_sensitive))
        choices = "|".join(f"(?P<i{n}>{_pattern(item)})" for n, item in enumerate(self._items))
        self._search = re.compile(rf"(?<!\w)(?:{choices})(?!\w)") if choices else None

    def respell(self, text: str) -> Respelling:
        """Replace words by their aliases; tags stay as they are."""
        if self._search is None:
            return Respelling(text, ())
        spoken, blocks = list[str](), list[_Block]()
        for stretch, is_tag in split_tags(text):
            if is_tag:
                spoken.append(stretch)
                continue
            end = 0
            for begin, upto, said in self._runs(stretch):
                spoken += (stretch[end:begin], said)
                blocks.append(_Block(tuple(stretch[begin:upto].split()), tuple(said.split())))
                end = upto
            spoken.append(stretch[end:])
        return Respelling("".join(spoken), blocks)

    def _runs(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield words, or several that one item spans: begin, end and the spoken form."""
        assert self._search is not None
        matches = deque(self._search.finditer(text))
        tokens = deque(token.span() for token in _TOKEN.finditer(text))
        while tokens:
            begin, end = tokens.popleft()
            said, at = "", begin
            while matches and matches[0].start() < end:
                match = matches.popleft()
                said += text[at : match.start()] + self._alias(match)
                at = match.end()
                while at > end:
                    end = tokens.popleft()[1]
            yield begin, end, said + text[at:end]

    def _alias(self, match: re.Match[str]) -> str:
        return self._items[int((match.lastgroup or "i0")[1:])].alias


NO_LEXICON: Final = Lexicon()


class _Block(msgspec.Struct, frozen=True):
    """Some written words, and the words spoken in their place."""

    written: tuple[str, ...]
    spoken: tuple[str, ...]


class Respelling:
    """A respelled text; pass the words that the engine timed to `restore`, in order."""

    def __init__(self, text: str, blocks: Sequence[_Block]) -> None:
        self.text = text
        self._blocks = blocks
        self._changes = any(block.written != block.spoken for block in blocks)
        self._expected = [
            (word, number, place)
            for number, block in enumerate(blocks)
            for place, word in enumerate(block.spoken)
        ]
        self._at = 0
        self._last: tuple[int, int] | None = None

    def restore(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Return the words as written, with the times of their aliases."""
        if not self._changes:
            return tuple(words)
        restored: list[Word] = []
        for word in words:
            self._restore(word, restored)
        return tuple(restored)

    def _restore(self, word: Word, restored: list[Word]) -> None:
        found = self._find(word.text)
        if found is None:
            # Not a word of the text, such as a part of a tag that this engine reads out.
            restored.append(word)
            return
        number, place = found
        block = self._blocks[number]
        count, share = len(block.written), len(block.spoken)
        low = place * count // share
        high = max(low + 1, (place + 1) * count // share)
        if self._last == (number, low):
            # One more spoken word of a written word that is out already.
            if restored:
                last = restored[-1]
                restored[-1] = Word(last.text, last.start, word.end)
            return
        step = (word.end - word.start) / (high - low)
        for index in range(low, high):
            start = word.start + (index - low) * step
            restored.append(Word(block.written[index], start, start + step))
        self._last = (number, high - 1)

    def _find(self, text: str) -> tuple[int, int] | None:
        for at in range(self._at, min(self._at + _LOOKAHEAD, len(self._expected))):
            word, number, place = self._expected[at]
            if word == text:
                self._at = at + 1
                return number, place
        return None


def _pattern(item: LexiconItem) -> str:
    words = r"\s+".join(map(re.escape, item.text.split()))
    return words if item.case_sensitive else f"(?i:{words})"
