"""An utterance over contexts that break off: a simulated service, and words told by their audio.

Every sample of the simulated audio says which word it belongs to, so what was heard can be read
from the audio that was handed out, whatever was dropped, held back or spoken anew.
"""

from __future__ import annotations

import re
from collections import deque
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._text.align import Source
from cartesia_stream._text.utterance import HOLD_S, Utterance
from cartesia_stream.audio import AudioFormat
from cartesia_stream.errors import (
    APIError,
    APITimeoutError,
    BadRequestError,
    ConnectionClosedError,
    RateLimitError,
    StreamTruncatedError,
)
from cartesia_stream.events import (
    AudioChunk,
    Cancelled,
    Done,
    PhonemeTimestamps,
    Resumed,
    Timing,
    UnknownEvent,
    WordTimestamps,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cartesia_stream.events import SpeechEvent

FMT: Final = AudioFormat(encoding="pcm_mulaw", sample_rate=8000)
RATE: Final = FMT.bytes_per_second
VOCABULARY: Final = (
    *("a", "the", "the", "very", "It", "is", "no", "no,", "well-known", "cat.", "Stop!", "3.14"),
    *("seven", "“quoted”", "(maybe)", "e.g.", "naïve", "Grüße", "and", "then"),
    *("20", "%", "5%", "$5", "—", "...", "🎉", "👍🏽", "[laughter]", "٣", "Ⅷ", "&", "C++", "½"),
)
REPEATED: Final = ("no no no", "ha ha ha ha", "No, no, no!", "bye now bye now", "% %", "[laughter]")
FIRST: Final = 0x80  # marks the first sample of a word


def cut_off() -> StreamTruncatedError:
    """What a context ends with when the service hangs up."""
    error = StreamTruncatedError("the connection ended before the stream did")
    error.__cause__ = ConnectionClosedError("lost", code=1006, reason="", by="remote")
    return error


class Service:
    """Speaks the words of a take: a pause, then the word, each sample the word's number.

    Args:
        random: Decides how long words, pauses and chunks are, and when times are reported.
        numbers: The number of every word of the vocabulary.
        times: What happens to the times of equal words in a row: ``true``, ``absent`` or
            ``arbitrary``.
    """

    def __init__(self, random: Random, numbers: Mapping[str, int], times: str = "true") -> None:
        self._random = random
        self._numbers = numbers
        self._times = times
        self._words: list[str] = []
        self._text = ""
        self._spoken = 0  # words of the text
        self._audio = bytearray()  # not sent yet
        self._seconds = 0.0
        self._sent = 0.0
        self._reports: deque[tuple[float, list[Timing]]] = deque()  # when due, and what
        self._group: list[Timing] = []
        self._early = random.uniform(-0.5, 0.5)  # how far the times run ahead of the audio
        self._group_size = random.randint(1, 4)
        self._chunk = random.choice((400, 797, 2400, 8000))
        self._over = False

    def hear(self, text: str) -> None:
        """Take text; its last word may go on."""
        self._text += text
        words = re.split(r"\s+", self._text.lstrip())
        self._words = words[: -2 if self._times != "true" else -1]  # is the next one equal?
        self._speak(self._words[self._spoken :])
        self._report(self._group_size)

    def finish(self) -> None:
        """Speak the rest."""
        self._words = self._text.split()
        self._speak(self._words[self._spoken :])
        self._report(1)
        self._over = True

    def _speak(self, words: Iterable[str]) -> None:
        for word in words:
            pause, length = self._random.randint(0, 1500), self._random.randint(400, 4000)
            number = self._numbers[word]
            self._audio += bytes(pause) + bytes([FIRST | number]) + bytes([number]) * (length - 1)
            start = self._seconds + pause / RATE
            self._seconds = start + length / RATE
            reported = word if self._random.random() < 0.7 else word.strip(".,!“”()")
            timing = Timing(reported or word, start, self._seconds)
            self._group += self._told(timing, self._spoken)
            self._spoken += 1

    def _told(self, timing: Timing, nth: int) -> list[Timing]:
        """What is reported of a word."""
        words, random = self._words, self._random
        spoken = [
            re.sub(r"\W", "", word).lower() or word for word in words[max(0, nth - 1) : nth + 2]
        ]
        if self._times == "true" or len(set(spoken)) == len(spoken):
            return [timing]
        if self._times == "absent":
            return [timing] if random.random() < 0.5 else []
        return [Timing(timing.text, random.uniform(-1, 3), random.uniform(0, 4))]

    def _report(self, at_least: int) -> None:
        if len(self._group) >= at_least:
            self._reports.append((self._group[0].start - self._early, self._group))
            self._group = []

    def next_event(self) -> SpeechEvent | None:
        """What it sends next; None while it waits for text."""
        if self._reports and (self._reports[0][0] <= self._sent or not self._audio):
            return WordTimestamps(words=tuple(self._reports.popleft()[1]))
        if self._audio:
            data = bytes(self._audio[: self._chunk])
            del self._audio[: self._chunk]
            self._sent += len(data) / RATE
            return AudioChunk(data=data)
        return Done() if self._over else None


def words_in(events: Iterable[SpeechEvent], vocabulary: Sequence[str]) -> list[str]:
    """The words whose sound is in the audio; a start alone counts as well, so none may be cut."""
    audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    found = re.findall(rb"[\x81-\xff][\x01-\x7f]*", audio)
    assert sum(map(len, found)) == len(audio) - audio.count(0), "an end without its beginning"
    assert all(len(word) >= 400 for word in found), "a beginning without its end"
    return [vocabulary[word[0] & ~FIRST] for word in found]


def split_anywhere(text: str, random: Random, pieces: int) -> list[str]:
    """The text in pieces, as tokens of a language model."""
    cuts = sorted(random.randrange(len(text)) for _ in range(pieces - 1))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if a < b]


