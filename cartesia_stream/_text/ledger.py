"""Tracks the text of one utterance: which part was sent, delivered and heard.

The answers are exact prefixes of the source text. Each ends with a word, including the punctuation
and closing tags attached to it. The space after a word, and a tag such as ``<break time="1s"/>``,
belong to the next word. At the end of the stream the answer is the whole text.
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

    from ..formats import AudioFormat
    from .align import Alignment, Mark, Source

TOLERANCE_S: Final = 0.02  # a word counts as heard this long before its end; times are rounded
_ROUNDING_S: Final = 1e-6  # a word counts as delivered only with its last sample

# Usual speech rates, for text without word times. Without spaces, a letter is a syllable.
_LETTERS_PER_SECOND: Final = 14.0
_SYLLABLES_PER_SECOND: Final = 4.5
_SYLLABIC: Final = 1.5  # maximum letters per word of a text that is counted in syllables

_JITTER_S: Final = 0.05  # how far back times of one time line may go


def shift(words: Sequence[Timing], offset: float) -> tuple[Timing, ...]:
    """Return the words ``offset`` seconds later, to put a take on the utterance's time line."""
    return tuple(Timing(word.text, word.start + offset, word.end + offset) for word in words)


class _Cut(NamedTuple):
    """A place to resume from.

    Attributes:
        end: Offset in the text.
        unit: The same place, in letters and signs.
        place: The same place, in letters.
        at: Seconds of audio before it.
        paused: Whether that audio has the pause before the next word, so that the text needs no
            space there.
    """

    end: int
    unit: int
    place: int
    at: float
    paused: bool = False


_START: Final = _Cut(0, 0, 0, 0.0)
_UNGUARDED: Final = nullcontext()


def _alignment() -> Alignment:
    """Return an empty alignment; import its module, with patterns to compile, on first use."""
    from .align import Alignment, Source

    return Alignment(Source())


