"""Subtitles: words with times, grouped into cues, as SRT or WebVTT.

    from cartesia_stream.subtitles import srt

    print(srt(client.stt.transcribe(file="a.wav", timestamp_granularities=["word"])))

`Audio` and `Transcript` have methods of the same names.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple
from unicodedata import category, east_asian_width

from .errors import ConfigurationError
from .events import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cartesia_api.models import Transcription

__all__ = ["srt", "vtt"]

LINE: Final = 42  # letters of a line, and two lines per cue: the usual rule of broadcasters
LONGEST_S: Final = 7.0  # what a cue may last
SHORTEST_S: Final = 1.0  # what a cue lasts at least, if the next one leaves it the time
PAUSE_S: Final = 0.6  # silence after which a new cue begins
SENTENCE: Final = LINE // 2  # letters after which the end of a sentence ends the cue
_ENDS: Final = (".", "!", "?", "…", "。", "！", "？")  # noqa: RUF001 (of Chinese and Japanese)


class _Cue(NamedTuple):
    """Lines of text to show for some time, in milliseconds."""

    text: str
    start: int
    end: int


def srt(words: Transcription | Iterable[Timing], text: str = "") -> str:
    """Return subtitles as a SubRip file (``.srt``).

    A cue has at most two lines of 42 letters, or of 21 in a script with wide letters such as
    Chinese, and lasts at most 7 s. It ends with a sentence or before a pause, if it can.

    Args:
        words: Words in their order, with seconds from the start, or what `stt.transcribe` returned.
        text: The whole text. It says where spaces stand between the words; some languages have
            none. Not for a transcription, which has its text.

    Returns:
        The file; empty for silence.

    Raises:
        ConfigurationError: If there is text, but no word has a time.
    """
    blocks = (
        f"{number}\n{_times(cue, ',')}\n{cue.text.replace('-->', '→')}\n"
        for number, cue in enumerate(_cues(words, text), 1)
    )
    return "\n".join(blocks)


def vtt(words: Transcription | Iterable[Timing], text: str = "") -> str:
    """Return subtitles as a WebVTT file (``.vtt``), which browsers show in a ``<track>``.

    Args:
        words: As for `srt`.
        text: As for `srt`.

    Returns:
        The file; for silence, its header alone.

    Raises:
        ConfigurationError: If there is text, but no word has a time.
    """
    blocks = (
        f"{_times(cue, '.')}\n{html.escape(cue.text, quote=False)}\n" for cue in _cues(words, text)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def untimed_error() -> ConfigurationError:
    """Make the error for text without word times."""
    return ConfigurationError(
        "subtitles need the times of the words; ask for them: add_timestamps=True when you speak, "
        'timestamp_granularities=["word"] with transcribe, model="ink-whisper" with dictate',
        option="add_timestamps",
    )


def _cues(source: Transcription | Iterable[Timing], text: str) -> Iterator[_Cue]:
    if isinstance(source, Iterable):
        words = list(source)
    else:
        words = [Timing(word.word, word.start, word.end) for word in source.words or ()]
        text = source.text
    if not words and text.strip():
        raise untimed_error()
    return _timed(list(_groups(_spaced(_sane(words), text))))


def _sane(words: Iterable[Timing]) -> Iterator[Timing]:
    """Leave out words without letters or times, and let no time run backwards."""
    now = 0.0
    for word in words:
        text = " ".join(word.text.split())
        if text and math.isfinite(word.start) and math.isfinite(word.end):
            start = max(now, word.start)
            now = max(start, word.end)
            yield Timing(text, start, now)


def _spaced(words: Iterable[Timing], text: str) -> Iterator[Timing]:
    """Put a space in front of each word, unless the text has none there."""
    position = 0
    for word in words:
        found = text.find(word.text, position)
        between = text[position:found] if found >= 0 else " "
        position = found + len(word.text) if found >= 0 else position
        yield Timing(f" {word.text}" if between else word.text, word.start, word.end)


def _groups(words: Iterable[Timing]) -> Iterator[list[Timing]]:
    """Group words into cues: by pauses, ends of sentences, length and time."""
    group: list[Timing] = []
    text = ""
    for word in words:
        if group and (
            word.start - group[-1].end >= PAUSE_S
            or word.end - group[0].start > LONGEST_S
            or (_width(text) >= SENTENCE and text.endswith(_ENDS))
            or len(_wrapped(text + word.text, LINE)) > 2
        ):
            yield group
            group, text = [], ""
        group.append(word)
        text += word.text
    if group:
        yield group


def _timed(groups: Sequence[Sequence[Timing]]) -> Iterator[_Cue]:
    """Make cues, long enough to be read and without overlap; players skip those of no length."""
    nexts = [*(group[0].start for group in groups[1:]), math.inf]
    free = 0
    for group, following in zip(groups, nexts, strict=False):
        start = max(free, round(group[0].start * 1000))
        latest = min(following, group[0].start + SHORTEST_S)
        free = max(start + 1, round(max(group[-1].end, latest) * 1000))
        yield _Cue("\n".join(_lines("".join(word.text for word in group))), start, free)


def _times(cue: _Cue, point: str) -> str:
    return f"{_time(cue.start, point)} --> {_time(cue.end, point)}"


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _lines(text: str) -> Sequence[str]:
    """Break a text into as few lines as possible, of similar length."""
    lines = _wrapped(text, LINE)
    if len(lines) > 1:
        for width in range(_width(text) // len(lines), LINE):
            if len(shorter := _wrapped(text, width)) == len(lines):
                return shorter
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    """Fill lines of a width; a piece that is wider than a line is cut."""
    lines = [""]
    for piece in _pieces(text):
        if _width((lines[-1] + piece).strip()) <= width:
            lines[-1] += piece
            continue
        lines.append("")
        for letter in piece.strip():
            if lines[-1] and _width(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str) -> Iterator[str]:
    """Split a text where a line may end: at spaces, and between wide letters.

    A mark such as a comma stays with the letter before it, an opening bracket with that after it.
    """
    piece = ""
    for letter in text:
        breaks = letter == " " or (
            (_is_wide(letter) or (piece != "" and _is_wide(piece[-1])))
            and category(letter) not in ("Pe", "Pf", "Po", "Mn", "Lm")
            and category(piece[-1:] or " ") not in ("Ps", "Pi")
        )
        if breaks and piece:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _is_wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"


def _width(text: str) -> int:
    """Return the width in letters of the Latin script: a Chinese one takes the place of two."""
    return len(text) + sum(map(_is_wide, text))