def say(
    text: str, seed: int, *, pieces: int, drops: Sequence[int], times: str = "true"
) -> tuple[list[SpeechEvent], Utterance, APIError | None]:
    """Speak a text, the connection lost after so many events of the first context, and so on.

    Returns:
        The events of the consumer, and the error that ended them; None after `Done`.
    """
    random = Random(seed)
    vocabulary = ["", *dict.fromkeys(text.split())]
    numbers = {word: number for number, word in enumerate(vocabulary)}
    utterance = Utterance({}, FMT, resume=True, max_retries=len(drops))
    tokens = deque(split_anywhere(text, random, pieces))
    events: list[SpeechEvent] = []
    rest = ""
    for drop in [*drops, None]:
        service, count = Service(random, numbers, times), 0
        service.hear(rest)
        if utterance.finished:
            service.finish()
        while drop is None or count < drop:
            if not utterance.finished and random.random() < 0.5:
                if tokens:
                    utterance.ledger.push(tokens[0])
                    service.hear(tokens.popleft())
                else:
                    utterance.finished = True
                    service.finish()
            event = service.next_event()
            if event is None:
                continue
            count += 1
            events += utterance.receive(event)
            if isinstance(event, Done):
                return events, utterance, None
        error = cut_off()
        recovery = utterance.recover(error)
        if recovery is None:
            return events, utterance, error
        events += recovery.events
        if utterance.is_said:
            return [*events, *utterance.receive(Done())], utterance, None
        rest = recovery.text
    raise AssertionError("the last context has no end")


def ended(words: Sequence[str]) -> str:
    """A text that does not end with punctuation of its own, which is not worth another context."""
    return " ".join([*words, "then"] if words[-1] in ("—", "...") else words)


texts = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=14).map(ended)


@given(
    text=texts,
    seed=st.integers(0, 1 << 32),
    pieces=st.integers(1, 8),
    drops=st.lists(st.integers(0, 25), max_size=4),
)
def test_no_word_is_heard_twice_and_none_is_lost(
    text: str, seed: int, pieces: int, drops: list[int]
) -> None:
    events, utterance, error = say(text, seed, pieces=pieces, drops=drops)
    if error is not None:  # among equal words, longer than audio is held back
        source = Source(text)
        assert any(map(source.repeats, range(len(source.ends))))
        return
    vocabulary = ["", *dict.fromkeys(text.split())]
    assert words_in(events, vocabulary) == text.split()
    assert isinstance(events[-1], Done)
    assert utterance.ledger.heard(1e9) == text


