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

    from ..audio import AudioFormat
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
    """A place to resume from: offsets in the text and in its letters, and seconds of audio."""

    end: int
    place: int
    at: float


_START: Final = _Cut(0, 0, 0.0)
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
        self._pieces: list[str] = []  # pushed but not yet read; another thread may push
        self._alignment = _alignment() if timed else None  # otherwise created when first needed
        self._nbytes = 0
        self._base = 0.0  # seconds of audio kept from earlier takes
        self._offset = 0.0  # of the reported times, on the utterance's time line
        self._last: Timing | None = None  # latest word of this take, as reported
        self._done = False
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
            for index, reported in enumerate(words):
                word = self._sane(reported)
                if self._starts_again(word, opens=index == 0):
                    self._offset = self._next_line(self._sane(words[-1]).end)
                self._last = word
                placed += shift((word,), self._offset)
            if not self._done:  # after the end, all of the text counts as spoken
                self._aligned.add(placed)
            return tuple(placed)

    def finish(self) -> None:
        """Record the end of the stream: all audio was delivered."""
        with self._guard:
            if self._alignment is not None:
                self._read()
                self._alignment.finish()
            self._done = True

    def keep(self) -> None:
        """Make the current `delivered` text final, because the consumer got its audio.

        Later text that continues a word already spoken counts as a word of its own.
        """
        with self._guard:
            self._kept = self._cut()

    def resume(self) -> str:
        """Begin a new take after a dropped connection; return the text to send.

        Do not `push` this text again. The ledger forgets the audio beyond `cut_at`; the caller must
        drop that audio if it is not yet played. The new take's audio and times start there.
        """
        with self._guard:
            self._kept = cut = self._cut()
            self._estimated = self._estimated or bool(cut.place and not self._marks)
            self._aligned.rewind(self._mark_of(cut.place) + 1 if cut.place else 0, cut.place)
            self._base = self._offset = cut.at
            self._nbytes = 0
            self._last = None
            return self._source.text[cut.end :]

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
    def timed_until(self) -> float:
        """Seconds up to which word times are known; `heard` ends here until more times arrive."""
        return self._marks[-1].end if self._marks else 0.0

    @property
    def exact(self) -> bool:
        """Whether the answers are based on word times that fit the text.

        False if there are no times, so that the answers are estimates from the length of the text;
        if most timed words were not found in the text; or if the stream ended with untimed words.
        """
        with self._guard:
            if not self._marks or self._estimated:
                return False
            if 2 * sum(mark.agrees for mark in self._marks) < len(self._marks):
                return False
            return not self._done or self._marks[-1].place >= len(self._source.letters)

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

        The position is in the pause before the first word that is not in `delivered`, so that each
        word is heard exactly once.
        """
        with self._guard:
            return self._cut().at

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

    def _mark_of(self, place: int) -> int:
        """Return the index of the first mark at or after a letter offset."""
        return bisect_left(self._marks, place, key=lambda mark: mark.place)

    def _cut(self) -> _Cut:
        """Return the place after the last whole word of the audio so far."""
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
        # text attached to a word after it was spoken is not part of it
        end = self._kept.end if place == self._kept.place else source.ends[words - 1]
        return _Cut(end, place, self._format.duration(samples))

    def _words_by(self, at: float, tolerance: float = TOLERANCE_S) -> int:
        """Return the number of words of the source that were spoken by a position."""
        self._read()
        known = bisect_right(self._marks, at + tolerance, key=lambda mark: mark.end)
        place = self._marks[known - 1].place if known else 0
        if known == len(self._marks) and (self._done or not self._timed):
            place = max(place, self._estimate(at, place))
        return self._source.words_to(place)

    def _estimate(self, at: float, place: int) -> int:
        """Estimate the letters spoken by a position without word times, at a constant rate."""
        late, letters = max(0.0, at - self.timed_until), len(self._source.letters)
        if not self._done:
            return min(letters, place + int(late * self._rate))
        span = self._end - self.timed_until
        return place if span <= 0 else place + int((letters - place) * min(1.0, late / span))

    @property
    def _rate(self) -> float:
        """Letters per second, estimated from the script."""
        source = self._source
        syllabic = len(source.letters) <= _SYLLABIC * len(source.ends)
        return _SYLLABLES_PER_SECOND if syllabic else _LETTERS_PER_SECOND

    def _sane(self, word: Timing) -> Timing:
        """Return the word with times that are finite, not negative, and in order."""
        start, end = word.start, word.end
        if not math.isfinite(start):
            start = self._last.end if self._last is not None else 0.0
        start = max(0.0, start)
        return Timing(word.text, start, max(start, end) if math.isfinite(end) else start)

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
