# ruff: noqa: RUF001 - punctuation of many scripts
"""The ledger: what was heard, what was delivered, and what is left to say."""

from __future__ import annotations

import math
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._text.ledger import Ledger, shift
from cartesia_stream.audio import PCM_24K
from cartesia_stream.events import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RATE = PCM_24K.bytes_per_second


def timed(words: Iterable[str], start: float = 0.0) -> list[Timing]:
    """A word each second, with a pause of 0.2 s after it."""
    return [Timing(word, start + n, start + n + 0.8) for n, word in enumerate(words)]


def ledger_of(
    text: str, said: str | Sequence[str], *, audio: float | None = None, done: bool = False
) -> Ledger:
    """A ledger after all of the text, its times, and seconds of audio (by default all)."""
    words = said.split() if isinstance(said, str) else said
    ledger = Ledger(PCM_24K)
    ledger.push(text)
    ledger.audio(int(RATE * (len(words) if audio is None else audio)))
    for word in timed(words):
        ledger.timestamps([word])
    if done:
        ledger.finish()
    return ledger


def gains(ledger: Ledger, seconds: int) -> list[str]:
    """What each second adds to what was heard."""
    heard = ["", *(ledger.heard(n + 0.8) for n in range(seconds))]
    return [after.removeprefix(before) for before, after in pairwise(heard)]


