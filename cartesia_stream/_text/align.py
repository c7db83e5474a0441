"""Which part of a transcript each timed word speaks.

The service reports words with or without punctuation, glued, split, normalised ("seven thirty" for
"7:30") or not at all. Compared are letters and digits only, as one stream on either side, so that
glue, splits and punctuation vanish. What still differs is bridged by the cheapest explanation that
brings the two streams together again, and stays open until enough words agree.
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

# Prices of explanations; what is reported but not written is dearer than what is written only.
_EXTRA: Final = 0.9
_REPLACED: Final = 1.0  # dearer than _EXTRA: an unexplained word is no proof of progress
_RESPELLED: Final = 0.5
_SKIPPED: Final = 0.35

_REACH: Final = 4  # words of the text, per open word, that are worth skipping at these prices
_MAX_OPEN: Final = 24  # timed words that may stay open
_SURE_LETTERS: Final = 4  # in two words or more; otherwise twice as many
_PHRASE: Final = 4  # words in a row that are looked for in the whole text
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
    """A growing transcript as words: runs without spaces, or single characters where none are used.

    A word includes the punctuation and closing tags attached to its end. A ``<spell>`` element is
    one word; other tags belong to none.

    Attributes:
        text: The transcript, verbatim.
        letters: Its letters and digits, folded; those of tags left out.
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
        """Take more text, which may go on with the last word."""
        self.text += text
        if self.ends:
            self.ends.pop()
            self.letter_ends.pop()
            self.letters = self.letters[: self.letter_ends[-1] if self.letter_ends else 0]
        self._read(self._last_start)

    def words_to(self, place: int) -> int:
        """How many words are complete at an offset in `letters`."""
        return bisect_right(self.letter_ends, place)

    def _read(self, at: int) -> None:
        text, letters = self.text, [self.letters]
        place, inside = len(self.letters), False  # inside a word that letters may go on with
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
        """The letters of a ``<spell>`` element, complete or not; "" for other markup."""
        if kind is Kind.TAG or self.text[at : at + len(_SPELL_TAG)].lower() != _SPELL_TAG:
            return ""
        opened = self.text.find(">", at, end) + 1
        if not opened:
            return ""
        content = self.text[opened:end]
        return _letters(content[: content.rfind("<")] if kind is Kind.SPELL else content)


def _closes(char: str, *, inside: bool) -> bool:
    """Whether punctuation belongs to the word before it."""
    if char.isspace():
        return False
    return inside or unicodedata.category(char) not in ("Ps", "Pi")


class Mark(NamedTuple):
    """At ``end`` seconds the text has been spoken up to the letter offset ``place``.

    ``agrees`` says that the timed word was found there, rather than placed by its neighbours.
    """

    start: float
    end: float
    place: int
    agrees: bool


class _Step(NamedTuple):
    """One timed word on the way through the letters."""

    before: int
    after: int
    agrees: bool


class _State(NamedTuple):
    """The cheapest way to have come to a place, and the step that led there."""

    cost: float
    came_from: int
    kind: str  # step, agree or skip


class Alignment:
    """Marks for the timed words of a `Source`, as they come in.

    Attributes:
        source: The text, which may grow.
        marks: In the order of time and place; the last ones may still change.
    """

    __slots__ = ("_open", "_place", "_settled", "marks", "source")

    def __init__(self, source: Source) -> None:
        self.source: Source = source
        self.marks: list[Mark] = []
        self._open: list[tuple[Timing, str]] = []
        self._place = 0
        self._settled = 0  # how many marks are final

    def add(self, words: Iterable[Timing]) -> None:
        """Take timed words, on one time line and in order."""
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
        """Look again for the places of open words; also after the text has grown."""
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
        """No more words come: the open ones speak the rest, unless it is too long for them."""
        if not self._open:
            return
        steps, closing = self._cheapest(), list[_Step]()
        left = len(self.source.ends) - self.source.words_to(steps[-1].after)
        if left <= 2 * len(self._open):
            closing.append(_Step(len(self.source.letters), -1, agrees=True))
        self._trace([*steps, *closing])
        self._settle(steps)

    def rewind(self, marks: int, place: int) -> None:
        """Forget all but the first marks, and go on from a place."""
        del self.marks[marks:]
        if self.marks:  # the last one may have reached into the word that is spoken anew
            last = self.marks[-1]
            self.marks[-1] = last._replace(place=min(last.place, place))
        self._open.clear()
        self._place, self._settled = place, len(self.marks)

    def _mark(self, start: float, end: float, place: int, *, agrees: bool = False) -> None:
        if self.marks:  # looked up by bisection, so it must grow whatever times are reported
            end = max(end, self.marks[-1].end)
        self.marks.append(Mark(start, end, place, agrees))

    def _settle(self, steps: Sequence[_Step]) -> None:
        self._place = steps[-1].after
        self._settled = len(self.marks)
        self._open.clear()

    def _give_up(self, count: int) -> None:
        """Let the oldest open words stand for a word of the text each."""
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
        """Replace the marks of the open words; a step beyond the last word closes the text."""
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
            if not had_run and step.before > place:  # not reported: heard by the time of the next
                self._mark(word.start, word.start, step.before)
            place = step.after
            self._mark(word.start, word.end, place, agrees=True)
        for word, after in run:
            self._mark(word.start, word.end, after)

    def _bridge(self, words: Sequence[Timing], place: int, goal: int) -> None:
        """Spread words that were not found over the text between two that were."""
        ends = self.source.letter_ends
        first, last = self.source.words_to(place), self.source.words_to(goal)
        for nth, word in enumerate(words, 1):
            index = first + (last - first) * nth // len(words)
            place = goal if nth == len(words) else max(place, ends[index - 1] if index else 0)
            self._mark(word.start, word.end, place)

    def _by_phrase(self) -> list[_Step]:
        """Where the latest words stand further on, when a stretch of the text got no times."""
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
        """The cheapest way of the open words through the letters that lie ahead."""
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
        """Let words of the text go unspoken."""
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
        """Let one timed word agree with the text, replace a word of it, or stand for nothing."""
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
    """Whether two spellings share more than half of their start."""
    half = max(len(written), len(spoken)) // 2 + 1
    return half > 1 and written[:half] == spoken[:half]


def _is_sure(steps: Sequence[_Step]) -> bool:
    """Whether the latest words agree well enough to trust the way there."""
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
