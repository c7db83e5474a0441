"""What was heard, through all connections of one listener: no word twice, and none missing.

A new connection hears again what the old one had not finished. So it repeats words that the reader
already has; a book strips them, and joins the texts of both connections. `DictationBook` belongs to
`/stt/websocket`, and `TurnBook` to `/stt/turns/websocket`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from .._checks import is_number
from ..errors import RemoteProtocolError
from ..events import NO_EXTRA, Timing, UnknownEvent
from ..transcripts import (
    FinalTranscript,
    PartialTranscript,
    TurnEnded,
    TurnPredicted,
    TurnResumed,
    TurnStarted,
    TurnUpdated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..transcripts import DictateEvent, ListenEvent

    Event: TypeAlias = ListenEvent | DictateEvent
    Fields: TypeAlias = dict[str, object]

_WORD: Final = re.compile(r"\S+")
_LETTERS: Final = re.compile(r"[^\w]+")
# Scripts that are written without spaces between words.
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u9fff\uff00-\uffef]")
_USUAL: Final = frozenset(
    ("type", "request_id", "text", "is_final", "duration", "language", "words", "transcript")
)
_KNOWN: Final = _USUAL | {"turn_id"}


def extra_of(fields: Fields) -> Mapping[str, object]:
    """Return the fields of a frame that this version does not know, and the id of the turn."""
    if fields.keys() <= _USUAL:
        return NO_EXTRA
    extra = {name: value for name, value in fields.items() if name not in _KNOWN}
    turn_id = fields.get("turn_id")
    return {"turn_id": turn_id, **extra} if turn_id is not None else extra or NO_EXTRA


def text_of(fields: Fields, name: str) -> str:
    """Return the text in a frame.

    Raises:
        RemoteProtocolError: If there is none.
    """
    value = fields.get(name)
    if not isinstance(value, str):
        raise RemoteProtocolError(f"a {fields.get('type')} frame has a missing or malformed {name}")
    return value


def gap(before: str, text: str) -> str:
    """Return the space that is missing between two texts of different connections."""
    if not before or not text or before[-1].isspace() or text[0].isspace():
        return ""
    return "" if _DENSE.match(before[-1]) and _DENSE.match(text[0]) else " "


def plain_words(text: str) -> list[str]:
    """Return the words of a text for comparison, without case and punctuation."""
    return [_LETTERS.sub("", word).casefold() for word in _WORD.findall(text)]


def _number(value: object) -> float | None:
    return float(value) if is_number(value) else None


def _timings(fields: Fields, origin: float) -> tuple[Timing, ...]:
    """Read word times, as a list of words or of columns; `origin` is added to them."""
    table = fields.get("words")
    rows: list[tuple[object, object, object]] = []
    for row in cast("list[object]", table if isinstance(table, list) else [table]):
        if not isinstance(row, dict):
            continue
        row = cast("Fields", row)
        columns = [row.get(name) for name in ("words", "start", "end")]
        if all(isinstance(column, list) for column in columns):
            rows += zip(*cast("list[list[object]]", columns), strict=False)
        else:
            rows.append((row.get("word"), row.get("start"), row.get("end")))
    return tuple(
        Timing(word, origin + start, origin + end)
        for word, start, end in rows
        if isinstance(word, str) and is_number(start) and is_number(end)
    )


class Repetition:
    """Strips from texts the words that were delivered before; they come first, and all of them.

    The recogniser may understand the same audio differently the second time. Then the words are
    counted: as many are stripped as had been delivered.

    Args:
        words: The delivered words, without case and punctuation.
    """

    __slots__ = ("_words",)

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def strip(self, text: str, *, final: bool) -> tuple[str, int]:
        """Return the rest of a text, and the number of words before it.

        Args:
            text: A text of the new connection.
            final: Whether the next text follows this one instead of replacing it.
        """
        if not self._words:
            return text, 0
        found = list(_WORD.finditer(text))
        count = min(len(found), len(self._words))
        if final:
            self._words = self._words[count:]
        if not count:
            return text, 0
        return text[found[count - 1].end() :], count


class DictationBook:
    """The book of the socket whose client asks for text.

    Attributes:
        text: All final text.
        pieces: The final texts.
        words: Times of the words.
        safe: Seconds on the line of this connection up to which the last final covers the audio, if
            the service tells; the caller resets it.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.pieces: list[str] = []
        self.words: list[Timing] = []
        self.repaired: int = 0
        self.safe: float | None = None
        self._tail = ""  # the end of the text
        self._since: list[str] = []  # words delivered after the last safe cut
        self._repetition = Repetition([])
        self._fresh = False  # whether this connection has not given any text after another one did
        self._durations = 0.0  # of the finals since the last flush, or since the connection began
        self._counted_from = 0.0
        self._told = 0.0  # up to where finals cover the audio
        self._asked: list[FinalTranscript] = []  # since the last flush

    @property
    def text(self) -> str:
        """All final text."""
        return "".join(self.pieces)

    @property
    def said(self) -> tuple[int, int]:
        """How many pieces there are, and how many characters of an open one."""
        return len(self.pieces), 0

    def restart(self, *, lost: bool) -> None:
        """Begin again on another connection, which hears the audio after the last safe cut."""
        self._repetition = Repetition([] if lost else list(self._since))
        if lost:
            self._since.clear()
        self._fresh = True
        self._durations = self._counted_from = 0.0

    def settle(self) -> None:
        """Note that all text so far belongs to audio that will not be heard again."""
        self._since.clear()

    def receive(self, fields: Fields, *, origin: float, at: float) -> None:
        """Handle a frame with text.

        Args:
            fields: The frame.
            origin: Where the audio of this connection begins, in seconds.
            at: Seconds of the stream's audio that were sent.
        """
        name = str(fields["type"])
        if name != "transcript":
            self.events.append(UnknownEvent(name=name, fields=fields))
            return
        text = text_of(fields, "text")
        language = fields.get("language")
        language = language if isinstance(language, str) else None
        final = fields.get("is_final") is True
        rest, stripped = self._repetition.strip(text, final=final)
        if self._fresh and not stripped:
            rest = gap(self._tail, rest) + rest
        if not final:
            if rest.strip():
                self.events.append(
                    PartialTranscript(text=rest, language=language, extra=extra_of(fields))
                )
            return
        words = _timings(fields, origin)
        duration = _number(fields.get("duration"))
        end = at
        if duration is not None and duration >= 0:
            self._durations += duration
            end = min(at, origin + self._counted_from + self._durations)
            self.safe = self._counted_from + self._durations
        elif words:
            self.safe = words[-1].end - origin
        if words:
            end = min(at, max(end if duration is not None else 0.0, words[-1].end))
        words = words[stripped:] if stripped < len(words) else ()
        if not rest.strip():
            return
        self._fresh = False
        self._tail = rest
        self._since += plain_words(rest)
        start, self._told = min(self._told, end), end
        self.pieces.append(rest)
        self.words += words
        heard = FinalTranscript(
            text=rest,
            words=words,
            start=start,
            end=end,
            language=language,
            extra=extra_of(fields),
        )
        self._asked.append(heard)
        self.events.append(heard)

    def flushed(self, *, origin: float, start: float, end: float) -> FinalTranscript:
        """Return what was said up to a `finalize` that the service has answered.

        Args:
            origin: Where the audio of this connection begins, in seconds.
            start: Position of the `finalize` before, in seconds.
            end: Position of this one.
        """
        asked = self._asked
        self._asked = []
        self._since.clear()
        self._repetition = Repetition([])
        self._told = end
        self._counted_from, self._durations = end - origin, 0.0
        return FinalTranscript(
            text="".join(final.text for final in asked),
            words=tuple(word for final in asked for word in final.words),
            start=start,
            end=end,
            language=asked[-1].language if asked else None,
        )

    def carry(self, answer: FinalTranscript) -> None:
        """Put the answer of one `finalize` into that of the next one."""
        if answer.text:
            self._asked.insert(0, answer)


