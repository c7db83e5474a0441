# ruff: noqa: RUF001, RUF003 - tables of the punctuation of many scripts
"""Tokens of a language model in, speakable chunks out, not a character changed.

Text is looked at where one word ends and the next begins: only the first letter of the next word
tells the end of a sentence from "3.14", "Dr. Who" or "e.g. this". So a chunk is released when the
word after it starts, what is not a word never stands alone, and any splitting of the same text
gives the same chunks. When a model pauses, `Chunker.pause` releases what is held back.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple

from ..errors import ConfigurationError
from .markup import Kind, extends, is_composed, is_spaceless, markup_at

# Sentences are already whole; with any delay the service would collect the text a second time.
CHUNKED_BUFFER_DELAY_MS: Final = 0

_SPACE: Final = r"[^\S\u00a0\u202f]"  # a no-break space asks not to be cut at
_SURE_STOPS: Final = "。！？｡．؟۔।॥։።៕។။།‽⁇⁈⁉"  # end a sentence with no space after them
_STOPS: Final = f"{_SURE_STOPS}.!?…‥"
# Stand-ins for tags, whose inside is no place to look: characters that Unicode keeps out of text.
_CLOSING, _HIDDEN = "\ufdd0", "\ufdd1"
_CLOSERS: Final = _CLOSING + r"\"'*_)\]}”’“‘»«›‹」』）】》〉］｝〕"
_STOP: Final = re.compile(rf"([{_STOPS}]+)([{_CLOSERS}]*)({_SPACE}*)")
_PAUSE: Final = re.compile(
    rf"[,;:،؛][{_CLOSERS}]*{_SPACE}+|[，、；：､][{_CLOSERS}]*{_SPACE}*"
    rf"|{_SPACE}*[—―]+{_SPACE}*|{_SPACE}[-–]+{_SPACE}+|{_SPACE}*\n{_SPACE}*"
)
_PARAGRAPH: Final = re.compile(rf"{_SPACE}*\n{_SPACE}*\n{_SPACE}*")
_BLANK: Final = re.compile(rf"{_SPACE}+")
_LAST_WORD: Final = re.compile(r"[^\s\"'“”‘’«»()\[\]{}<>¿¡*_]*\Z")
_LOOK_BACK: Final = 24
_IN_NUMBERS: Final = frozenset("，：、—―")  # 1，000 and 3—5; the narrow ones need a space anyway

# Where a missed cut costs a little latency and a wrong one an audible stumble, it is not made.
_TITLES: Final = frozenset(
    "mr mrs ms mx dr prof sr jr st mt gen col capt cpt lt sgt maj rev hon gov sen rep pres supt "  # noqa: SIM905 - reads better than eighty quoted words
    "messrs vs inc ltd co corp dept ca approx hr fr frl bzw sog evtl ggf inkl vgl str sra srta dra "
    "dña ud uds mme mlle dott sig ing dhr mevr bijv ул им डॉ د".split()
)
_BEFORE_NUMBERS: Final = frozenset(
    "no nos nr num núm fig figs vol vols ch sec art arts p pp par para ex eq abb bd kap abs jan "  # noqa: SIM905 - as above
    "feb mar apr jun jul aug sep sept oct nov dec apt ste rm ext tel pág págs св стр рис".split()
)
_DOTTED: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")  # e.g, U.S, Ph.D, z.B

_NO_START: Final = (
    "ーｰ々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮะาำๅะາຳ"  # cling to what precedes
)
_NO_END: Final = "เแโใไເແໂໃໄ"  # vowels written before their consonant


class Rank(IntEnum):
    """How good a place to cut is."""

    CHARACTER = 0
    SPACE = 1
    CLAUSE = 2
    SENTENCE = 3


class Cut(NamedTuple):
    """A place to cut, as the offset of the first character after it."""

    rank: Rank
    at: int


class Chunker:
    """Cuts a growing text into speakable chunks; joined again they are the text.

    A sentence ends a chunk once the chunk has ``min_chars``; shorter sentences share one. A chunk
    that would pass ``max_chars`` ends at its last clause, or else its last space, or else, in a
    script without spaces, between two characters. Only a word, a tag or a run of punctuation that
    is longer by itself makes a longer chunk. White space stays with the chunk before it. Every
    chunk has a letter or digit outside tags, unless the whole text has none.

    Args:
        min_chars: Characters below which a sentence does not stand alone.
        max_chars: Characters after which text without a stop is cut.
        first_chars: The first chunk is released sooner: at the first stop whatever its length, or
            at the first end of a clause after this many characters.

    Raises:
        ConfigurationError: Unless 1 <= ``min_chars`` <= ``max_chars`` and 1 <= ``first_chars``.

    Attributes:
        PAUSE_S: Seconds without text after which to call `pause`: as long as the service itself
            collects text by default.
    """

    PAUSE_S: ClassVar[float] = 3.0

    __slots__ = (
        "_cuts",
        "_first",
        "_first_chars",
        "_has_word",
        "_max",
        "_min",
        "_pos",
        "_start",
        "_text",
        "_word_end",
    )

    def __init__(self, *, min_chars: int = 20, max_chars: int = 250, first_chars: int = 12) -> None:
        if first_chars < 1:
            raise ConfigurationError("first_chars must be positive", option="first_chars")
        if min_chars < 1:
            raise ConfigurationError("min_chars must be positive", option="min_chars")
        if max_chars < min_chars:
            raise ConfigurationError("max_chars must not be below min_chars", option="max_chars")
        self._min, self._max, self._first_chars = min_chars, max_chars, first_chars
        self._reset()

    def _reset(self) -> None:
        self._text = ""  # what was not released when the call began
        self._start = 0  # of the chunk in hand
        self._pos = 0  # before it everything is decided
        self._word_end = 0  # of the last word before _pos
        self._has_word = False
        self._first = True
        self._cuts: list[Cut] = []  # places in the chunk in hand that were not good enough

    def feed(self, text: str) -> list[str]:
        """Take text, split anywhere; the chunks that are certain by now."""
        self._text += text
        chunks = self._scan(final=False)
        self._drop_released()
        return chunks

    def finish(self) -> list[str]:
        """Take the end of the text; the chunks that were held back. The chunker starts over."""
        chunks = self._scan(final=True)
        while self._cuts and len(self._text) - self._start > self._max:
            chunks.append(self._release(self._best()))
        if self._start < len(self._text):
            chunks.append(self._text[self._start :])
        self._reset()
        return chunks

    def pause(self) -> list[str]:
        """Take a pause of the text, such as a tool call: the chunks that were held back.

        A word that stands at the end counts as whole. Markup that has only begun stays, and what
        is not a word still waits for one.
        """
        if not self._has_word:
            return []
        begun = self._text[self._pos :]
        self._text = self._text[: self._pos]
        chunks = self.finish()
        self._text = begun
        return chunks

    def _scan(self, *, final: bool) -> list[str]:
        text, chunks = self._text, list[str]()
        while self._pos < len(text):
            pos, end, spoken = self._pos, self._pos + 1, text[self._pos].isalnum()
            if (markup := markup_at(text, pos)) is not None:
                if markup.kind is Kind.OPEN and not final:
                    break
                end, spoken = markup.end, markup.kind is Kind.SPELL
            if spoken:
                if self._has_word:
                    chunks += self._settle(find_cut(text, self._start, self._word_end, pos))
                self._has_word, self._word_end = True, end
            elif pos == self._word_end and extends(text[pos]):
                self._word_end = end
            self._pos = end
        return chunks

    def _settle(self, cut: Cut | None) -> list[str]:
        """Release what a place to cut completes, or remember the place."""
        if cut is None:
            return []
        chunks: list[str] = []
        while self._cuts and cut.at - self._start > self._max:
            chunks.append(self._release(self._best()))
        if self._is_due(cut):
            chunks.append(self._release(cut.at))
        else:
            self._cuts.append(cut)
        return chunks

    def _is_due(self, cut: Cut) -> bool:
        length = cut.at - self._start
        if length > self._max:
            return True
        if self._first:
            return cut.rank is Rank.SENTENCE or (
                cut.rank is Rank.CLAUSE and length >= self._first_chars
            )
        return cut.rank is Rank.SENTENCE and length >= self._min

    def _best(self) -> int:
        """Where to cut an overlong chunk: the last place of the best kind that leaves no scrap."""
        start, least = self._start, self._min
        return max(self._cuts, key=lambda cut: (cut.at - start >= least, cut.rank, cut.at)).at

    def _release(self, at: int) -> str:
        chunk = self._text[self._start : at]
        self._start, self._first = at, False
        self._cuts = [cut for cut in self._cuts if cut.at > at]
        return chunk

    def _drop_released(self) -> None:
        gone = self._start
        if gone:
            self._text = self._text[gone:]
            self._start = 0
            self._pos -= gone
            self._word_end -= gone
            self._cuts = [Cut(rank, at - gone) for rank, at in self._cuts]


def find_cut(text: str, start: int, word_end: int, next_word: int) -> Cut | None:
    """The best place to cut between two words.

    Args:
        text: Text with both words, the second at least with its first character.
        start: Offset before which nothing counts.
        word_end: Offset just after the first word.
        next_word: Offset of the second word.
    """
    if word_end == next_word:
        return _between_characters(text, next_word)
    gap = _without_tags(text, word_end, next_word)
    in_number = gap in _IN_NUMBERS and text[word_end - 1].isdigit() and text[next_word].isdigit()
    blank = None if in_number else _at_blank(gap)
    for cut in (_at_stop(text, start, word_end, gap), blank):
        if cut is not None and not is_composed(text, at := word_end + cut.at):
            return Cut(cut.rank, at)
    return None


def _between_characters(text: str, at: int) -> Cut | None:
    before, after = text[at - 1], text[at]
    if not (is_spaceless(before) or is_spaceless(after)):
        return None
    if before.isdigit() or after.isdigit() or before in _NO_END or after in _NO_START:
        return None
    return None if is_composed(text, at) else Cut(Rank.CHARACTER, at)


def _without_tags(text: str, start: int, end: int) -> str:
    """A gap between words with its tags made unreadable, except for where they begin."""
    parts: list[str] = []
    while start < end:
        markup, at = markup_at(text, start), start
        start = markup.end if markup else start + 1
        if markup is None:
            parts.append(text[at])
        elif text.startswith("</", at):
            parts.append(_CLOSING * (start - at))
        else:
            parts.append(text[at] + _HIDDEN * (start - at - 1))
    return "".join(parts)


def _at_stop(text: str, start: int, word_end: int, gap: str) -> Cut | None:
    """The end of a sentence in a gap, as an offset in the gap."""
    following = text[word_end + len(gap)]
    paragraph = _PARAGRAPH.search(gap)
    stop = _STOP.search(gap)
    if stop is not None and _ends(stop, text[word_end - 1], gap[stop.end() :], following):
        stop_at = word_end + stop.start()
        rank = _rank(text[max(start, stop_at - _LOOK_BACK) : stop_at], stop, following)
        if rank is Rank.SENTENCE or paragraph is None:
            return Cut(rank, stop.end())
    return None if paragraph is None else Cut(Rank.SENTENCE, paragraph.end())


def _ends(stop: re.Match[str], before: str, rest: str, following: str) -> bool:
    """Whether a stop can be more than part of a word or number, whatever it means."""
    stops, _, space = stop.groups()
    if space:
        return True
    if stops[-1] in _SURE_STOPS:
        return not (stops == "．" and following.isdigit())
    if rest[:1] in ("<", "["):
        return True
    return is_spaceless(following) and (stops[-1] != "." or is_spaceless(before))


def _rank(before: str, stop: re.Match[str], following: str) -> Rank:
    stops, closers, space = stop.groups()
    if stops == "." and not closers:
        word = match[0] if (match := _LAST_WORD.search(before)) else ""
        if _is_abbreviation(word, following):
            return Rank.SPACE
        # "3. May" is a date and "1. Eggs" an item
        if len(word) <= 2 and word.isdigit() and "\n" not in space:
            return Rank.SPACE
    if "\n" in space or not _starts_small(following) or stops[-1] in _SURE_STOPS:
        return Rank.SENTENCE
    if closers or stops[-1] in ".…‥":  # "Stop!" he said · well... no · approx. five
        return Rank.CLAUSE
    return Rank.SENTENCE


def _is_abbreviation(word: str, following: str) -> bool:
    folded = word.casefold()
    if folded in _TITLES or _DOTTED.fullmatch(word):
        return True
    if len(word) == 1 and word.upper() != word.lower():  # an initial
        return True
    return folded in _BEFORE_NUMBERS and following.isdigit()


def _starts_small(char: str) -> bool:
    """Whether no sentence starts with this letter; scripts without title case always may."""
    return char.islower() and char.title() != char


def _at_blank(gap: str) -> Cut | None:
    """The end of a clause or a space in a gap, as an offset in the gap."""
    if (pause := _PAUSE.search(gap)) is not None:
        return Cut(Rank.CLAUSE, pause.end())
    if (blank := _BLANK.search(gap)) is not None:
        return Cut(Rank.SPACE, blank.end())
    return None
