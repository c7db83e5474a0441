"""How the work grows with the text: counted in calls, which no busy machine changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_stream._text.align import Source
from cartesia_stream._text.chunker import Chunker
from cartesia_stream._text.ledger import Ledger
from cartesia_stream._text.utterance import Utterance
from cartesia_stream.audio import PCM_24K
from cartesia_stream.events import AudioChunk, Done, Timing, WordTimestamps

if TYPE_CHECKING:
    from collections.abc import Callable

RATE: Final = PCM_24K.bytes_per_second

# A piece of text that is pushed again and again, and what the service reports for each.
ENDLESS: Final[dict[str, tuple[str, str]]] = {
    "one word": ("abcd", "abcd"),
    "one word of symbols": ("%&%&", "%&%&"),
    "words": ("abcd ", "abcd"),
    "equal words": ("ha ", "ha"),
    "symbols": ("% ", "%"),
    "tags": ("<b></b>", "b"),
    "closing tags": ("a</b>", "a"),
    "an open tag": ("<b a", ""),
    "an open spelling": ("<spell>ab", ""),
    "cues": ("[laughter] ", "[laughter]"),
    "open cues": ("[a", ""),
    "punctuation": ("....", "..."),
    "punctuation apart": (". . ", "."),
    "dashes": ("a—", "a"),
    "white space": ("    ", ""),
    "marks without a base": ("\u0301\u0301", ""),
    "emoji": ("👍🏽", "👍🏽"),
    "text without spaces": ("你", "你"),
    "what is never reported": ("abcd ", ""),
    "what is not in the text": ("", "abcd"),
}


def calls(action: Callable[[], object]) -> int:
    """The calls of functions, ours and built in, that an action makes."""
    count = 0

    def note(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


def grows_no_faster(action: Callable[[int], object], size: int) -> None:
    """The second half of the work takes about as much as the first."""
    action(size // 2)  # what is imported or cached once does not count
    half, whole = calls(lambda: action(size // 2)), calls(lambda: action(size))
    assert whole < 2.5 * half + 200


@pytest.mark.parametrize(("piece", "word"), ENDLESS.values(), ids=ENDLESS.keys())
@pytest.mark.parametrize("resume", [False, True])
def test_utterance_grows_with_its_text(piece: str, word: str, resume: bool) -> None:
    """Pushed, spoken, timed and handed out piece by piece."""

    def speak(count: int) -> None:
        fields: dict[str, object] = {"add_timestamps": True}
        utterance = Utterance(fields, PCM_24K, resume=resume, max_retries=2)
        for nth in range(count):
            utterance.ledger.push(piece)
            if word:
                timing = Timing(word, nth / 10, nth / 10 + 0.08)
                utterance.receive(WordTimestamps(words=(timing,)))
            utterance.receive(AudioChunk(data=bytes(RATE // 10)))
            utterance.ledger.heard(nth / 10)
        utterance.receive(Done())
        assert utterance.ledger.heard(count) == piece * count

    grows_no_faster(speak, 300)


@pytest.mark.parametrize(("piece", "word"), ENDLESS.values(), ids=ENDLESS.keys())
def test_ledger_grows_with_a_text_pushed_at_once(piece: str, word: str) -> None:
    def speak(count: int) -> None:
        ledger = Ledger(PCM_24K, timed=True)
        ledger.push(piece * count)
        words = [Timing(word, nth / 10, nth / 10 + 0.08) for nth in range(count)]
        for nth in range(0, count, 5):
            ledger.timestamps(words[nth : nth + 5])
            ledger.audio(RATE // 2)
            assert ledger.cut_at <= ledger.seconds
        ledger.resume()

    grows_no_faster(speak, 300)


@pytest.mark.parametrize("piece", [piece for piece, _ in ENDLESS.values()], ids=ENDLESS.keys())
@pytest.mark.parametrize("kind", [Source, Chunker])
def test_reading_grows_with_the_text(piece: str, kind: type[Source | Chunker]) -> None:
    def read(count: int) -> None:
        reader = kind()
        for _ in range(count):
            reader.append(piece) if isinstance(reader, Source) else reader.feed(piece)
        if isinstance(reader, Chunker):
            reader.finish()

    grows_no_faster(read, 1000)


def test_one_report_without_end() -> None:
    """A report of one word that is as long as the text."""

    def speak(count: int) -> None:
        ledger = Ledger(PCM_24K, timed=True)
        ledger.push("ab " * count)
        for nth in range(10):
            ledger.timestamps([Timing("x" * count, nth, nth + 0.5)])
            ledger.audio(RATE)
            assert ledger.cut_at <= ledger.seconds

    grows_no_faster(speak, 1000)