@given(
    text=st.lists(st.sampled_from(REPEATED + VOCABULARY), min_size=1, max_size=8).map(ended),
    seed=st.integers(0, 1 << 32),
    pieces=st.integers(1, 8),
    drops=st.lists(st.integers(0, 25), max_size=4),
    times=st.sampled_from(["true", "absent", "arbitrary"]),
)
def test_equal_words_are_heard_once_or_the_error_is_honest(
    text: str, seed: int, pieces: int, drops: list[int], times: str
) -> None:
    """Equal words in a row may have no times, or times that mean nothing."""
    events, utterance, error = say(text, seed, pieces=pieces, drops=drops, times=times)
    heard = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    vocabulary = ["", *dict.fromkeys(text.split())]
    if error is None:
        assert words_in(events, vocabulary) == text.split()
        assert isinstance(events[-1], Done)
        return
    begun = [vocabulary[sound & ~FIRST] for sound in heard if sound & FIRST]
    assert begun == text.split()[: len(begun)]
    assert error.delivered is not None
    assert error.delivered + (error.remaining or "") == utterance.ledger.source


@given(
    text=texts,
    seed=st.integers(0, 1 << 32),
    drops=st.lists(st.integers(0, 25), max_size=4),
)
def test_times_are_on_one_line_with_the_audio_handed_out(
    text: str, seed: int, drops: list[int]
) -> None:
    """Each word's time is where its sound is, and each word is timed once."""
    events, _, _ = say(text, seed, pieces=3, drops=drops)
    audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    sounds = [match.span() for match in re.finditer(rb"[\x81-\xff][\x01-\x7f]*", audio)]
    timed = [word for event in events if isinstance(event, WordTimestamps) for word in event.words]
    assert len(timed) == len(sounds)
    for word, (start, end) in zip(timed, sounds, strict=True):
        assert word.start == pytest.approx(start / RATE, abs=0.001)
        assert word.end == pytest.approx(end / RATE, abs=0.001)
    resumed = [event.at for event in events if isinstance(event, Resumed)]
    assert resumed == sorted(resumed)


# --- one case each


def sound(seconds: float) -> AudioChunk:
    return AudioChunk(data=bytes(round(seconds * RATE)))


def times(*words: tuple[str, float, float]) -> WordTimestamps:
    return WordTimestamps(words=tuple(Timing(*word) for word in words))


ONE_TWO = times(("One", 0.0, 0.4), ("two", 0.5, 0.9))


def begun(*, resume: bool, max_retries: int = 2, text: str = "One two three.") -> Utterance:
    """An utterance whose text is complete."""
    utterance = Utterance({"add_timestamps": True}, FMT, resume=resume, max_retries=max_retries)
    utterance.ledger.push(text)
    utterance.finished = True
    return utterance


def nbytes(events: Iterable[SpeechEvent]) -> int:
    return sum(len(event.data) for event in events if isinstance(event, AudioChunk))


@pytest.mark.parametrize("resume", [False, True])
def test_what_came_before_the_first_audio_is_not_repeated(resume: bool) -> None:
    """A replay is silent: each event comes once, from the context that was heard."""
    utterance = begun(resume=resume)
    stray = UnknownEvent(name="new")
    assert utterance.receive(ONE_TWO) == []
    assert utterance.receive(stray) == []
    recovery = utterance.recover(cut_off())
    assert recovery is not None
    assert (recovery.text, recovery.events) == ("One two three.", [])
    again = [*utterance.receive(stray), *utterance.receive(ONE_TWO), *utterance.receive(sound(1))]
    assert [event for event in again if not isinstance(event, AudioChunk)].count(stray) == 1
    assert again.count(ONE_TWO) == 1
    assert 0.9 <= nbytes(again) / RATE <= 1.0


