"""Subtitles: words with times, grouped into cues, as SRT or WebVTT."""

from __future__ import annotations

import html
import math
import textwrap
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Kind: TypeAlias = Literal["srt", "vtt"]

LINE: Final = 42  # characters of a line, and two lines per cue: the usual rule of broadcasters
LONGEST_S: Final = 7.0  # what a cue may last
SHORTEST_S: Final = 1.0  # what a cue lasts at least, if the next one leaves it the time
PAUSE_S: Final = 0.6  # silence after which a new cue begins
SENTENCE: Final = LINE // 2  # characters after which the end of a sentence ends the cue
_ENDS: Final = (".", "!", "?", "…", "。", "！", "？")  # noqa: RUF001 (of Chinese and Japanese)


class Word(NamedTuple):
    """A word with its times in seconds."""

    text: str
    start: float
    end: float


class Cue(NamedTuple):
    """A text to show for some time, in seconds."""

    text: str
    start: float
    end: float


def subtitles(kind: Kind, words: Iterable[Word], text: str = "") -> str:
    """Return a file of subtitles.

    Args:
        kind: The format.
        words: The words in their order.
        text: The whole text, which says where spaces stand between words; some languages have none.
    """
    cues = _timed(_groups(_spaced(_sane(words), text)))
    if kind == "vtt":
        return "\n".join(["WEBVTT\n", *(f"{_times(cue, '.')}\n{_vtt(cue)}\n" for cue in cues)])
    blocks = (f"{number}\n{_times(cue, ',')}\n{_srt(cue)}\n" for number, cue in enumerate(cues, 1))
    return "\n".join(blocks)


def _sane(words: Iterable[Word]) -> Iterator[Word]:
    """Leave out words without letters or times, and let no time run backwards."""
    now = 0.0
    for word in words:
        text = " ".join(word.text.split())
        if text and math.isfinite(word.start) and math.isfinite(word.end):
            start = max(now, word.start)
            now = max(start, word.end)
            yield Word(text, start, now)


def _spaced(words: Iterable[Word], text: str) -> Iterator[Word]:
    """Put a space in front of each word, unless the text has none there."""
    position = 0
    for word in words:
        found = text.find(word.text, position)
        between = text[position:found] if found >= 0 else " "
        position = found + len(word.text) if found >= 0 else position
        yield word._replace(text=f" {word.text}" if between else word.text)


def _groups(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Group words into cues: by pauses, ends of sentences, length and time."""
    group: list[Word] = []
    length = 0
    for word in words:
        if group and (
            word.start - group[-1].end >= PAUSE_S
            or word.end - group[0].start > LONGEST_S
            or length + len(word.text) > 2 * LINE
            or (length >= SENTENCE and group[-1].text.endswith(_ENDS))
        ):
            yield group
            group, length = [], 0
        group.append(word)
        length += len(word.text)
    if group:
        yield group


def _timed(groups: Iterable[list[Word]]) -> list[Cue]:
    """Make cues, long enough to be read and without overlap."""
    cues = [
        Cue("".join(word.text for word in group).strip(), group[0].start, group[-1].end)
        for group in groups
    ]
    nexts = [*(cue.start for cue in cues[1:]), math.inf]
    return [
        cue._replace(end=max(cue.end, min(cue.start + SHORTEST_S, following)))
        for cue, following in zip(cues, nexts, strict=False)
    ]


def _times(cue: Cue, point: str) -> str:
    start = round(cue.start * 1000)
    end = max(round(cue.end * 1000), start + 1)  # players skip cues without duration
    return f"{_time(start, point)} --> {_time(end, point)}"


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _lines(text: str) -> Sequence[str]:
    """Break a text into two lines of similar length if it is too long for one."""
    if len(text) <= LINE:
        return [text]
    for width in range(len(text) // 2, LINE):
        lines = textwrap.wrap(text, width, break_on_hyphens=False)
        if len(lines) == 2:
            return lines
    return textwrap.wrap(text, LINE)


def _srt(cue: Cue) -> str:
    return "\n".join(_lines(cue.text.replace("-->", "→")))


def _vtt(cue: Cue) -> str:
    return "\n".join(html.escape(line, quote=False) for line in _lines(cue.text))
