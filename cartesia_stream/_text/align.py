"""Align the timed words that the service reports with the transcript.

The service reports words with or without punctuation, joined, split, normalized ("seven thirty" for
"7:30") or not at all. The alignment compares only letters and digits, as one sequence on each side,
so that punctuation and word boundaries do not matter. Where the sequences still differ, it picks
the sequence of edits with the lowest cost, and keeps those words open until enough words agree.
Signs, such as ``%`` or an emoji, count as spoken when they are reported or when the next word
begins.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from .markup import Kind, extends, is_spaceless, markup_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..events import Timing

# Costs of the edits. A reported word that is not in the text costs more than an unreported one.
_EXTRA: Final = 0.9
_REPLACED: Final = 1.0  # more than _EXTRA: an unknown word does not prove progress in the text
_RESPELLED: Final = 0.5
_SKIPPED: Final = 0.35

_REACH: Final = 4  # words of the text, per open word, that are worth skipping at these costs
_MAX_OPEN: Final = 24  # timed words that may stay open
_SURE_LETTERS: Final = 4  # that must agree, in two words or more; twice as many in one word
_PHRASE: Final = 4  # words in a row to search for in the whole text
_PHRASE_LETTERS: Final = 10
_PHRASE_REACH: Final = 1 << 13  # letters in which to search: ten minutes of speech
_PERIOD: Final = 3  # words, at most, that make a cut ambiguous when they are repeated
_SIGNS_AHEAD: Final = 16  # signs of the text in which to look for one that was reported
_COMPARED: Final = 64  # letters of a word that are compared with those of another
_DASHES: Final = "—―"
_SIGNS: Final = "%‰٪&@#*/\\§"  # spoken, although Unicode calls them punctuation
_SPELL_TAG: Final = "<spell"


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:  # the digits of all scripts are alike
        return str(digit)
    folded = unicodedata.normalize("NFKD", char.casefold())
    return "".join(filter(str.isalnum, folded))


def _letters(text: str) -> str:
    return "".join(map(_fold, text))


@lru_cache(maxsize=4096)
def _is_sign(char: str) -> bool:
    return unicodedata.category(char)[0] == "S" or unicodedata.normalize("NFKC", char) in _SIGNS


class Source:
    """A growing transcript, split into words; appending takes linear time in total.

    A word is a run of characters without spaces; in a script without spaces it is one character. It
    includes the punctuation and closing tags attached to its end. A ``<spell>`` element is one
    word, and so is a cue such as ``[laughter]``; other tags do not belong to a word.

    Words are compared by their letters. A sign is what the service may speak although it has no
    letters: a symbol such as ``%`` or an emoji, a cue, or punctuation between spaces. Progress in
    the text is counted in units; each letter is one, and so is each run of signs.

    Attributes:
        ends: For each word, the offset in `text` just after it.
        letter_ends: For each word, the offset in `letters` just after it.
        unit_ends: For each word, the units up to its end.
        signs: For each run of signs, the letters before it.
    """

    __slots__ = (
        "_at",
        "_attached",
        "_audible",
        "_inside",
        "_letters",
        "_loose",
        "_open",
        "_pieces",
        "_safe",
        "_signs",
        "_tail",
        "ends",
        "letter_ends",
        "signs",
        "unit_ends",
    )

    def __init__(self, text: str = "") -> None:
        self.ends: list[int] = []
        self.letter_ends: list[int] = []
        self.unit_ends: list[int] = []
        self.signs: list[int] = []
        self._signs: list[str] = []  # the first character of each, or the cue
        self._letters: list[str] = []
        self._pieces: list[str] = []
        self._at = 0  # offset up to which the text was read for good
        self._tail = ""  # the text after it: markup that more text may complete
        self._open = False  # whether the tail is a word so far
        self._inside = False  # inside a word that more letters may continue
        self._attached = False  # after a sign that more signs may continue
        self._loose = False  # the last word is punctuation that may begin another word
        self._audible = False  # whether there are letters, symbols or cues
        self._safe = [0]  # for each number of words, at which of them to cut
        if text:
            self.append(text)

    @property
    def text(self) -> str:
        """The transcript, verbatim."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def letters(self) -> str:
        """Its letters and digits, case-folded, without those of tags."""
        return "".join(self._letters)

    @property
    def length(self) -> int:
        """The number of letters."""
        return len(self._letters)

    @property
    def units(self) -> int:
        """The number of letters and signs."""
        return len(self._letters) + len(self.signs)

    @property
    def audible(self) -> bool:
        """Whether there is anything to speak, other than punctuation."""
        return self._audible or bool(self._letters)

    def append(self, text: str) -> None:
        """Append text, which may continue the last word."""
        self._pieces.append(text)
        if self._open:  # read it again, because it may go on
            self._open = False
            self.ends.pop()
            self.unit_ends.pop()
            self.letter_ends.pop()
            del self._letters[self.letter_ends[-1] if self.letter_ends else 0 :]
        self._read(self._tail + text)

    def words_to(self, unit: int) -> int:
        """Return the number of words that end at or before a unit."""
        return bisect_right(self.unit_ends, unit)

    def words_before(self, place: int) -> int:
        """Return the number of words that end at or before an offset in `letters`."""
        return bisect_right(self.letter_ends, place)

    def unit_at(self, place: int) -> int:
        """Return the units before an offset in `letters`, without signs directly before it."""
        return place + bisect_left(self.signs, place)

    def unit_past(self, place: int) -> int:
        """Return the units before an offset in `letters`, with signs directly before it."""
        return place + bisect_right(self.signs, place)

    def speaks(self, letters: str, place: int) -> bool:
        """Whether letters stand at an offset in `letters`."""
        own = self._letters
        if place >= len(own) or own[place] != letters[0]:
            return False
        return "".join(own[place : place + len(letters)]) == letters

    def slice(self, start: int, end: int) -> str:
        """Return some of the letters."""
        return "".join(self._letters[start:end])

    def signs_ahead(self, spoken: Source, place: int, unit: int) -> int:
        """Return how many signs at a place end with the one that was spoken; 0 if it is not there.

        Args:
            spoken: The timed word.
            place: Offset in `letters`.
            unit: The same place, in letters and signs.
        """
        first = unit - place
        last = min(bisect_right(self.signs, place), first + _SIGNS_AHEAD)
        ahead = self._signs[first:last]
        sign = spoken._signs[0]
        return ahead.index(sign) + 1 if sign in ahead else 0

    def safe_words(self, words: int) -> int:
        """Return after how many words to cut, at most ``words``: not between equal words.

        Within "no no no" or "bye now bye now", a missing word time would put the cut at the wrong
        place without a sign of it.
        """
        safe = self._safe
        while len(safe) <= words and len(safe) + 2 * _PERIOD < len(self.ends):
            safe.append(safe[-1] if self._repeats(len(safe)) else len(safe))
        while words >= len(safe) and self._repeats(words):  # so far: more text may change it
            words -= 1
        return min(words, safe[words]) if words < len(safe) else words

    def repeats(self, nth: int) -> bool:
        """Whether a word, counted from 0, is one of several that repeat each other."""
        return any(self.safe_words(words) < words for words in (nth, nth + 1))

    def _repeats(self, words: int) -> bool:
        """Whether words around a place between two words are the same as those before them."""
        for period in range(1, _PERIOD + 1):
            first = max(0, words - 2 * period + 1)
            last = min(words - 1, len(self.ends) - 2 * period)
            for start in range(first, last + 1):
                if all(
                    self._spelling(nth) == self._spelling(nth + period)
                    for nth in range(start, start + period)
                ):
                    return True
        return False

    def _spelling(self, nth: int) -> tuple[list[str], list[str]]:
        first, unit = (self.letter_ends[nth - 1], self.unit_ends[nth - 1]) if nth else (0, 0)
        end = self.letter_ends[nth]
        signs = self._signs[unit - first : self.unit_ends[nth] - end]
        return self._letters[first : min(end, first + _COMPARED)], signs[:_COMPARED]

    def _read(self, text: str) -> None:
        """Read the unread rest of the text."""
        at, base = 0, self._at
        while at < len(text):
            end, char = at + 1, text[at]
            attached = bool(self.ends) and self.ends[-1] == base + at
            if (markup := markup_at(text, at)) is not None:
                end = markup.end
                folded = _spelled(text, at, markup.kind, end)
                if markup.kind is Kind.OPEN:
                    self._open = bool(folded)
                    if folded:
                        self._word(folded, base + end, starts=True)
                    break
                self._inside = self._attached = self._loose = False
                if folded:
                    self._word(folded, base + end, starts=True)
                elif char == "[":
                    self._audible = True
                    self._sign(text[at:end].casefold(), base + end, starts=True)
                    self._attached = False
                elif attached and text.startswith("</", at):
                    self.ends[-1] = base + end
                at = end
                continue
            folded = _fold(char)
            if folded:
                if self._loose:  # it was the punctuation before this word
                    self.ends.pop()
                    self.letter_ends.pop()
                    self.unit_ends.pop()
                    self.signs.pop()
                    self._signs.pop()
                self._word(folded, base + end, starts=is_spaceless(char) or not self._inside)
                self._inside = not is_spaceless(char)
                self._attached = self._loose = False
            elif char.isspace():
                self._inside = self._attached = self._loose = False
            elif extends(char):
                if attached:
                    self.ends[-1] = base + end
            elif not (attached and _closes(char, inside=self._inside or self._loose)):
                self._sign(char, base + end, starts=True)
                self._inside = self._attached = _is_sign(char)
                self._loose = not self._attached
                self._audible = self._audible or self._attached
            elif _is_sign(char) and not self._attached:
                self._sign(char, base + end, starts=False)
                self._inside = self._inside or self._loose
                self._audible, self._loose = True, False
            else:
                self.ends[-1] = base + end
                self._attached = _is_sign(char)
                self._inside = self._inside and char not in _DASHES
            at = end
        self._at = base + at
        self._tail = text[at:]

    def _word(self, folded: str, end: int, *, starts: bool) -> None:
        self._letters += folded
        units = self.units
        if starts or not self.ends:
            self.ends.append(end)
            self.letter_ends.append(len(self._letters))
            self.unit_ends.append(units)
        else:
            self.ends[-1], self.letter_ends[-1] = end, len(self._letters)
            self.unit_ends[-1] = units

    def _sign(self, sign: str, end: int, *, starts: bool) -> None:
        self.signs.append(len(self._letters))
        self._signs.append(sign)
        self._attached = True
        self._word("", end, starts=starts)


