"""Align the timed words that the service reports with the transcript.

The service reports words with or without punctuation, joined, split, normalized ("seven thirty" for
"7:30") or not at all. The alignment compares only letters and digits, as one sequence on each side,
so that punctuation and word boundaries do not matter. Where the sequences still differ, it picks
the sequence of edits with the lowest cost, and keeps those words open until enough words agree.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
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
_DASHES: Final = "—―"
_SPELL_TAG: Final = "<spell"


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    folded = unicodedata.normalize("NFKD", char.casefold())
    return "".join(filter(str.isalnum, folded))


def _letters(text: str) -> str:
    return "".join(map(_fold, text))


class Source:
    """A growing transcript, split into words.

    A word is a run of characters without spaces; in a script without spaces it is one character. It
    includes the punctuation and closing tags attached to its end. A ``<spell>`` element is one
    word; other tags do not belong to a word.

    Attributes:
        text: The transcript, verbatim.
        letters: Its letters and digits, case-folded, without those of tags.
        ends: For each word, the offset in `text` just after it.
        letter_ends: For each word, the offset in `letters` just after it.
    """

    __slots__ = ("_last_start", "ends", "letter_ends", "letters", "text")

    def __init__(self, text: str = "") -> None:
        self.text = ""
        self.letters = ""
        self.ends: list[int] = []
        self.letter_ends: list[int] = []
        self._last_start = 0
        if text:
            self.append(text)

    def append(self, text: str) -> None:
        """Append text, which may continue the last word."""
        self.text += text
        if self.ends:
            self.ends.pop()
            self.letter_ends.pop()
            self.letters = self.letters[: self.letter_ends[-1] if self.letter_ends else 0]
        self._read(self._last_start)

    def words_to(self, place: int) -> int:
        """Return the number of words that end at or before an offset in `letters`."""
        return bisect_right(self.letter_ends, place)

    def _read(self, at: int) -> None:
        text, letters = self.text, [self.letters]
        place, inside = len(self.letters), False  # inside a word that more letters may continue
        while at < len(text):
            folded, end, char = "", at + 1, text[at]
            attached = bool(self.ends) and self.ends[-1] == at
            if (markup := markup_at(text, at)) is not None:
                end = markup.end
                folded = self._spelled(at, markup.kind, end)
                starts, inside = True, False
                joins = attached and markup.kind is Kind.TAG and text.startswith("</", at)
            else:
                folded = _fold(char)
                starts = is_spaceless(char) or not inside
                joins = attached and (extends(char) or _closes(char, inside=inside))
                if folded:
                    inside = not is_spaceless(char)
                elif char.isspace() or char in _DASHES:
                    inside = False
            if folded:
                place += len(folded)
                letters.append(folded)
                if starts or not self.ends:
                    self._last_start = at
                    self.ends.append(end)
                    self.letter_ends.append(place)
                else:
                    self.ends[-1], self.letter_ends[-1] = end, place
            elif joins:
                self.ends[-1] = end
            at = end
        self.letters = "".join(letters)

    def _spelled(self, at: int, kind: Kind, end: int) -> str:
        """Return the letters of a ``<spell>`` element, complete or not; "" for other markup."""
        if kind is Kind.TAG or self.text[at : at + len(_SPELL_TAG)].lower() != _SPELL_TAG:
            return ""
        opened = self.text.find(">", at, end) + 1
        if not opened:
            return ""
        content = self.text[opened:end]
        return _letters(content[: content.rfind("<")] if kind is Kind.SPELL else content)


def _closes(char: str, *, inside: bool) -> bool:
    """Whether a punctuation character belongs to the word before it."""
    if char.isspace():
        return False
    return inside or unicodedata.category(char) not in ("Ps", "Pi")


class Mark(NamedTuple):
    """A point in time and the letter offset up to which the text has been spoken.

    Attributes:
        start: When the timed word starts, in seconds.
        end: When it ends: the text up to ``place`` has been spoken.
        place: Offset in `Source.letters`.
        agrees: Whether the word was found in the text; otherwise its neighbours gave its place.
    """

    start: float
    end: float
    place: int
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

    __slots__ = ("_open", "_place", "_settled", "marks", "source")

    def __init__(self, source: Source) -> None:
        self.source: Source = source
        self.marks: list[Mark] = []
        self._open: list[tuple[Timing, str]] = []
        self._place = 0
        self._settled = 0  # number of final marks

    def add(self, words: Iterable[Timing]) -> None:
        """Add timed words, in order and on one time line."""
        for word in words:
            letters = Source(word.text).letters
            if not letters:
                continue
            if not self._open and self.source.letters.startswith(letters, self._place):
                self._place += len(letters)
                self._mark(word.start, word.end, self._place, agrees=True)
                self._settled = len(self.marks)
            else:
                self._open.append((word, letters))
                self.review()

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
        left = len(self.source.ends) - self.source.words_to(steps[-1].after)
        if left <= 2 * len(self._open):
            closing.append(_Step(len(self.source.letters), -1, agrees=True))
        self._trace([*steps, *closing])
        self._settle(steps)

    def rewind(self, marks: int, place: int) -> None:
        """Keep only the first ``marks`` marks and continue from the letter offset ``place``."""
        del self.marks[marks:]
        if self.marks:  # the last one may reach into the word that is spoken again
            last = self.marks[-1]
            self.marks[-1] = last._replace(place=min(last.place, place))
        self._open.clear()
        self._place, self._settled = place, len(self.marks)

    def _mark(self, start: float, end: float, place: int, *, agrees: bool = False) -> None:
        if self.marks:  # `end` must not decrease, because bisection finds marks by it
            end = max(end, self.marks[-1].end)
        self.marks.append(Mark(start, end, place, agrees))

    def _settle(self, steps: Sequence[_Step]) -> None:
        self._place = steps[-1].after
        self._settled = len(self.marks)
        self._open.clear()

    def _give_up(self, count: int) -> None:
        """Match the oldest open words with one word of the text each, in order."""
        ends = self.source.letter_ends
        del self.marks[self._settled :]
        for word, _ in self._open[:count]:
            nth = self.source.words_to(self._place)
            self._place = ends[nth] if nth < len(ends) else self._place
            self._mark(word.start, word.end, self._place)
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
            if not had_run and step.before > place:  # spoken, but not reported
                self._mark(word.start, word.start, step.before)
            place = step.after
            self._mark(word.start, word.end, place, agrees=True)
        for word, after in run:
            self._mark(word.start, word.end, after)

    def _bridge(self, words: Sequence[Timing], place: int, goal: int) -> None:
        """Spread words that were not found evenly over the text between two that were."""
        ends = self.source.letter_ends
        first, last = self.source.words_to(place), self.source.words_to(goal)
        for nth, word in enumerate(words, 1):
            index = first + (last - first) * nth // len(words)
            place = goal if nth == len(words) else max(place, ends[index - 1] if index else 0)
            self._mark(word.start, word.end, place)

    def _by_phrase(self) -> list[_Step]:
        """Search the whole text for the latest words, in case the service skipped a part."""
        phrase = "".join(letters for _, letters in self._open[-_PHRASE:])
        if len(self._open) < _PHRASE or len(phrase) < _PHRASE_LETTERS:
            return []
        at = self.source.letters.find(phrase, self._place)
        if at < 0 or (at > self._place and at not in self.source.letter_ends):
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
        ends, first = self.source.letter_ends, self.source.words_to(min(row))
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
            if source.letters.startswith(letters, place):
                reach(place + len(letters), state.cost, place, "agree")
            nth = source.words_to(place)
            if nth < len(source.letter_ends):
                end = source.letter_ends[nth]
                alike = _are_alike(source.letters[place:end], letters)
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
