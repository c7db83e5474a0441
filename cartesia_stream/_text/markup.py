"""Recognize tags, scripts without spaces, and composed characters in a transcript.

The service defines the tags: ``<break time="1s"/>``, ``<spell>AB12</spell>``, ``[laughter]``. A
``<`` or ``[`` that cannot begin a tag is text, and so is one without an end within reach.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final, NamedTuple

MAX_SPELL: Final = 400  # characters after which an unclosed <spell> no longer holds text back

_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,120}>")
_CUE: Final = re.compile(r"\[[^\W\d_][^\[\]<>\n]{0,40}\]")
_OPEN: Final = re.compile(r"</?(?:[A-Za-z][^<>\n]{0,120})?\Z|\[(?:[^\W\d_][^\[\]<>\n]{0,40})?\Z")
_SPELL: Final = re.compile(r"<spell\b[^<>\n]*(?<!/)>", re.IGNORECASE)
_UNSPELL: Final = re.compile(r"</spell\s*>", re.IGNORECASE)

# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, bopomofo, Han.
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u312f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_JOINERS: Final = "\u200c\u200d"
# Modifiers that follow their base character but are not combining marks: half-width voicing marks,
# skin tones, and the tag characters that spell some flags.
_MODIFIERS: Final = re.compile("[\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


class Kind(Enum):
    """Kind of markup at a position of a transcript."""

    TAG = "tag"  # markup that is not spoken
    SPELL = "spell"  # a whole <spell> element, spoken letter by letter
    OPEN = "open"  # the start of markup, complete only with more text


class Markup(NamedTuple):
    """A piece of markup and the offset just after it."""

    kind: Kind
    end: int


def markup_at(text: str, at: int) -> Markup | None:
    """Return the markup that starts at an offset, or None for plain text.

    Only an answer of `Kind.OPEN` can change when more text follows.
    """
    if text[at] not in "<[":
        return None
    found = _TAG.match(text, at) or _CUE.match(text, at)
    if found is None:
        return Markup(Kind.OPEN, len(text)) if _OPEN.match(text, at) else None
    if not _SPELL.fullmatch(found[0]):
        return Markup(Kind.TAG, found.end())
    limit = found.end() + MAX_SPELL
    if (close := _UNSPELL.search(text, found.end(), limit)) is not None:
        return Markup(Kind.SPELL, close.end())
    if len(text) < limit:
        return Markup(Kind.OPEN, len(text))
    return Markup(Kind.TAG, found.end())


def is_spaceless(char: str) -> bool:
    """Whether a character belongs to a script that puts no spaces between words."""
    return char >= "\u0e00" and _SPACELESS.match(char) is not None


def extends(char: str) -> bool:
    """Whether a character continues the composed character before it."""
    if char < "\u0300":
        return False
    return (
        unicodedata.category(char)[0] == "M"
        or char in _JOINERS
        or _MODIFIERS.match(char) is not None
    )


def is_composed(text: str, at: int) -> bool:
    """Whether a cut at an offset would split a composed character.

    This checks only what can follow a space, a stop or a letter, not all of Unicode annex 29: the
    chunker never cuts in the other cases (Hangul jamo, pairs of flag letters).
    """
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    return extends(after) or before == "\u200d"