def _spelled(text: str, at: int, kind: Kind, end: int) -> str:
    """Return the letters of a ``<spell>`` element, complete or not; "" for other markup."""
    if kind is Kind.TAG or text[at : at + len(_SPELL_TAG)].lower() != _SPELL_TAG:
        return ""
    opened = text.find(">", at, end) + 1
    if not opened:
        return ""
    content = text[opened:end]
    return _letters(content[: content.rfind("<")] if kind is Kind.SPELL else content)


def _closes(char: str, *, inside: bool) -> bool:
    """Whether a punctuation character belongs to the word before it."""
    return inside or unicodedata.category(char) not in ("Ps", "Pi")


class Mark(NamedTuple):
    """A point in time and the place up to which the text has been spoken.

    Attributes:
        start: When the timed word starts, in seconds.
        end: When it ends: the text up to ``unit`` has been spoken.
        unit: Number of letters and signs; see `Source`.
        agrees: Whether the word was found in the text; otherwise its neighbours gave its place.
    """

    start: float
    end: float
    unit: int
    agrees: bool


class _Step(NamedTuple):
    """The letters that one timed word covers: from ``before`` to ``after``."""

    before: int
    after: int
    agrees: bool


class _State(NamedTuple):
    """The lowest cost of reaching a place, and the last step to it."""

    cost: float
    came_from: int
    kind: str  # step, agree or skip