TurnState: TypeAlias = Literal["idle", "speaking", "predicted"]
TURNS: Final[Mapping[tuple[TurnState, str], TurnState]] = {
    ("idle", "turn.start"): "speaking",
    ("speaking", "turn.update"): "speaking",
    ("speaking", "turn.eager_end"): "predicted",
    ("predicted", "turn.resume"): "speaking",
    ("speaking", "turn.end"): "idle",
    ("predicted", "turn.end"): "idle",
}
"""What the service promises. An event that is not in the table is repaired, and counted."""
_TURN_EVENTS: Final = frozenset(name for _, name in TURNS)


class TurnBook:
    """The book of the socket that finds turns.

    Attributes:
        events: Events for the reader; the caller takes them.
        pieces: The texts of the turns that ended.
        words: Always empty: turns have no word times.
        repaired: Events of the service that its promises exclude.
        ended: Whether a turn has ended since the caller last set it to False.
        state: The state of the turn.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.pieces: list[str] = []
        self.words: list[Timing] = []
        self.repaired: int = 0
        self.ended: bool = False
        self.predicted: bool = False
        self.state: TurnState = "idle"
        self.turn: int = 0
        self._text = ""  # of the open turn, as the reader knows it
        self._before = ""  # the part of it that a new connection does not hear again
        self._lead: str | None = ""  # what precedes the texts of a turn; None until it is known
        self._replaying = False
        self._fresh = False
        self._tail: list[str] = []  # words of the last turn, a part of which may be heard again
        self._held = False  # whether a turn is held back, because it may be that part
        self._held_at = 0.0
        self._passed_over = False  # whether an old prediction was left out, so its end is as well

    @property
    def text(self) -> str:
        """The texts of all turns, also of the open one."""
        return "".join(self.pieces) + self._text

    @property
    def said(self) -> tuple[int, int]:
        """How many pieces there are, and how many characters of an open one."""
        return len(self.pieces), len(self._text)

    def restart(self, *, lost: bool, overlapping: bool = False) -> None:
        """Begin again on another connection.

        Args:
            lost: Whether audio was lost, so that an open turn is not heard again from its start.
            overlapping: Whether the end of the last turn may be heard again.
        """
        self._fresh = True
        self._held = self._passed_over = False
        self._replaying = self.state != "idle"
        self._before = self._text if lost and self._replaying else ""
        self._lead = None
        self._tail = []
        if overlapping and self.pieces and not lost:
            self._tail = plain_words(self.pieces[-1])

    def receive(self, fields: Fields, *, origin: float, at: float) -> None:
        """Handle the frame of a turn."""
        name = str(fields["type"])
        extra = extra_of(fields)
        known = name in _TURN_EVENTS
        if known and (self.state, name) not in TURNS and not (self._replaying or self._held):
            self.repaired += 1
        match name:
            case "turn.start":
                self._start(at, extra)
            case "turn.update":
                text = text_of(fields, "transcript")
                if not self._holds(text):
                    self._require(at)
                    self._grow(text, at, extra)
            case "turn.eager_end":
                text = text_of(fields, "transcript")
                if not self._holds(text):
                    self._predict(text, at, extra)
            case "turn.resume":
                self._resume(at, extra)
            case "turn.end":
                text = text_of(fields, "transcript")
                if self._held and self._repeats(text, whole=True):
                    self._held = False  # the reader has had this turn
                    self._tail = []
                else:
                    self._end(text, at, extra)
            case "connected":
                pass
            case _:
                self.events.append(UnknownEvent(name=name, fields=fields))

    def _start(self, at: float, extra: Mapping[str, object]) -> None:
        if self.state == "idle" and self._tail:
            self._held, self._held_at = True, at
        elif self.state == "idle":
            self._open(at, extra)

    def _open(self, at: float, extra: Mapping[str, object]) -> None:
        self.state = "speaking"
        self.turn += 1
        self._text = self._before = ""
        self._lead = None if self._fresh else ""
        self._fresh = False
        self.events.append(TurnStarted(turn=self.turn, at=at, extra=extra))

    def _require(self, at: float) -> None:
        """Open a turn for an event that needs one."""
        self._tail = []
        if self.state == "idle":
            self._open(self._held_at if self._held else at, NO_EXTRA)
        self._held = False

    def _holds(self, text: str) -> bool:
        """Whether a held turn may still be the repeated end of the last one."""
        if not self._held:
            return False
        return self._repeats(text, whole=False)

    def _repeats(self, text: str, *, whole: bool) -> bool:
        """Whether a text is in the last turn, after its beginning.

        Args:
            text: The text of a held turn.
            whole: Whether the turn is complete, so that it must go to the end of the last one.
        """
        words, tail = plain_words(text), self._tail
        if whole:
            return 0 < len(words) < len(tail) and tail[-len(words) :] == words
        # Half a word may stand at the end of a text that is not complete.
        words = words[:-1]
        return any(
            tail[at : at + len(words)] == words
            for at in range(1, max(2, len(tail) - len(words) + 1))
        )

    def _grow(
        self, text: str, at: float, extra: Mapping[str, object], *, ending: bool = False
    ) -> bool:
        """Take the text of the open turn; return whether it contradicts what the reader has."""
        if self._lead is None and text:
            if self._before or not self._text:
                known = self._before or "".join(self.pieces)
                self._lead = gap(known, text)
            else:  # the same turn again, which began with a space before
                kept = self._text[: len(self._text) - len(self._text.lstrip())]
                self._lead = kept if not text[0].isspace() else ""
        full = self._before + (self._lead or "") + text if text else self._before
        old = self._text
        if full == old:
            return False
        if full.startswith(old):
            self._text = full
            self._replaying = False
            self._tell(full, full[len(old) :], at, extra)
            return False
        if self._replaying and not ending and (old.startswith(full) or len(full) <= len(old)):
            return False  # until it has passed what the reader has
        common = 0
        for one, other in zip(old, full, strict=False):
            if one != other:
                break
            common += 1
        self._text = full
        self.repaired += not self._replaying
        self._replaying = False
        if not ending:
            self._tell(full, full[common:], at, extra, revised=True)
        return True

    def _tell(
        self,
        text: str,
        delta: str,
        at: float,
        extra: Mapping[str, object],
        *,
        revised: bool = False,
    ) -> None:
        update = TurnUpdated(
            turn=self.turn, text=text, delta=delta, at=at, revised=revised, extra=extra
        )
        self.events.append(update)

    def _predict(self, text: str, at: float, extra: Mapping[str, object]) -> None:
        self._require(at)
        replaying, before = self._replaying, self._text
        self._grow(text, at, extra)
        if (
            replaying
            and self._replaying
            and self._text == before
            and len(text) < len(before.strip())
        ):
            self._passed_over = True  # an old one, which the speaker took back
            return
        if self.state == "speaking":
            self.state = "predicted"
            self.predicted = True
            self.events.append(TurnPredicted(turn=self.turn, text=self._text, at=at, extra=extra))

    def _resume(self, at: float, extra: Mapping[str, object]) -> None:
        if self._passed_over or self._held:
            self._passed_over = False
        elif self.state == "predicted":
            self.state = "speaking"
            self.events.append(TurnResumed(turn=self.turn, at=at, extra=extra))

    def _end(self, text: str, at: float, extra: Mapping[str, object]) -> None:
        self._require(at)
        revised = self._grow(text, at, extra, ending=True)
        self.events.append(
            TurnEnded(turn=self.turn, text=self._text, at=at, revised=revised, extra=extra)
        )
        self.pieces.append(self._text)
        self._text = self._before = ""
        self._lead = ""
        self._replaying = self._fresh = False
        self.state = "idle"
        self.ended = True

    def close(self, at: float) -> None:
        """End an open turn, because the service has ended the connection without a word of it."""
        if self.state != "idle":
            self._end(self._text[len(self._before) + len(self._lead or "") :], at, NO_EXTRA)