ALIGNED = [
    ("as written", "Hello, my friend.", "Hello, my friend.", ["Hello,", " my", " friend."]),
    ("without punctuation", "Hello, my friend.", "Hello my friend", ["Hello,", " my", " friend."]),
    ("normalised", "At 7:30 we go", "At seven thirty we go", ["At", "", " 7:30", " we", " go"]),
    ("respelled", "My colour is grey", "My color is gray", ["My", " colour", " is", " grey"]),
    ("two numbers", "5:15 7:30 is ok", "five fifteen seven thirty is ok",
     ["", "5:15", "", " 7:30", " is", " ok"]),
    ("glued", "go of the way", "go ofthe way", ["go", " of the", " way"]),
    ("split", "a well-known New-York pub", "a well known New York pub",
     ["a", "", " well-known", "", " New-York", " pub"]),
    ("left out", "one & two then three", "one then three", ["one", " & two then", " three"]),
    ("invented", "one two three", "one uh two three", ["one", "", " two", " three"]),
    ("tags", 'Hi. <break time="1s"/> <em>You</em>, there', "Hi You there",
     ["Hi.", ' <break time="1s"/> <em>You</em>,', " there"]),
    ("cue", "Ha [laughter] right", "Ha right", ["Ha", " [laughter] right"]),
    ("spelled", "No <spell>A1 B</spell>. Ok", "No A 1 B Ok",
     ["No", "", "", " <spell>A1 B</spell>.", " Ok"]),
    ("echoed tag", 'Hi <break time="1s"/> you', 'Hi <break time="1s"/> you',
     ["Hi", "", "", ' <break time="1s"/> you']),
    ("one by one", "你好，世界。", "你 好 世 界", ["你", "好，", "世", "界。"]),
    ("several at once", "你好，世界。", "你好 世界", ["你好，", "世界。"]),
    ("mixed", "用Python写（好）", "用 Python 写 好", ["用", "Python", "写", "（好）"]),
    ("case and accents", "CAFÉ Straße", "cafe\u0301 STRASSE", ["CAFÉ", " Straße"]),
    ("white space", "  one \n\n two  ", "one two", ["  one", " \n\n two"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "expected"), [row[1:] for row in ALIGNED],
                         ids=[row[0] for row in ALIGNED])  # fmt: skip
def test_heard_follows_the_words(text: str, words: str, expected: list[str]) -> None:
    """Every way of reporting words leads back to the text as it was written."""
    ledger = ledger_of(text, words, done=True)
    assert gains(ledger, len(expected)) == expected
    assert ledger.heard(len(expected)) == text
    assert ledger.heard(0.0) == ledger.heard(0.7) == ledger.heard(-1) == ""


def test_exact() -> None:
    """Answers are exact where word times fit the text, to the end."""
    assert ledger_of("At 7:30 we go home", "At seven thirty we go").exact
    assert not ledger_of("At 7:30 we go home", "At seven thirty we go", done=True).exact
    assert not ledger_of("one two three", "uno dos tres").exact
    assert not ledger_of("one two three", []).exact


def test_the_end_of_the_stream() -> None:
    """All text is heard at the end of the audio once the stream is done; not before."""
    ledger = ledger_of("One two. <done/> ", ["One", "two"])
    assert ledger.heard(99) == "One two."
    ledger.finish()
    assert ledger.heard(1.9) == "One two."
    assert ledger.heard(2.0) == ledger.delivered() == ledger.source
    assert ledger.remaining() == ""
    assert ledger.cut_at == 2.0


def test_half_a_word() -> None:
    """A word whose audio came in part is left to say, and its audio is cut off."""
    ledger = ledger_of("One two, three four.", ["One", "two", "three", "four"], audio=2.5)
    assert ledger.delivered() == "One two,"
    assert ledger.remaining() == " three four."
    assert ledger.cut_at == 2.0
    assert ledger.timed_until == 3.8


def test_half_a_number() -> None:
    """A word that is spoken as several is cut before the first of them."""
    ledger = ledger_of("At 7:30 we go", ["At", "seven", "thirty", "we"], audio=2.5)
    assert (ledger.delivered(), ledger.cut_at) == ("At", 0.8)
    ledger = ledger_of("At 7:30 we go", ["At", "seven", "thirty"], audio=9)
    assert (ledger.delivered(), ledger.cut_at) == ("At", 0.8)  # is "thirty" the last of it?


def test_cut_without_a_next_word() -> None:
    """Audio after the last known word may hold part of the next, so it is cut off."""
    ledger = ledger_of("One two three", ["One", "two"], audio=2.7)
    assert (ledger.delivered(), ledger.cut_at) == ("One two", 1.8)
    ledger = ledger_of("One two", ["One"], audio=0.5)
    assert (ledger.delivered(), ledger.cut_at) == ("", 0.0)


def test_resume() -> None:
    """The rest is spoken on the same time line; nothing twice, nothing lost."""
    ledger = ledger_of("One two, three four.", ["One", "two", "three"], audio=2.5)
    assert ledger.resume() == "three four."  # the pause before it has arrived
    assert ledger.seconds == ledger.cut_at == 2.0
    placed = ledger.timestamps(timed(["three", "four"]))
    assert placed == shift(timed(["three", "four"]), 2.0)
    ledger.audio(RATE * 3 // 2)
    assert (ledger.delivered(), ledger.cut_at) == ("One two, three", 3.0)
    assert ledger.resume() == "four."
    ledger.timestamps(timed(["four"]))
    ledger.audio(RATE)
    ledger.finish()
    assert gains(ledger, 4) == ["One", " two,", " three", " four."]
    assert ledger.exact


def test_resume_without_times() -> None:
    """The rest is an estimate, and the ledger says so for good."""
    ledger = ledger_of("one two three four five six", [], audio=0.6)
    assert not ledger.exact
    assert ledger.delivered() == "one two"
    assert ledger.cut_at == pytest.approx(6 / 14, abs=1 / 24_000)
    assert ledger.resume() == " three four five six"
    ledger.timestamps(timed(["three", "four", "five", "six"]))
    ledger.audio(RATE * 4)
    assert ledger.heard(ledger.seconds) == ledger.source
    assert not ledger.exact


def test_times_that_are_late() -> None:
    """Where times are expected, nothing is taken as delivered before they come."""
    ledger = Ledger(PCM_24K, timed=True)
    ledger.push("one two three")
    ledger.audio(RATE)
    assert (ledger.heard(1), ledger.delivered(), ledger.cut_at, ledger.exact) == ("", "", 0, False)
    ledger.timestamps(timed(["one"]))
    assert (ledger.delivered(), ledger.exact) == ("one", True)
    assert ledger.remaining() == " two three"


def test_estimates() -> None:
    """Without times the text runs at a common pace, and in the end at its own."""
    ledger = ledger_of("one two three four", [], audio=30)
    assert [ledger.heard(at) for at in (0, 0.4, 9)] == ["", "one", "one two three four"]
    ledger.finish()
    assert [ledger.heard(at) for at in (0, 9, 16, 30)] == ["", "one", "one two", ledger.source]
    chinese = ledger_of("今天天气很好", [], audio=30)
    assert chinese.heard(1) == "今天天气"
    assert ledger_of("one", [], audio=0, done=True).heard(0) == ""
    # the words after the last timed one share the time that is left
    ledger = ledger_of("one two aaaa bbbb", ["one", "two"], audio=5.8, done=True)
    assert [ledger.heard(at) for at in (1.8, 3.9, 5.8)] == [
        "one two",
        "one two aaaa",
        ledger.source,
    ]


def test_times_that_start_again_ahead_of_the_audio() -> None:
    """Where a report runs ahead, a new line begins at the audio that is there."""
    ledger = Ledger(PCM_24K)
    ledger.push("One two. ")
    ledger.push("Three.")
    ledger.timestamps(timed(["One", "two"]))
    ledger.audio(RATE * 9 // 4)
    assert ledger.timestamps(timed(["Three"])) == (Timing("Three", 2.25, 3.05),)
    ledger.audio(RATE)
    assert gains(ledger, 4) == ["One", " two.", "", " Three."]


def test_times_that_start_again_behind_the_audio() -> None:
    """Where a report comes after its audio, a new line begins at the end of the last word."""
    ledger = ledger_of("One two. Three.", ["One", "two"], audio=3.2)
    assert ledger.timestamps(timed(["Three"])) == shift(timed(["Three"]), 1.8)


def test_times_that_start_again_with_every_word() -> None:
    """Equal starts in different reports are different lines."""
    ledger = Ledger(PCM_24K)
    ledger.push("One two three")
    for n, word in enumerate(["One", "two", "three"]):
        (placed,) = ledger.timestamps(timed([word]))
        assert placed.start == pytest.approx(0.8 * n)


def test_times_without_sense() -> None:
    """Times that are no times fall back on those before."""
    ledger = Ledger(PCM_24K)
    ledger.push("one two three")
    odd = [Timing("one", -1.0, 0.5), Timing("two", math.nan, math.inf), Timing("three", 2.0, 1.0)]
    assert ledger.timestamps(odd) == (
        Timing("one", 0.0, 0.5), Timing("two", 0.5, 0.5), Timing("three", 2.0, 2.0)
    )  # fmt: skip
    assert ledger.timestamps([]) == ()


def test_text_that_comes_later() -> None:
    """Pushes may split words and tags; words are placed once their text is there."""
    ledger = Ledger(PCM_24K)
    ledger.timestamps(timed(["Hello", "big", "world"]))
    ledger.audio(RATE * 3)
    assert ledger.delivered() == ""
    for piece in ("Hel", "lo <bre", "ak/> b", "ig wor", "ld", "!"):
        ledger.push(piece)
        assert ledger.source.startswith(ledger.delivered())
    assert gains(ledger, 3) == ["Hello", " <break/> big", " world!"]


def test_a_stretch_without_times() -> None:
    """After a report without times the words are found again, near or far."""
    gap = "many words that were spoken but that got no times at all " * 12
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"]
    ledger = ledger_of(f"one two {gap}{' '.join(words)}", ["one", "two", *words])
    assert ledger.heard(1.8) == "one two"
    assert ledger.heard(2.8).endswith("at all alpha")
    assert gains(ledger, 9)[3:] == [f" {word}" for word in words[1:]]


def test_another_language() -> None:
    """Words that never agree still move on, one by one, and are not called exact."""
    text = " ".join(f"word{n}" for n in range(60))
    ledger = ledger_of(text, ["zzz"] * 60, done=True)
    assert not ledger.exact
    assert 0 < len(ledger.heard(30)) < len(ledger.heard(50)) < len(text)


WORDS = ("one", "two", "7:30", "it's", "Dr.", "a", "é", "x1", "你好", "今天。", "(so)", "3.14", "—")
TAGS = ('<break time="1s"/>', "<spell>AB</spell>", "[laughter]", "<", "<em>", "</em>", "<sp", "🎉")
SPACES = (" ", "", "\n\n", "  ")
texts = st.lists(
    st.tuples(st.sampled_from(WORDS + TAGS) | st.text(max_size=3), st.sampled_from(SPACES)),
    max_size=25,
).map(lambda pairs: "".join(map("".join, pairs)))
reports = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from([*WORDS, "seven", "thirty", "onetwo", "ni", "", "..."])
            | st.text(max_size=3),
            st.floats(0, 3) | st.just(math.nan),
            st.floats(-0.1, 1),
        ),
        max_size=6,
    ),
    max_size=8,
)