def test_resuming_asks_for_word_times() -> None:
    fields = {"voice": "v"}
    asked = Utterance(fields, FMT, resume=True, max_retries=2).fields
    assert asked == {"voice": "v", "add_timestamps": True}
    assert Utterance(fields, FMT, resume=False, max_retries=2).fields == fields


def test_a_drop_after_audio_is_final_without_resume() -> None:
    """The error says what was delivered and what was not; together they are the text."""
    utterance = begun(resume=False)
    utterance.receive(ONE_TWO)
    assert nbytes(utterance.receive(sound(0.7))) == 0.7 * RATE  # at once, not word by word
    error = cut_off()
    assert utterance.recover(error) is None
    assert (error.delivered, error.remaining) == ("One", " two three.")


@given(
    text=texts,
    seed=st.integers(0, 1 << 32),
    drop=st.integers(1, 30),
)
def test_delivered_and_remaining_are_the_text(text: str, seed: int, drop: int) -> None:
    """And what was delivered is what can be heard in full."""
    random = Random(seed)
    vocabulary = ["", *dict.fromkeys(text.split())]
    service = Service(random, {word: number for number, word in enumerate(vocabulary)})
    service.hear(text)
    service.finish()
    utterance = begun(resume=False, text=text)
    events: list[SpeechEvent] = []
    for _ in range(drop):
        event = service.next_event()
        if event is None or isinstance(event, Done):
            break
        events += utterance.receive(event)
    if not nbytes(events):
        return
    error = cut_off()
    assert utterance.recover(error) is None
    assert error.delivered is not None
    assert error.remaining is not None
    assert error.delivered + error.remaining == text
    audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    sounds = re.findall(rb"[\x81-\xff][\x01-\x7f]*", audio)
    assert len(error.delivered.split()) <= len(sounds)


def test_resuming_goes_on_with_the_word_that_did_not_arrive() -> None:
    """Audio and times beyond the last whole word are held back, and told anew by the next."""
    utterance = begun(resume=True)
    assert utterance.receive(ONE_TWO) == []
    first = utterance.receive(sound(0.7))  # "One", the pause, and the start of "two"
    assert first == [times(("One", 0.0, 0.4)), sound(0.5)]
    recovery = utterance.recover(cut_off())
    assert recovery is not None
    assert recovery.text == "two three."  # the pause before it was heard
    assert recovery.events == [Resumed(at=0.5, cause="the connection ended before the stream did")]
    said = utterance.receive(times(("two", 0.1, 0.5), ("three.", 0.6, 1.0)))
    said += utterance.receive(sound(1.0))
    said += utterance.receive(Done())
    assert said == [
        times(("two", 0.6, 1.0), ("three.", 1.1, 1.5)),
        sound(1.0),
        Done(),
    ]
    assert [utterance.ledger.heard(at) for at in (0.4, 1.0, 1.5)] == [
        "One",
        "One two",
        "One two three.",
    ]


def test_phonemes_are_on_the_same_line() -> None:
    utterance = begun(resume=True)
    heard = PhonemeTimestamps(phonemes=(Timing("w", 0.0, 0.4), Timing("t", 0.5, 0.6)))
    utterance.receive(heard)
    utterance.receive(ONE_TWO)
    events = utterance.receive(sound(0.7))
    assert PhonemeTimestamps(phonemes=heard.phonemes[:1]) in events
    assert utterance.recover(cut_off()) is not None
    utterance.receive(PhonemeTimestamps(phonemes=(Timing("t", 0.0, 0.1),)))
    utterance.receive(times(("two", 0.0, 0.4)))
    events = utterance.receive(sound(0.5))
    assert PhonemeTimestamps(phonemes=(Timing("t", 0.5, 0.6),)) in events


