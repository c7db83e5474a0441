"""What was heard through several connections: no word twice, none missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import (
    FinalTranscript,
    PartialTranscript,
    RemoteProtocolError,
    TurnEnded,
    TurnPredicted,
    TurnResumed,
    TurnStarted,
    TurnUpdated,
    UnknownEvent,
)
from cartesia_stream._protocol.books import TURNS, DictationBook, TurnBook, gap

WORDS = st.lists(st.sampled_from(["no", "yes", "well", "it", "is", "so."]), min_size=1, max_size=5)


def turn(book: TurnBook, kind: str, text: str | None = None, **more: object) -> None:
    fields: dict[str, object] = {"type": kind, "request_id": "r", **more}
    if text is not None:
        fields["transcript"] = text
    book.receive(fields, origin=0.0, at=1.0)


def frames(texts: list[str]) -> list[tuple[str, str | None]]:
    """What the service sends for some turns: a word at a time."""
    found: list[tuple[str, str | None]] = []
    for place, text in enumerate(texts):
        lead = " " if place else ""
        words = text.split()
        found.append(("turn.start", None))
        found += [("turn.update", lead + " ".join(words[: n + 1])) for n in range(len(words))]
        found.append(("turn.eager_end", lead + text))
        if place % 2:
            found += [("turn.resume", None), ("turn.eager_end", lead + text)]
        found.append(("turn.end", lead + text))
    return found


def check(events: list[Any]) -> str:
    """The order that the service promises; returns the text of all turns."""
    state, text, whole, number = "idle", "", "", 0
    for event in events:
        assert (state, event.type) in TURNS, (state, event)
        state = TURNS[state, event.type]  # type: ignore[index]
        match event:
            case TurnStarted():
                number += 1
                text = ""
            case TurnUpdated():
                assert event.text == text + event.delta
                text = event.text
            case TurnPredicted():
                assert event.text == text
            case TurnEnded():
                assert event.text == text
                whole += text
            case _:
                assert isinstance(event, TurnResumed)
        assert event.turn == number
    assert state == "idle"
    return whole


@given(turns=st.lists(WORDS.map(" ".join), min_size=1, max_size=4), data=st.data())
def test_turns_are_whole_wherever_connections_are_lost(
    turns: list[str], data: st.DataObject
) -> None:
    """A new connection begins in the pause before the open turn, and hears it again."""
    book, heard = TurnBook(), 0  # turns whose audio is not heard again
    for _ in range(data.draw(st.integers(0, 3))):
        sent = frames(turns[heard:])
        count = data.draw(st.integers(0, len(sent)))
        for kind, text in sent[:count]:
            turn(book, kind, text)
        heard += sum(kind == "turn.end" for kind, _ in sent[:count])
        book.restart(lost=False)
        turn(book, "connected")
    for kind, text in frames(turns[heard:]):
        turn(book, kind, text)
    assert check(book.events) == book.text == " ".join(turns)
    assert book.repaired == 0


@given(texts=st.lists(WORDS.map(" ".join), min_size=1, max_size=5), data=st.data())
def test_dictation_is_whole_wherever_connections_are_lost(
    texts: list[str], data: st.DataObject
) -> None:
    """Finals after the last flush are heard again, perhaps cut in other places."""
    book, flushed = DictationBook(), 0

    def say(finals: list[str], *, first: bool) -> None:
        for place, text in enumerate(finals):
            lead = "" if first and not place else " "
            half = text[: len(text) // 2]
            for is_final, piece in ((False, half), (True, text)):
                fields: dict[str, object] = {
                    "type": "transcript",
                    "text": lead + piece,
                    "is_final": is_final,
                }
                book.receive(fields, origin=0.0, at=1.0)

    first, reached = True, 0
    for _ in range(data.draw(st.integers(0, 3))):
        until = data.draw(st.integers(flushed, len(texts)))
        say(texts[flushed:until], first=first)
        repeated, reached = until >= reached, max(reached, until)
        flush: bool = data.draw(st.booleans())
        if repeated and flush:  # the answer comes after what it covers
            book.flushed(origin=0.0, start=0.0, end=1.0)
            flushed = until
        book.restart(lost=False)
        first = True
        rest = " ".join(texts[flushed:]).split()
        recut: bool = data.draw(st.booleans())
        if rest and recut:  # the same words, in other pieces
            texts = [*texts[:flushed], " ".join(rest)]
            reached = min(reached, len(texts))
    say(texts[flushed:], first=first)
    assert book.text.split() == " ".join(texts).split()
    assert "  " not in book.text
    finals = [event.text for event in book.events if isinstance(event, FinalTranscript)]
    assert "".join(finals) == book.text


def test_an_open_turn_goes_on_after_audio_was_lost() -> None:
    """What the new connection hears is added to what the reader has."""
    book = TurnBook()
    turn(book, "turn.start")
    turn(book, "turn.update", "One two")
    book.restart(lost=True)
    turn(book, "turn.start")
    turn(book, "turn.update", "five")
    turn(book, "turn.end", "five six")
    updates = [event.text for event in book.events if isinstance(event, TurnUpdated)]
    assert updates == ["One two", "One two five", "One two five six"]
    assert book.text == "One two five six"


def test_the_end_of_a_turn_that_is_heard_again_is_left_out() -> None:
    book = TurnBook()
    for kind, text in frames(["hello there my friend"]):
        turn(book, kind, text)
    book.restart(lost=False, overlapping=True)
    for kind, text in frames(["my friend", "no"]):
        turn(book, kind, text)
    assert check(book.events) == "hello there my friend no"


def test_a_turn_like_the_last_one_is_kept() -> None:
    """Only a part of the last turn can be heard again, never the whole."""
    book = TurnBook()
    for kind, text in frames(["no"]):
        turn(book, kind, text)
    book.restart(lost=False, overlapping=True)
    for kind, text in frames(["no"]):
        turn(book, kind, text)
    assert check(book.events) == "no no"


def test_text_that_contradicts_is_marked() -> None:
    book = TurnBook()
    turn(book, "turn.start")
    turn(book, "turn.update", "I scream")
    book.restart(lost=False)
    turn(book, "turn.start")
    turn(book, "turn.update", "Ice")
    turn(book, "turn.end", "Ice cream now")
    *_, ended = book.events
    assert isinstance(ended, TurnEnded)
    assert (ended.text, ended.revised) == ("Ice cream now", True)


@pytest.mark.parametrize(
    ("sent", "kinds"),
    [
        (["turn.update"], ["turn.start", "turn.update"]),
        (["turn.end"], ["turn.start", "turn.update", "turn.end"]),
        (["turn.start", "turn.start"], ["turn.start"]),
        (["turn.start", "turn.resume"], ["turn.start"]),
        (["turn.resume"], []),
        (["turn.start", "turn.eager_end", "turn.eager_end"],
         ["turn.start", "turn.update", "turn.eager_end"]),
    ],
)  # fmt: skip
def test_a_broken_promise_is_repaired_and_counted(sent: list[str], kinds: list[str]) -> None:
    book = TurnBook()
    for kind in sent:
        turn(book, kind, None if kind in ("turn.start", "turn.resume") else "text")
    assert [event.type for event in book.events] == kinds
    assert book.repaired == 1


@pytest.mark.parametrize("fields", [{"type": "turn.end"}, {"type": "turn.update", "transcript": 5}])
def test_a_turn_without_text_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(RemoteProtocolError):
        TurnBook().receive(fields, origin=0.0, at=0.0)


def test_frames_of_other_types_are_kept() -> None:
    for book in (TurnBook(), DictationBook()):
        book.receive({"type": "aurora", "glow": 1}, origin=0.0, at=0.0)
        (event,) = book.events
        assert isinstance(event, UnknownEvent)
        assert event.fields["glow"] == 1


def test_half_a_word_of_words_that_were_delivered_is_not_shown() -> None:
    book = DictationBook()
    final: dict[str, object] = {"type": "transcript", "text": "Hello you.", "is_final": True}
    book.receive(final, origin=0.0, at=1.0)
    book.restart(lost=False)
    for text in ("Hel", "Hello y"):
        book.receive({"type": "transcript", "text": text, "is_final": False}, origin=0.0, at=1.0)
    book.receive({**final, "text": "Hello you. And"}, origin=0.0, at=2.0)
    assert not any(isinstance(event, PartialTranscript) for event in book.events)
    assert book.text == "Hello you. And"


@pytest.mark.parametrize(
    ("before", "text", "between"),
    [
        ("Hello.", "And", " "),
        ("Hello. ", "And", ""),
        ("Hello.", " And", ""),
        ("", "And", ""),
        ("你好。", "世界", ""),
        ("你好。", "And", " "),
    ],
)
def test_the_space_between_two_connections(before: str, text: str, between: str) -> None:
    """The first text of a connection has none; scripts without spaces need none."""
    assert gap(before, text) == between


def test_said_tells_whether_something_new_was_heard() -> None:
    """It changes with every new word, and with nothing else."""
    book = TurnBook()
    seen = [book.said]
    for kind, text in (
        ("turn.start", None),
        ("turn.update", "No"),
        ("turn.update", "No, it"),
        ("turn.eager_end", "No, it"),
        ("turn.end", "No, it"),
        ("turn.start", None),
        ("turn.end", " is."),
    ):
        turn(book, kind, text)
        seen.append(book.said)
    assert seen == [(0, 0), (0, 0), (0, 2), (0, 6), (0, 6), (1, 0), (1, 0), (2, 0)]


def test_said_does_not_change_while_old_words_are_heard_again() -> None:
    book = TurnBook()
    turn(book, "turn.start")
    turn(book, "turn.update", "No, it")
    book.restart(lost=False)
    for text in ("No", "No, it"):
        turn(book, "turn.update", text)
        assert book.said == (0, 6)
    turn(book, "turn.update", "No, it is")
    assert book.said == (0, 9)


def test_said_counts_the_finals_of_a_dictation() -> None:
    """Not its partials, which may be withdrawn, nor finals without text."""
    book = DictationBook()
    for is_final, text, said in (
        (False, "No", (0, 0)),
        (True, "No.", (1, 0)),
        (True, "", (1, 0)),
        (True, " Yes.", (2, 0)),
    ):
        fields = {"type": "transcript", "text": text, "is_final": is_final}
        book.receive(fields, origin=0.0, at=1.0)
        assert book.said == said
    book.restart(lost=False)
    fields = {"type": "transcript", "text": "No. Yes.", "is_final": True}
    book.receive(fields, origin=0.0, at=1.0)
    assert book.said == (2, 0)


ROWS = [{"word": "Hello", "start": 0.1, "end": 0.4}, {"word": "there.", "start": 0.5, "end": 0.9}]


COLUMNS = {"words": ["Hello", "there."], "start": [0.1, 0.5], "end": [0.4, 0.9]}


@pytest.mark.parametrize(
    "words",
    [ROWS, COLUMNS, [COLUMNS], [ROWS[0], {"words": ["there."], "start": [0.5], "end": [0.9]}]],
)
def test_every_shape_gives_the_same_words(words: Any) -> None:
    book = DictationBook()
    frame = {"type": "transcript", "is_final": True, "text": "Hello there.", "words": words}
    book.receive(frame, origin=2.0, at=4.0)
    assert [(word.text, word.start, word.end) for word in book.words] == [
        ("Hello", 2.1, 2.4),
        ("there.", 2.5, 2.9),
    ]


@pytest.mark.parametrize(
    "words",
    [
        *(None, "Hello", 3, {}, [], ["Hello"], [None], [{"word": "Hello"}], {"words": "Hello"}),
        [{"word": "Hello", "start": 10**400, "end": 10**400}],  # which no float can hold
        [{"word": "Hello", "start": True, "end": "1"}],
    ],
    ids=lambda words: repr(words)[:40],
)
def test_a_shape_that_nobody_knows_gives_no_words(words: Any) -> None:
    book = DictationBook()
    frame = {"type": "transcript", "is_final": True, "text": "Hello there.", "words": words}
    book.receive(frame, origin=0.0, at=1.0)
    assert book.words == []
    assert book.text == "Hello there."


@pytest.mark.parametrize("duration", [10**400, "1", True, None, [1]], ids=lambda d: repr(d)[:9])
def test_a_duration_that_is_no_number_is_no_duration(duration: Any) -> None:
    book = DictationBook()
    frame = {"type": "transcript", "is_final": True, "text": "Hello there.", "duration": duration}
    book.receive(frame, origin=0.0, at=3.0)
    assert [
        (event.start, event.end) for event in book.events if isinstance(event, FinalTranscript)
    ] == [(0.0, 3.0)]