def test_estimate_that_was_resumed_from_stands() -> None:
    """What was delivered by an estimate still is, though its seconds are cut at a whole sample."""
    ledger = Ledger(PCM_24K)
    ledger.push("one ")
    ledger.audio(RATE // 4)
    before = ledger.delivered()
    assert before == "one"
    ledger.resume()
    assert ledger.delivered() == before


def test_times_behind_the_end_take_nothing_back() -> None:
    """What was heard by the end of the stream still was when a straggler reports a word."""
    ledger = Ledger(PCM_24K)
    ledger.push("one one")
    ledger.timestamps([Timing("one", 0, 0.5)])
    ledger.finish()
    before = [ledger.heard(step / 4) for step in range(8)]
    ledger.timestamps([Timing("one", 0.5, 1)])
    assert [ledger.heard(step / 4) for step in range(8)] == before
    check_laws(ledger)


@given(texts, reports, st.lists(st.integers(0, RATE), max_size=8), st.data())
def test_laws_for_any_input(
    text: str,
    batches: list[list[tuple[str, float, float]]],
    audio: list[int],
    data: st.DataObject,
) -> None:
    """Whatever comes in what order: prefixes that grow with time, and no letter lost."""
    ledger = Ledger(PCM_24K)
    pushed, moves = 0, data.draw(st.lists(st.sampled_from("ptaprf"), max_size=30))
    for move in moves:
        if move == "p":
            ledger.push(text[pushed : pushed + 7])
            pushed += 7
        elif move == "t" and batches:
            ledger.timestamps([Timing(w, s, s + length) for w, s, length in batches.pop()])
        elif move == "a" and audio:
            ledger.audio(audio.pop())
        elif move == "r":
            before = ledger.delivered()
            assert before + ledger.resume() == ledger.source
            assert ledger.delivered().startswith(before)
        elif move == "f" and data.draw(st.booleans()):
            ledger.finish()
        check_laws(ledger)


def check_laws(ledger: Ledger) -> None:
    source, heard = ledger.source, ""
    for step in range(-2, 24):
        later = ledger.heard(step / 4)
        assert source.startswith(later)
        assert later.startswith(heard)
        heard = later
    assert ledger.delivered() + ledger.remaining() == source
    assert 0 <= ledger.cut_at <= ledger.seconds
    assert isinstance(ledger.exact, bool)


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=1, max_size=30),
    st.data(),
)
def test_plain_words_are_followed_exactly(words: list[str], data: st.DataObject) -> None:
    """Glued or split at will, with or without punctuation: no word early, none late."""
    text, marks, letters = "", [], "".join(words)
    for word in words:
        text += word + data.draw(st.sampled_from(["", ",", "."]))
        marks.append(text)
        text += " "
    cuts = data.draw(st.sets(st.integers(1, len(letters)), max_size=40))
    bounds = [0, *sorted(cuts - {len(letters)}), len(letters)]
    ledger = ledger_of(text, [letters[a:b] for a, b in pairwise(bounds)])
    ends = [sum(map(len, words[: n + 1])) for n in range(len(words))]
    for second, bound in enumerate(bounds[1:]):
        whole = [mark for mark, end in zip(marks, ends, strict=True) if end <= bound]
        assert ledger.heard(second + 0.8) == (whole[-1] if whole else "")