class Alignment:
    """Aligns timed words with a `Source` as they arrive.

    Attributes:
        source: The text, which may grow.
        marks: One or more per word, ordered by time and place; the last ones may still change.
    """

    __slots__ = ("_open", "_place", "_settled", "_unit", "marks", "source")

    def __init__(self, source: Source) -> None:
        self.source: Source = source
        self.marks: list[Mark] = []
        self._open: list[tuple[Timing, str]] = []
        self._place = 0
        self._unit = 0  # units of the settled marks
        self._settled = 0  # number of final marks

    def add(self, words: Iterable[Timing]) -> None:
        """Add timed words, in order and on one time line."""
        for word in words:
            spoken = Source(word.text)
            letters = spoken.letters
            if not letters:
                if spoken.signs and not self._open:
                    self._add_sign(word, spoken)
            elif not self._open and self.source.speaks(letters, self._place):
                self._pass_signs(word.start, self._place)
                self._place += len(letters)
                unit = self.source.unit_at(self._place)
                signs = len(spoken.signs) - bisect_left(spoken.signs, len(letters))
                self._unit = min(unit + signs, self.source.unit_past(self._place))
                self._mark(word.start, word.end, self._unit, agrees=True)
                self._settled = len(self.marks)
            else:
                self._open.append((word, letters))
                self.review()

    def _add_sign(self, word: Timing, spoken: Source) -> None:
        """Add a timed word without letters, if it is the next one in the text."""
        ahead = self.source.signs_ahead(spoken, self._place, self._unit)
        if not ahead:
            return
        if ahead > 1:
            self._mark(word.start, word.start, self._unit + ahead - 1)
        self._unit += ahead
        self._mark(word.start, word.end, self._unit, agrees=True)
        self._settled = len(self.marks)

    def _pass_signs(self, at: float, place: int) -> None:
        """Mark text that was not reported as spoken, when the next word begins."""
        unit = self.source.unit_past(place)
        if unit > (self.marks[-1].unit if self.marks else 0):
            self._mark(at, at, unit)

    def review(self) -> None:
        """Align the open words again; call it after the text has grown."""
        if not self._open:
            return
        steps = self._cheapest()
        if not _is_sure(steps):
            steps = self._by_phrase() or steps
        self._trace(steps)
        if _is_sure(steps):
            self._settle(steps)
        elif len(self._open) >= _MAX_OPEN:
            self._give_up(_MAX_OPEN // 2)

    def finish(self) -> None:
        """End the input: the open words cover the rest of the text, unless it is too long."""
        if not self._open:
            return
        steps, closing = self._cheapest(), list[_Step]()
        left = len(self.source.ends) - self.source.words_before(steps[-1].after)
        if left <= 2 * len(self._open):
            closing.append(_Step(self.source.length, -1, agrees=True))
        self._trace([*steps, *closing])
        self._settle(steps)

    def rewind(self, marks: int, unit: int, place: int) -> None:
        """Keep only the first marks and continue from a place in the text.

        Args:
            marks: Number of marks to keep.
            unit: The place, in letters and signs.
            place: The same place, in letters.
        """
        del self.marks[marks:]
        if self.marks:  # the last one may reach into the word that is spoken again
            last = self.marks[-1]
            self.marks[-1] = last._replace(unit=min(last.unit, unit))
        self._open.clear()
        self._place, self._unit, self._settled = place, unit, len(self.marks)

    def _mark(self, start: float, end: float, unit: int, *, agrees: bool = False) -> None:
        if self.marks:  # neither must decrease, because bisection finds marks by them
            last = self.marks[-1]
            end, unit = max(end, last.end), max(unit, last.unit)
        self.marks.append(Mark(start, end, unit, agrees))

    def _settle(self, steps: Sequence[_Step]) -> None:
        self._place = steps[-1].after
        self._unit = self.source.unit_at(self._place)
        self._settled = len(self.marks)
        self._open.clear()

    def _give_up(self, count: int) -> None:
        """Match the oldest open words with one word of the text each, in order."""
        ends = self.source.letter_ends
        del self.marks[self._settled :]
        for word, _ in self._open[:count]:
            nth = self.source.words_before(self._place)
            self._place = ends[nth] if nth < len(ends) else self._place
            self._mark(word.start, word.end, self.source.unit_at(self._place))
        self._settled = len(self.marks)
        del self._open[:count]
        self._trace(self._cheapest())

    def _trace(self, steps: Sequence[_Step]) -> None:
        """Replace the marks of the open words; one more step than words ends the text."""
        del self.marks[self._settled :]
        place = self._place
        run: list[tuple[Timing, int]] = []
        for index, step in enumerate(steps):
            if not step.agrees:
                run.append((self._open[index][0], step.after))
                continue
            self._bridge([word for word, _ in run], place, step.before)
            if index == len(self._open):
                return
            word, had_run = self._open[index][0], bool(run)
            run.clear()
            if not had_run:
                self._pass_signs(word.start, step.before)
            place = step.after
            self._mark(word.start, word.end, self.source.unit_at(place), agrees=True)
        for word, after in run:
            self._mark(word.start, word.end, self.source.unit_at(after))

    def _bridge(self, words: Sequence[Timing], place: int, goal: int) -> None:
        """Spread words that were not found evenly over the text between two that were."""
        ends = self.source.letter_ends
        first, last = self.source.words_before(place), self.source.words_before(goal)
        for nth, word in enumerate(words, 1):
            index = first + (last - first) * nth // len(words)
            place = goal if nth == len(words) else max(place, ends[index - 1] if index else 0)
            self._mark(word.start, word.end, self.source.unit_at(place))

    def _by_phrase(self) -> list[_Step]:
        """Search the whole text for the latest words, in case the service skipped a part."""
        phrase = "".join(letters for _, letters in self._open[-_PHRASE:])
        if len(self._open) < _PHRASE or len(phrase) < _PHRASE_LETTERS:
            return []
        source, place = self.source, self._place
        at = source.slice(place, place + _PHRASE_REACH).find(phrase)
        if at < 0:
            return []
        at += place
        nth = source.words_before(at)
        if at > place and not (nth and source.letter_ends[nth - 1] == at):
            return []
        steps = [_Step(self._place, self._place, agrees=False)] * (len(self._open) - _PHRASE)
        for _, letters in self._open[-_PHRASE:]:
            steps.append(_Step(at, at + len(letters), agrees=True))
            at += len(letters)
        return steps

    def _cheapest(self) -> list[_Step]:
        """Return the alignment of the open words with the lowest cost, one step per word."""
        row = {self._place: _State(0.0, self._place, "step")}
        rows: list[dict[int, _State]] = []
        for _, letters in self._open:
            self._skip(row)
            rows.append(row)
            row = self._speak(row, letters)
        place = min(row, key=lambda place: (row[place].cost, place))
        steps: list[_Step] = []
        for earlier in reversed(rows):
            state = row[place]
            steps.append(_Step(state.came_from, place, agrees=state.kind == "agree"))
            place, row = state.came_from, earlier
            while row[place].kind == "skip":
                place = row[place].came_from
        return steps[::-1]

    def _skip(self, row: dict[int, _State]) -> None:
        """Add to a row the places that are reached by skipping words of the text."""
        ends, first = self.source.letter_ends, self.source.words_before(min(row))
        boundaries = set(ends[first : first + _REACH * (1 + len(self._open))])
        at, cost = min(row), row[min(row)].cost
        for place in sorted(boundaries.union(row)):
            known = row.get(place)
            if place in boundaries and cost + _SKIPPED < (known.cost if known else float("inf")):
                row[place] = known = _State(cost + _SKIPPED, at, "skip")
            if known is not None and (place in boundaries or known.cost < cost):
                at, cost = place, known.cost

    def _speak(self, row: dict[int, _State], letters: str) -> dict[int, _State]:
        """Return the row after one timed word: it agrees, replaces a word, or is extra."""
        source, reached = self.source, dict[int, _State]()

        def reach(place: int, cost: float, came_from: int, kind: str) -> None:
            if place not in reached or cost < reached[place].cost:
                reached[place] = _State(cost, came_from, kind)

        for place, state in row.items():
            reach(place, state.cost + _EXTRA, place, "step")
            if source.speaks(letters, place):
                reach(place + len(letters), state.cost, place, "agree")
            nth = source.words_before(place)
            if nth < len(source.letter_ends):
                end = source.letter_ends[nth]
                close = end - place < 2 * len(letters)  # else no spellings can be alike
                alike = close and _are_alike(source.slice(place, end), letters)
                reach(end, state.cost + (_RESPELLED if alike else _REPLACED), place, "step")
        return reached


def _are_alike(written: str, spoken: str) -> bool:
    """Whether two spellings begin with the same letters, for more than half of the longer."""
    half = max(len(written), len(spoken)) // 2 + 1
    return half > 1 and written[:half] == spoken[:half]


def _is_sure(steps: Sequence[_Step]) -> bool:
    """Whether enough of the latest words agree to make the alignment final."""
    words = letters = 0
    for index in range(len(steps) - 1, -1, -1):
        step = steps[index]
        if not step.agrees:
            break
        words += 1
        letters += step.after - step.before
        if index and steps[index - 1].after != step.before:
            break
    return letters >= (_SURE_LETTERS if words > 1 else 2 * _SURE_LETTERS)
