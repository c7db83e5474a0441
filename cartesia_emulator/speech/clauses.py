"""Cut text into clauses, which an engine speaks one at a time.

The first clause decides how soon audio starts, so it is shorter than the others. The clauses joined
equal the text.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["clauses", "later_clauses", "words"]

_FIRST_LIMIT: Final = 64  # characters, about four seconds of speech
_LIMIT: Final = 200
_CLOSING: Final = "\"'\u201d\u2019)\\]"  # quotes and brackets that follow a stop
_WIDE_STOP: Final = "\u3002\uff01\uff1f"  # CJK: no space need follow
_WIDE_COMMA: Final = "\uff0c\uff1b\uff1a\u3001"
_WIDE_CLOSING: Final = "\u201d\u2019\u300d\u300f\uff09"
# The end of a sentence: stops with closing quotes before a space, a CJK stop, or a line break.
_SENTENCE_END: Final = re.compile(
    rf"[.!?\u2026]+[{_CLOSING}]*\s+|[{_WIDE_STOP}]+[{_WIDE_CLOSING}]*\s*|\s*\n\s*"
)
_COMMA: Final = re.compile(rf"(?:[,;:\u2013\u2014]|--)[{_CLOSING}]*\s+|[{_WIDE_COMMA}]\s*")
_TITLES: Final = frozenset(
    "Mr Mrs Ms Dr Prof Sr Jr St Mt Gen Col Capt Lt Sgt Rev Hon Gov Sen Rep No vs".split()  # noqa: SIM905 - reads better than twenty quoted words
)


def clauses(text: str, *, first_limit: int = _FIRST_LIMIT, limit: int = _LIMIT) -> list[str]:
    """Split text at sentence ends, and long sentences at commas or, failing that, at spaces.

    Args:
        text: Any text.
        first_limit: Longest first clause wanted, in characters. A clause without a space or
            comma may be longer.
        limit: The same for the clauses that follow.

    Returns:
        Clauses with their trailing white space; joined, they equal ``text``.
    """
    found: list[str] = []
    for sentence in _sentences(text):
        rest = sentence
        while len(rest.rstrip()) > (most := limit if found else first_limit):
            cut = _cut(rest, most)
            if cut >= len(rest):
                break
            found.append(rest[:cut])
            rest = rest[cut:]
        found.append(rest)
    return found


def later_clauses(text: str) -> list[str]:
    """Split text that follows other text: its first clause may be as long as the others."""
    return clauses(text, first_limit=_LIMIT)


def words(text: str) -> list[tuple[str, int, int]]:
    """Find the whitespace-separated words of ``text``, with their start and end offsets."""
    return [(match.group(), match.start(), match.end()) for match in re.finditer(r"\S+", text)]


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if _ends_sentence(text, end) and text[start : end.end()].strip():
            found.append(text[start : end.end()])
            start = end.end()
    rest = text[start:]
    if found and not rest.strip():
        found[-1] += rest
    elif rest:
        found.append(rest)
    return found


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    """Whether a stop ends a sentence: not after a title or initial, nor before lower case."""
    if end.group()[0] in ".!?\u2026" and text[end.end() : end.end() + 1].islower():
        return False
    if not end.group().startswith("."):
        return True
    before = re.search(r"\w*$", text[: end.start()])
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
    spaces = [match.end() for match in re.finditer(r"\s+", text[:most])]
    if spaces and spaces[-1] > 0:
        return spaces[-1]
    after = re.compile(r"\s+").search(text, most)
    return after.end() if after else len(text)