@given(st.integers(2, 20), st.data())
def test_any_drop_repeats_and_loses_no_word(count: int, data: st.DataObject) -> None:
    """Drops at any place, takes after takes: each word is kept in the audio just once."""
    words = [f"word{n}" for n in range(count)]
    ledger = Ledger(PCM_24K)
    ledger.push(" ".join(words))
    kept: list[tuple[str, float]] = []
    rest = ledger.source
    for nth in range(data.draw(st.integers(0, 4))):
        take = timed(rest.split())
        base, got = ledger.seconds, data.draw(st.integers(0, RATE * 6))
        known = data.draw(st.integers(min(len(take), nth == 0), len(take)))
        ledger.timestamps(take[:known])
        ledger.audio(got)
        rest = ledger.resume()
        kept += [(w.text, base + w.end) for w in take if base + w.end <= ledger.seconds + 0.02]
    kept += [(word, math.inf) for word in rest.split()]
    assert [word for word, _ in kept] == words


def test_time_is_linear() -> None:
    """Ten times the words take about ten times as long, also where they are normalised."""

    def seconds(count: int) -> float:
        words = "at seven thirty we take bus number four "
        began = time.perf_counter()
        ledger_of("At 7:30 we take bus number 4. " * count, words * count)
        return time.perf_counter() - began

    seconds(5)
    assert seconds(100) < 40 * max(seconds(10), 0.001)


def test_what_was_handed_out_is_not_undone_by_more_text() -> None:
    """A token that goes on with a spoken word, or closes it, is what remains to be said."""
    for more in ("teen", "; or five", ".14"):
        ledger = ledger_of("It is four", "It is four")
        ledger.keep()
        ledger.push(more)
        assert (ledger.delivered(), ledger.remaining()) == ("It is four", more)
        assert ledger.resume() == more


def test_any_thread_may_ask_what_was_heard() -> None:
    """With a guard, whatever reads or changes the account waits its turn; a push never does."""
    guard = threading.RLock()
    ledger = Ledger(PCM_24K, timed=True, guard=guard)
    ledger.push("Hello there.")
    actions: list[Callable[[], object]] = [
        lambda: ledger.heard(1.0),
        lambda: ledger.timestamps(timed(["Hello"])),
        lambda: (ledger.source, ledger.exact),
        lambda: ledger.cut_at,
        ledger.delivered,
        ledger.keep,
        ledger.resume,
        ledger.finish,
    ]
    threads = [threading.Thread(target=action) for action in actions]
    with guard:
        for thread in threads:
            thread.start()
        pushing = threading.Thread(target=ledger.push, args=(" Bye.",))
        pushing.start()
        pushing.join(10)
        assert not pushing.is_alive()
        threads[0].join(0.2)
        assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert ledger.source == "Hello there. Bye."