def test_audio_is_not_held_back_for_ever() -> None:
    """Without word times speech goes on, and a later drop is final."""
    utterance = begun(resume=True)
    assert utterance.receive(sound(HOLD_S)) == []
    assert nbytes(utterance.receive(sound(0.1))) == round((HOLD_S + 0.1) * RATE)
    assert nbytes(utterance.receive(sound(0.3))) == 0.3 * RATE
    assert utterance.recover(cut_off()) is None


def test_a_long_word_is_waited_for_when_its_end_is_known() -> None:
    """Holding back is bounded by what the times tell, not by how long a word lasts."""
    utterance = begun(resume=True)
    utterance.receive(times(("One", 0.0, 3 * HOLD_S)))
    assert utterance.receive(sound(2 * HOLD_S)) == []
    recovery = utterance.recover(cut_off())
    assert recovery is not None
    assert recovery.text == "One two three."


def test_nothing_is_left_when_only_the_end_was_lost() -> None:
    """Neither blanks nor punctuation are worth another context."""
    utterance = begun(resume=True, text="One two — ")
    utterance.receive(ONE_TWO)
    utterance.receive(sound(1.0))
    assert utterance.recover(cut_off()) is not None
    assert utterance.is_said
    assert utterance.receive(Done()) == [Done()]


def test_text_that_is_not_complete_is_not_said() -> None:
    utterance = Utterance({}, FMT, resume=True, max_retries=2)
    utterance.ledger.push("One two ")
    utterance.receive(ONE_TWO)
    utterance.receive(sound(1.0))
    assert utterance.recover(cut_off()) is not None
    assert not utterance.is_said


def test_retries_are_bounded() -> None:
    utterance = begun(resume=True, max_retries=2)
    errors = [cut_off() for _ in range(3)]
    assert [utterance.recover(error) is None for error in errors] == [False, False, True]
    assert utterance.restarts == 2
    assert (errors[-1].delivered, errors[-1].remaining) == ("", "One two three.")


def test_refusals_for_too_many_contexts_are_waited_out() -> None:
    """429 may come as often as it likes: the queue bounds the wait, not the count of tries."""
    utterance = begun(resume=False, max_retries=1)
    for _ in range(50):
        recovery = utterance.recover(LIMITED)
        assert recovery is not None
        assert recovery.delay == 0.0
    assert utterance.recover(cut_off()) is not None


def test_a_refusal_is_final_for_who_wants_no_retries() -> None:
    utterance = begun(resume=False, max_retries=0)
    assert utterance.recover(LIMITED) is None


def test_a_refusal_in_mid_speech_counts_as_a_try() -> None:
    utterance = begun(resume=True, max_retries=1)
    for expected in (False, True):
        utterance.receive(times(("One", 0.0, 0.4)))
        utterance.receive(sound(0.5))
        assert (utterance.recover(LIMITED) is None) is expected


def test_any_other_refusal_counts_as_a_try() -> None:
    """A slot would not help, so it is repeated like other failures."""
    utterance = begun(resume=False, max_retries=1)
    for expected in (False, True):
        refusal = RateLimitError("no", status_code=429, error_code="quota_exceeded")
        assert (utterance.recover(refusal) is None) is expected


LIMITED: Final = RateLimitError("busy", status_code=429, error_code="concurrency_limited")

FINAL: Final = {
    "a wrong request": BadRequestError("no", status_code=400),
    "a closed client": StreamTruncatedError("closed"),
    "no text in time": APITimeoutError("late", phase="input"),
    "no slot in time": APITimeoutError("late", phase="queue"),
}
FINAL["a closed client"].__cause__ = ConnectionClosedError(
    "closed", code=1000, reason="", by="local"
)


@pytest.mark.parametrize("error", FINAL.values(), ids=FINAL.keys())
def test_what_another_context_would_not_mend_is_final(error: APIError) -> None:
    utterance = begun(resume=True)
    assert utterance.recover(error) is None
    assert error.remaining == "One two three."


def test_a_cancel_yields_nothing_stale() -> None:
    utterance = begun(resume=True)
    utterance.receive(ONE_TWO)
    utterance.receive(sound(0.7))
    assert utterance.receive(Cancelled()) == [Cancelled()]
