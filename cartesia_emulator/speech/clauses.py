"""Cut text into clauses, which an engine speaks one at a time.

The first clause decides how soon audio starts, so it is shorter than the others. The clauses joined
equal the text. Cutting takes time in proportion to the text, whatever it consists of, and no clause
is longer than `LONGEST`, which bounds the memory and the time that an engine needs for a step.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LONGEST", "clauses", "later_clauses", "words"]

LONGEST: Final = 300
"""Most characters of a clause; only text without spaces and commas is cut there."""

_FIRST_LIMIT: Final = 64  # characters, about four seconds of speech
_LIMIT: Final = 200
_SEARCHED: Final = 2000  # characters; a sentence that has not ended by then is cut
_CLOSING: Final = "\"'\u201d\u2019)\\]"  # quotes and brackets that follow a stop
_WIDE_STOP: Final = "\u3002\uff01\uff1f"  # CJK: no space need follow
_WIDE_COMMA: Final = "\uff0c\uff1b\uff1a\u3001"
_WIDE_CLOSING: Final = "\u201d\u2019\u300d\u300f\uff09"
# The end of a sentence: stops with closing quotes before a space, a CJK stop, or a line break.
# A match starts only at the start of a run: a thousand dots must not be tried a thousand times.
_SENTENCE_END: Final = re.compile(
    rf"(?<![.!?\u2026])[.!?\u2026]++[{_CLOSING}]*+\s++"
    rf"|[{_WIDE_STOP}]++[{_WIDE_CLOSING}]*+\s*+|(?<!\s)\s*\n\s*+"
)
_SPACE: Final = re.compile(r"\s+")
_LAST_WORD: Final = re.compile(r"\w*$")
_COMMA: Final = re.compile(rf"(?:[,;:\u2013\u2014]|--)[{_CLOSING}]*\s+|[{_WIDE_COMMA}]\s*")
_TITLES: Final = frozenset(
    "Mr Mrs Ms Dr Prof Sr Jr St Mt Gen Col Capt Lt Sgt Rev Hon Gov Sen Rep No vs".split()  # noqa: SIM905 - reads better than twenty quoted words
)


def clauses(text: str, *, first_limit: int = _FIRST_LIMIT, limit: int = _LIMIT) -> Iterator[str]:
    """Split text at sentence ends, and long sentences at commas or, failing that, at spaces.

    Args:
        text: Any text.
        first_limit: Longest first clause wanted, in characters. A clause without a space or
            comma may be longer, up to `LONGEST`.
        limit: The same for the clauses that follow.

    Yields:
        Clauses with their trailing white space; joined, they equal ``text``.
    """
    most = first_limit
    for sentence in _sentences(text):
        rest = sentence
        while len(rest.rstrip()) > most or len(rest) > LONGEST:
            cut = min(_cut(rest, most), LONGEST)
            if cut >= len(rest):
                break
            yield rest[:cut]
            rest, most = rest[cut:], limit
        yield rest
        most = limit


def later_clauses(text: str) -> Iterator[str]:
    """Split text that follows other text: its first clause may be as long as the others."""
    return clauses(text, first_limit=_LIMIT)


def words(text: str) -> list[tuple[str, int, int]]:
    """Find the whitespace-separated words of ``text``, with their start and end offsets."""
    return [(match.group(), match.start(), match.end()) for match in re.finditer(r"\S+", text)]


def _sentences(text: str) -> Iterator[str]:
    """Yield sentences; white space at the end of the text belongs to the last one."""
    start = 0
    while start < len(text):
        end = _sentence_end(text, start)
        rest = text[end : end + _SEARCHED]
        if end + len(rest) == len(text) and not rest.strip():
            end = len(text)
        yield text[start:end]
        start = end


def _sentence_end(text: str, start: int) -> int:
    """Find the end of the sentence that starts at ``start``."""
    limit = min(start + _SEARCHED, len(text))
    for end in _SENTENCE_END.finditer(text, start, limit):
        if _ends_sentence(text, end) and text[start : end.end()].strip():
            return end.end()
    if limit == len(text):
        return limit
    spaces = [space.end() for space in _SPACE.finditer(text, start, limit)]
    return spaces[-1] if spaces else limit


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    """Whether a stop ends a sentence: not after a title or initial, nor before lower case."""
    if end.group()[0] in ".!?\u2026" and text[end.end() : end.end() + 1].islower():
        return False
    if not end.group().startswith("."):
        return True
    # No title is longer than the few characters looked at.
    before = _LAST_WORD.search(text[max(0, end.start() - 8) : end.start()])
    word = before.group() if before else ""
    return word not in _TITLES and not (len(word) == 1 and word.isupper())


def _cut(text: str, most: int) -> int:
    """Find where to cut a long sentence: the last comma within ``most``, else a space."""
    commas = [match.end() for match in _COMMA.finditer(text, 0, most)]
    if commas and commas[-1] >= most // 4:
        return commas[-1]
    # A clause that runs a little past the limit sounds better than a cut in mid-phrase.
    later = _COMMA.search(text, most, most + most // 2)
    if later:
        return later.end()
    if len(text.rstrip()) <= most + most // 2:
        return len(text)
    spaces = [match.end() for match in _SPACE.finditer(text, 0, most)]
    if spaces:
        return spaces[-1]
    after = _SPACE.search(text, most)
    return after.end() if after else len(text)
