"""The account of one utterance: what it says, what was delivered, and what was heard.

Answers are prefixes of the source text, verbatim, that end with a word and the punctuation and
closing tags attached to it. The space after a word, and a tag such as ``<break time="1s"/>``, come
with the word that follows; the whole text comes with the end of the stream.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple

from ..events import Timing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from ..audio import AudioFormat
    from .align import Alignment, Mark, Source

TOLERANCE_S: Final = 0.02  # a word this close to its end counts as heard; times are rounded
_ROUNDING_S: Final = 1e-6  # but its audio arrived only if it did to the last sample

# Common rates of speech, for text without times; a spaceless letter is a syllable.
_LETTERS_PER_SECOND: Final = 14.0
_SYLLABLES_PER_SECOND: Final = 4.5
_SYLLABIC: Final = 1.5  # letters per word up to which a text counts in syllables

_JITTER_S: Final = 0.05  # by how much times of one line may go back


def shift(words: Sequence[Timing], offset: float) -> tuple[Timing, ...]:
    """The same words ``offset`` seconds later: times of a new take on the line of the utterance."""
    return tuple(Timing(word.text, word.start + offset, word.end + offset) for word in words)


class _Cut(NamedTuple):
    """Where speech can go on anew: offsets in the text and its letters, and seconds of audio."""

    end: int
    place: int
    at: float


_START: Final = _Cut(0, 0, 0.0)
_UNGUARDED: Final = nullcontext()


def _alignment() -> Alignment:
    """An empty one; its module, which has patterns to compile, is loaded for the first."""
    from .align import Alignment, Source

    return Alignment(Source())


class Ledger:
    """What was said of one utterance, on one time line.

    One thread feeds it and asks it; with a guard, any thread may `push` and ask what was `heard`.

    Feed it everything that is sent and received: `push`, `timestamps`, `audio`, `finish`. When the
    connection drops, `resume` gives the text to send on a new one.

    Args:
        fmt: Format of the audio, for its duration.
        timed: Whether word times are expected. Nothing counts as spoken then before the first of
            them; otherwise it is estimated until there are some.
        guard: A lock that the thread which holds it may take again; nothing waits under it.
    """

    __slots__ = (
        "_alignment",
        "_base",
        "_done",
        "_estimated",
        "_format",
        "_guard",
        "_kept",
        "_last",
        "_nbytes",
        "_offset",
        "_pieces",
        "_timed",
    )

    def __init__(
        self,
        fmt: AudioFormat,
        *,
        timed: bool = False,
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        self._format = fmt
        self._guard = _UNGUARDED if guard is None else guard
        self._timed = timed
        self._pieces: list[str] = []  # pushed, not yet read; another thread may push
        self._alignment = _alignment() if timed else None  # otherwise made when words matter
        self._nbytes = 0
        self._base = 0.0  # seconds of audio kept from earlier takes
        self._offset = 0.0  # of the times as reported, on the line of the utterance
        self._last: Timing | None = None  # latest word of this take, as reported
        self._done = False
        self._kept = _START
        self._estimated = False  # whether a take began at an estimated word

    # --- what happens

    def push(self, text: str) -> None:
        """Account for text that was sent, split anywhere."""
        self._pieces.append(text)

    def audio(self, nbytes: int) -> None:
        """Account for bytes of audio that were delivered."""
        self._nbytes += nbytes

    def timestamps(self, words: Sequence[Timing]) -> tuple[Timing, ...]:
        """Account for word times; may come before or after the audio they describe.

        Whether times run on or start again with each input is undocumented. A word that starts
        before an earlier one opens a new line. It starts at the audio delivered so far where the
        times run ahead of the audio, otherwise at the end of the last word, which is early by the
        pause between the inputs at most.

        Args:
            words: One report of the service, or none.

        Returns:
            The same words, in seconds from the start of the utterance's audio.
        """
        with self._guard:
            self._read()
            self._timed = self._timed or bool(words)
            placed: list[Timing] = []
            for index, reported in enumerate(words):
                word = self._sane(reported)
                if self._starts_again(word, opens=index == 0):
                    self._offset = self._next_line(self._sane(words[-1]).end)
                self._last = word
                placed += shift((word,), self._offset)
            if not self._done:  # the end said that all of the text was spoken
                self._aligned.add(placed)
            return tuple(placed)

    def finish(self) -> None:
        """Account for the end of the stream: all audio was delivered."""
        with self._guard:
            if self._alignment is not None:
                self._read()
                self._alignment.finish()
            self._done = True

    def keep(self) -> None:
        """Let nothing undo what is in `delivered` now: its audio was handed out.

        Text that goes on with a word which was spoken already is then a word by itself.
        """
        with self._guard:
            self._kept = self._cut()

    def resume(self) -> str:
        """Begin a new take after a drop; the text to send, which is not to be pushed again.

        Audio beyond `cut_at` is forgotten and must be trimmed where it has not been played. Times
        and audio of the new take follow at that position.
        """
        with self._guard:
            self._kept = cut = self._cut()
            self._estimated = self._estimated or bool(cut.place and not self._marks)
            self._aligned.rewind(self._mark_of(cut.place) + 1 if cut.place else 0, cut.place)
            self._base = self._offset = cut.at
            self._nbytes = 0
            self._last = None
            return self._source.text[cut.end :]

    # --- what it comes to

    @property
    def source(self) -> str:
        """All text so far."""
        with self._guard:
            self._read()
            return self._source.text

    @property
    def seconds(self) -> float:
        """Audio delivered, without what a new take has replaced."""
        return self._base + self._format.duration(self._nbytes)

    @property
    def timed_until(self) -> float:
        """Up to where word times are known; before the end, `heard` says no more beyond it."""
        return self._marks[-1].end if self._marks else 0.0

    @property
    def exact(self) -> bool:
        """Whether answers rest on word times that fit the text.

        False without times, where they are estimated from the length of the text; where most timed
        words were not found in it; and where the stream ended with words untimed.
        """
        with self._guard:
            if not self._marks or self._estimated:
                return False
            if 2 * sum(mark.agrees for mark in self._marks) < len(self._marks):
                return False
            return not self._done or self._marks[-1].place >= len(self._source.letters)

    def heard(self, at: float) -> str:
        """The start of the text that had been spoken at a position of the audio.

        Args:
            at: Playhead, in seconds from the start of the utterance's audio.

        Returns:
            Up to the last word that ended by then; "" before; all of the text at the end of a
            finished stream. Never less for a later position.
        """
        with self._guard:
            self._read()
            if self._done and self._end > 0 and at + TOLERANCE_S >= self._end:
                return self._source.text
            words = self._words_by(at)
            return self._source.text[: self._source.ends[words - 1]] if words else ""

    def delivered(self) -> str:
        """The start of the text whose audio arrived in full; a word in part does not count."""
        with self._guard:
            return self.source[: self._cut().end]

    def remaining(self) -> str:
        """The rest of the text; the two together are the source."""
        return self.source[len(self.delivered()) :]

    @property
    def cut_at(self) -> float:
        """Seconds of audio to keep before the rest of the text is spoken anew, in whole samples.

        In the pause before the first word that is not in `delivered`, so that no word is heard
        twice and none is lost.
        """
        with self._guard:
            return self._cut().at

    # --- how

    @property
    def _aligned(self) -> Alignment:
        if self._alignment is None:
            self._alignment = _alignment()
        return self._alignment

    @property
    def _source(self) -> Source:
        return self._aligned.source

    @property
    def _marks(self) -> Sequence[Mark]:
        return () if self._alignment is None else self._alignment.marks

    @property
    def _end(self) -> float:
        return self.seconds or self.timed_until

    def _read(self) -> None:
        count = len(self._pieces)  # what is pushed meanwhile comes behind these
        text = "".join(self._pieces[:count])
        del self._pieces[:count]
        if text:
            self._source.append(text)
            self._aligned.review()

    def _mark_of(self, place: int) -> int:
        """The first mark at which the text was spoken up to a place."""
        return bisect_left(self._marks, place, key=lambda mark: mark.place)

    def _cut(self) -> _Cut:
        """Where the audio so far ends, in whole words."""
        words = self._words_by(self.seconds, tolerance=_ROUNDING_S)
        source = self._source
        if self._done:
            return _Cut(len(source.text), len(source.letters), self.seconds)
        if not words or source.ends[words - 1] < self._kept.end:
            return self._kept._replace(at=max(self._kept.at, self._base))
        place = source.letter_ends[words - 1]
        if self._marks:
            index = self._mark_of(place)
            at = max(self._base, self._marks[index].end)
            if index + 1 < len(self._marks):
                at = max(at, self._marks[index + 1].start)
        else:
            at = place / self._rate
        samples = self._format.nbytes(min(self.seconds, at))
        # what was attached to a word after it had been spoken was not spoken with it
        end = self._kept.end if place == self._kept.place else source.ends[words - 1]
        return _Cut(end, place, self._format.duration(samples))

    def _words_by(self, at: float, tolerance: float = TOLERANCE_S) -> int:
        """How many words of the source were spoken by a position."""
        self._read()
        known = bisect_right(self._marks, at + tolerance, key=lambda mark: mark.end)
        place = self._marks[known - 1].place if known else 0
        if known == len(self._marks) and (self._done or not self._timed):
            place = max(place, self._estimate(at, place))
        return self._source.words_to(place)

    def _estimate(self, at: float, place: int) -> int:
        """The letters spoken by a position that has no times, at an even pace."""
        late, letters = max(0.0, at - self.timed_until), len(self._source.letters)
        if not self._done:
            return min(letters, place + int(late * self._rate))
        span = self._end - self.timed_until
        return place if span <= 0 else place + int((letters - place) * min(1.0, late / span))

    @property
    def _rate(self) -> float:
        """Letters per second, guessed from the script."""
        source = self._source
        syllabic = len(source.letters) <= _SYLLABIC * len(source.ends)
        return _SYLLABLES_PER_SECOND if syllabic else _LETTERS_PER_SECOND

    def _sane(self, word: Timing) -> Timing:
        """A word whose times are finite, not negative, and in order."""
        start, end = word.start, word.end
        if not math.isfinite(start):
            start = self._last.end if self._last is not None else 0.0
        start = max(0.0, start)
        return Timing(word.text, start, max(start, end) if math.isfinite(end) else start)

    def _starts_again(self, word: Timing, *, opens: bool) -> bool:
        """Whether a word, perhaps the one that opens a report, begins a new line of times."""
        last = self._last
        if last is None or word.start >= last.end - _JITTER_S:
            return False
        return word.start < last.start - _JITTER_S or (opens and word.start <= last.start)

    def _next_line(self, report_end: float) -> float:
        last_end = self._offset + (self._last.end if self._last is not None else 0.0)
        runs_ahead = self.seconds < last_end + report_end
        return self.seconds if last_end < self.seconds and runs_ahead else last_end