class Ledger:
    """Tracks which part of one utterance was spoken, on one time line.

    Only one thread may use it. With a guard, any thread may call `push` and `heard`.

    Report everything that is sent and received: call `push`, `timestamps`, `audio` and `finish`.
    When the connection drops, `resume` returns the text to send on a new one.

    Args:
        fmt: Format of the audio, for its duration.
        timed: Whether word times are expected. If so, no text counts as spoken before the first
            word time; otherwise the ledger estimates until word times arrive.
        guard: A reentrant lock; the ledger never blocks while it holds the lock.

    Attributes:
        doubtful: Whether word times contradict each other, so that no place in the audio is
            certain.
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
        "doubtful",
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
        self._pieces: list[str] = []  # pushed but not yet read; another thread may push
        self._alignment = _alignment() if timed else None  # otherwise created when first needed
        self._nbytes = 0
        self._base = 0.0  # seconds of audio kept from earlier takes
        self._offset = 0.0  # of the reported times, on the utterance's time line
        self._last: Timing | None = None  # latest word of this take, as reported
        self._done = False
        self.doubtful: bool = False
        self._kept = _START
        self._estimated = False  # whether a take began at an estimated place

    # --- what happens

    def push(self, text: str) -> None:
        """Record text that was sent, split at any point."""
        self._pieces.append(text)

    def audio(self, nbytes: int) -> None:
        """Record audio that was delivered, in bytes."""
        self._nbytes += nbytes

    def timestamps(self, words: Sequence[Timing]) -> tuple[Timing, ...]:
        """Record word times, which may arrive before or after their audio.

        The API does not say whether times continue or start again with each input. A word that
        starts before an earlier one begins a new time line. If times arrive ahead of their audio,
        that line starts at the end of the audio delivered so far. Otherwise it starts at the end of
        the last word, which is too early by at most the pause between the inputs.

        Args:
            words: The words of one report of the service; may be empty.

        Returns:
            The same words, in seconds from the start of the utterance's audio.
        """
        with self._guard:
            self._read()
            self._timed = self._timed or bool(words)
            placed: list[Timing] = []
            before, again = self._marks[-1].unit if self._marks else 0, False
            for index, reported in enumerate(words):
                word = self._sane(reported)
                if self._contradicts(reported):
                    self.doubtful = True
                if self._starts_again(word, opens=index == 0):
                    self.doubtful = self.doubtful or index > 0
                    again = True
                    self._offset = self._next_line(self._sane(words[-1]).end)
                self._last = word
                placed += shift((word,), self._offset)
            if not self._done:  # after the end, all of the text counts as spoken
                self._aligned.add(placed)
            if again and not self.doubtful:  # equal words may have got arbitrary times
                nth = self._source.words_to(before)
                self.doubtful = any(map(self._source.repeats, range(max(0, nth - 1), nth + 1)))
            return tuple(placed)

    def finish(self) -> None:
        """Record the end of the stream: all audio was delivered."""
        with self._guard:
            if self._alignment is not None:
                self._read()
                self._alignment.finish()
            self._done = True

    def keep(self) -> None:
        """Make the text before `cut_at` final, because the consumer got its audio.

        Later text that continues a word already spoken counts as a word of its own.
        """
        with self._guard:
            self._kept = self._cut(safe=True)

    def resume(self) -> str:
        """Begin a new take after a dropped connection; return the text to send.

        Do not `push` this text again. The ledger forgets the audio beyond `cut_at`; the caller must
        drop that audio if it is not yet played. The new take's audio and times start there. A space
        whose pause is in the audio before `cut_at` is not sent again.
        """
        with self._guard:
            self._kept = cut = self._cut(safe=True)
            self._estimated = self._estimated or bool(cut.unit and not self._marks)
            last = self._mark_of(cut.unit) if cut.unit else -1
            self._aligned.rewind(last + 1, cut.unit, cut.place)
            self._base = self._offset = cut.at
            self._nbytes = 0
            self._last = None
            rest = self._source.text[cut.end :]
            return rest.lstrip() if cut.paused else rest

    # --- answers

    @property
    def source(self) -> str:
        """All text pushed so far."""
        with self._guard:
            self._read()
            return self._source.text

    @property
    def seconds(self) -> float:
        """Seconds of audio delivered, without audio that a new take replaced."""
        return self._base + self._format.duration(self._nbytes)

    @property
    def nbytes(self) -> int:
        """The same in bytes."""
        return self._format.nbytes(self._base) + self._nbytes

    @property
    def timed_until(self) -> float:
        """Seconds up to which word times are known; `heard` ends here until more times arrive."""
        return self._marks[-1].end if self._marks else 0.0

    @property
    def exact(self) -> bool:
        """Whether the answers are based on word times that fit the text.

        False if there are no times, so that the answers are estimates from the length of the text;
        if times contradict each other; if most timed words were not found in the text; or if the
        stream ended with untimed words.
        """
        with self._guard:
            if not self._marks or self._estimated or self.doubtful:
                return False
            if 2 * sum(mark.agrees for mark in self._marks) < len(self._marks):
                return False
            source = self._source  # the service need not report the signs after the last letter
            return not self._done or self._marks[-1].unit >= source.unit_at(source.length)

    def heard(self, at: float) -> str:
        """Return the start of the text that was spoken up to a position in the audio.

        Args:
            at: Playback position, in seconds from the start of the utterance's audio.

        Returns:
            The text up to the last word that ended by then; "" if no word has. At the end of a
            finished stream, all of the text. A later position never gives a shorter text.
        """
        with self._guard:
            self._read()
            if self._done and self._end > 0 and at + TOLERANCE_S >= self._end:
                return self._source.text
            words = self._words_by(at)
            return self._source.text[: self._source.ends[words - 1]] if words else ""

    def delivered(self) -> str:
        """Return the start of the text whose audio arrived in full, in whole words."""
        with self._guard:
            return self.source[: self._cut().end]

    def remaining(self) -> str:
        """Return the rest of the text, after `delivered`."""
        return self.source[len(self.delivered()) :]

    @property
    def cut_at(self) -> float:
        """Seconds of audio to keep before the rest of the text is spoken again, in whole samples.

        The position is after the pause before the first word to be spoken again, if that pause has
        arrived, and otherwise at the end of the last word. It is never between equal words: a word
        without a time would put it in the wrong place.
        """
        with self._guard:
            return self._cut(safe=True).at

    @property
    def delivered_at(self) -> float:
        """Seconds of audio up to the end of `delivered`; later than `cut_at` among equal words."""
        with self._guard:
            return self._cut().at

    @property
    def nothing_left(self) -> bool:
        """Whether all that can be heard of the text has been spoken."""
        from .align import Source  # imported only after a failure

        with self._guard:
            rest = self._source.text[self._cut(safe=True).end :]
            return self.timed_until <= self.seconds + _ROUNDING_S and not Source(rest).audible

    # --- internals

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
        count = len(self._pieces)  # another thread may append more meanwhile
        text = "".join(self._pieces[:count])
        del self._pieces[:count]
        if text:
            self._source.append(text)
            self._aligned.review()

    def _mark_of(self, unit: int) -> int:
        """Return the first mark that ends at a place and has arrived; -1 if the place is in a mark.

        Words that are not in the text, or not yet found in it, may follow with the same place; they
        may belong to what is left to say.
        """
        marks = self._marks
        index = bisect_left(marks, unit, key=lambda mark: mark.unit)
        if index == len(marks) or marks[index].unit != unit:
            return -1
        return index if marks[index].end <= self.seconds + _ROUNDING_S else -1

    def _whole_words(self, *, safe: bool) -> int:
        """Return the number of words that have arrived in full.

        Args:
            safe: Whether a new take must be able to begin after them; see `Source.safe_words`.
        """
        source, marks = self._source, self._marks
        words = self._words_by(self.seconds, tolerance=_ROUNDING_S)
        while marks and words:
            words = source.safe_words(words) if safe else words
            if safe and words and source.repeats(words - 1) and self._pause_after(words) is None:
                words = source.safe_words(words - 1)  # only the next word proves that they ended
            unit = source.unit_ends[words - 1] if words else 0
            if not words or self._mark_of(unit) >= 0:
                break
            before = bisect_left(marks, unit, key=lambda mark: mark.unit) - 1
            words = source.words_to(marks[before].unit) if before >= 0 else 0
        return words

    def _pause_after(self, words: int) -> float | None:
        """Return when the next word starts, if the audio up to there has arrived.

        None if the next word was not reported, or is one of several that repeat each other, whose
        times are not trusted.
        """
        marks, source = self._marks, self._source
        index = self._mark_of(source.unit_ends[words - 1]) + 1
        if not 0 < index < len(marks) or source.repeats(words):
            return None
        last, following = marks[index - 1], marks[index]
        arrived = following.agrees and last.end <= following.start <= self.seconds
        return following.start if arrived else None

    def _cut(self, *, safe: bool = False) -> _Cut:
        """Return the place after the last whole word of the audio so far."""
        source, kept, marks = self._source, self._kept, self._marks
        words = self._whole_words(safe=safe)
        if self._done:
            return _Cut(len(source.text), source.units, source.length, self.seconds)
        if not words or source.ends[words - 1] < kept.end:
            return kept._replace(at=max(kept.at, self._base))
        unit = source.unit_ends[words - 1]
        paused = False
        if marks:
            pause = self._pause_after(words)
            paused = pause is not None
            at = max(self._base, marks[self._mark_of(unit)].end if pause is None else pause)
        else:
            at = unit / self._rate
        if unit == kept.unit and at < kept.at:
            at, paused = kept.at, kept.paused
        samples = self._format.nbytes(min(self.seconds, at))
        # text attached to a word after it was spoken is not part of it
        end = kept.end if unit == kept.unit else source.ends[words - 1]
        place = source.letter_ends[words - 1]
        return _Cut(end, unit, place, self._format.duration(samples), paused)

    def _words_by(self, at: float, tolerance: float = TOLERANCE_S) -> int:
        """Return the number of words of the source that were spoken by a position."""
        self._read()
        known = bisect_right(self._marks, at + tolerance, key=lambda mark: mark.end)
        unit = self._marks[known - 1].unit if known else 0
        if known == len(self._marks) and (self._done or not self._timed):
            unit = max(unit, self._estimate(at, unit))
        return self._source.words_to(unit)

    def _estimate(self, at: float, unit: int) -> int:
        """Estimate the place spoken by a position without word times, at a constant rate."""
        late, units = max(0.0, at - self.timed_until), self._source.units
        if not self._done:
            return min(units, unit + int(late * self._rate))
        span = self._end - self.timed_until
        return unit if span <= 0 else unit + int((units - unit) * min(1.0, late / span))

    @property
    def _rate(self) -> float:
        """Letters per second, estimated from the script."""
        source = self._source
        syllabic = source.units <= _SYLLABIC * len(source.ends)
        return _SYLLABLES_PER_SECOND if syllabic else _LETTERS_PER_SECOND

    def _sane(self, word: Timing) -> Timing:
        """Return the word with times that are finite, not negative, and in order."""
        start, end = word.start, word.end
        if not math.isfinite(start):
            start = self._last.end if self._last is not None else 0.0
        start = max(0.0, start)
        return Timing(word.text, start, max(start, end) if math.isfinite(end) else start)

    def _contradicts(self, word: Timing) -> bool:
        """Whether the times of a word cannot be true."""
        if not (math.isfinite(word.start) and math.isfinite(word.end)):
            return True
        if word.end <= word.start and any(map(str.isalnum, word.text)):
            return True
        last = self._last
        return word.start < 0 or (
            last is not None and last.start < word.start < last.end - _JITTER_S
        )

    def _starts_again(self, word: Timing, *, opens: bool) -> bool:
        """Whether a word begins a new time line; ``opens`` says that it is first in its report."""
        last = self._last
        if last is None or word.start >= last.end - _JITTER_S:
            return False
        return word.start < last.start - _JITTER_S or (opens and word.start <= last.start)

    def _next_line(self, report_end: float) -> float:
        last_end = self._offset + (self._last.end if self._last is not None else 0.0)
        runs_ahead = self.seconds < last_end + report_end
        return self.seconds if last_end < self.seconds and runs_ahead else last_end
