# ruff: noqa: RUF001, RUF003 - tables of the punctuation of many scripts
"""Split a stream of language-model tokens into speakable chunks, without changing the text.

The chunker decides at the start of a word about a cut before it: only the first letter of the next
word tells the end of a sentence from "3.14", "Dr. Who" or "e.g. this". So it releases a chunk when
the word after it starts, never makes a chunk without a word, and gives the same chunks however the
text was split into tokens. When the model pauses, `Chunker.pause` releases the text held back.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple

from .markup import Kind, extends, is_composed, is_spaceless, markup_at

# Chunks are whole sentences; with a delay the service would buffer the text a second time.
CHUNKED_BUFFER_DELAY_MS: Final = 0

_SPACE: Final = r"[^\S\u00a0\u202f]"  # never cut at a no-break space
_SURE_STOPS: Final = "。！？｡．؟۔।॥։።៕។။།‽⁇⁈⁉"  # end a sentence with no space after them
_STOPS: Final = f"{_SURE_STOPS}.!?…‥"
# Placeholders for tags, so that no pattern matches inside one: Unicode noncharacters.
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
_IN_NUMBERS: Final = frozenset("，：、—―")  # 1，000 and 3—5; their ASCII forms need a space anyway

# No cut after these: a missed cut costs a little latency, a wrong one makes the speech stumble.
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
    "ーｰ々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮะาำๅะາຳ"  # never start a chunk
)
_NO_END: Final = "เแโใไເແໂໃໄ"  # vowels written before their consonant


class Rank(IntEnum):
    """Quality of a place to cut; higher is better."""

    CHARACTER = 0
    SPACE = 1
    CLAUSE = 2
    SENTENCE = 3


class Cut(NamedTuple):
    """A place to cut, as the offset of the first character after it."""

    rank: Rank
    at: int


class Chunker:
    """Splits a growing text into speakable chunks; joined again they give the same text.

    A chunk ends with a sentence, as soon as it has ``min_chars``; shorter sentences share a chunk.
    A chunk that would exceed ``max_chars`` ends at its last clause, or else its last space, or
    else, in a script without spaces, between two characters. A chunk is longer only if one word,
    one tag or one run of punctuation is. White space stays with the chunk before it. Every chunk
    has a letter or digit outside tags, unless the whole text has none.

    Args:
        min_chars: Minimum length of a chunk that ends with a sentence, in characters.
        max_chars: Maximum length of a chunk, in characters.
        first_chars: The first chunk ends sooner: with the first sentence of any length, or with the
            first clause after this many characters.

    Attributes:
        PAUSE_S: Seconds without text after which to call `pause`: the same as the service's
            default buffer delay.
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
        self._min, self._max, self._first_chars = min_chars, max_chars, first_chars
        self._reset()

    def _reset(self) -> None:
        self._text = ""  # unreleased text when the call began
        self._start = 0  # of the current chunk
        self._pos = 0  # everything before it is decided
        self._word_end = 0  # of the last word before _pos
        self._has_word = False
        self._first = True
        self._cuts: list[Cut] = []  # places in the current chunk that were not good enough

    def feed(self, text: str) -> list[str]:
        """Add text, split at any point; return the chunks that are now complete."""
        self._text += text
        chunks = self._scan(final=False)
        self._drop_released()
        return chunks

    def finish(self) -> list[str]:
        """End the text; return the rest of its chunks. The chunker can then be used again."""
        chunks = self._scan(final=True)
        while self._cuts and len(self._text) - self._start > self._max:
            chunks.append(self._release(self._best()))
        if self._start < len(self._text):
            chunks.append(self._text[self._start :])
        self._reset()
        return chunks

    def pause(self) -> list[str]:
        """Release the text held back when the model pauses, such as for a tool call.

        A word at the end counts as whole. Unfinished markup is kept, and so is text without a word.

        Returns:
            The released chunks.
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
        """Release the chunks that a place to cut completes, or remember the place."""
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
        """Return where to cut an overlong chunk: the last of the best places past ``min_chars``."""
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
    """Return the best place to cut between two words, or None.

    Args:
        text: Text that has the first word and at least the first character of the second.
        start: Offset of the current chunk; earlier text is ignored.
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
    """Return the gap between two words with its tags replaced by placeholders."""
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
    """Return the place after a sentence end in a gap, as an offset in the gap, or None."""
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
    """Whether a stop can end a sentence or clause, rather than be part of a word or number."""
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
    if len(word) == 1 and word.upper() != word.lower():  # initial of a name
        return True
    return folded in _BEFORE_NUMBERS and following.isdigit()


def _starts_small(char: str) -> bool:
    """Whether a letter is lower case and has an upper case, so that it starts no sentence."""
    return char.islower() and char.title() != char


def _at_blank(gap: str) -> Cut | None:
    """Return the place after a clause or a space in a gap, as an offset in the gap, or None."""
    if (pause := _PAUSE.search(gap)) is not None:
        return Cut(Rank.CLAUSE, pause.end())
    if (blank := _BLANK.search(gap)) is not None:
        return Cut(Rank.SPACE, blank.end())
    return None
