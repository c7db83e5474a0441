"""The script of an utterance, without a socket or a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartesia_emulator.speech.engine import Segment, Word
from cartesia_emulator.studio.timeline import Audio, Phonemes, TextBuffer, Timeline, Words, frame
from cartesia_emulator.wire.requests import OutputFormat, Speech, VoiceRef, decode


def speech(**changes: Any) -> Speech:
    fmt = OutputFormat(container="raw", encoding="pcm_s16le", sample_rate=8000)
    fields: Any = {"model_id": "m", "transcript": "t", "voice": "v", "output_format": fmt}
    return Speech(**(fields | changes))


def segment(seconds: float, *words: str) -> Segment:
    spread = tuple(Word(word, n * 0.1, n * 0.1 + 0.1) for n, word in enumerate(words))
    spoken = (Word("spoken", 0.0, 0.1),)
    pcm = np.full(round(seconds * 8000), 0.25, np.float32)
    return Segment(pcm=pcm, sample_rate=8000, words=spread, spoken=spoken)


def script(request: Speech, offset: float = 0.0) -> Timeline:
    return Timeline(request, source_rate=8000, chunk_ms=100, offset=offset)


def test_chunks_have_one_size_over_segment_borders() -> None:
    made = script(speech())
    events = [*made.segment(segment(0.25)), *made.segment(segment(0.17)), *made.finish()]
    audio = [event for event in events if isinstance(event, Audio)]
    assert [len(event.data) for event in audio] == [1600, 1600, 1600, 1600, 320]
    assert sum(event.duration for event in audio) == pytest.approx(0.42)
    assert made.elapsed == pytest.approx(0.42)


def test_times_follow_the_first_sound_and_run_on() -> None:
    made = script(speech(add_timestamps=True), offset=2.0)
    first = list(made.segment(segment(0.25, "one", "two")))
    second = list(made.segment(segment(0.25, "three")))
    assert [type(event) for event in first] == [Audio, Words, Audio]
    assert isinstance(first[1], Words)
    assert [word.start for word in first[1].words] == [2.0, 2.1]
    (words,) = (event for event in second if isinstance(event, Words))
    assert words.words[0].start == pytest.approx(2.25)


def test_normalized_times_and_phonemes() -> None:
    request = speech(
        add_timestamps=True, use_normalized_timestamps=True, add_phoneme_timestamps=True
    )
    events = list(script(request).segment(segment(0.2, "ab")))
    (words,) = (event.words for event in events if isinstance(event, Words))
    (phonemes,) = (event.phonemes for event in events if isinstance(event, Phonemes))
    assert [word.text for word in words] == ["spoken"]
    assert [(p.text, p.start, p.end) for p in phonemes] == [("a", 0.0, 0.05), ("b", 0.05, 0.1)]


def test_short_segments_still_have_their_times() -> None:
    events = list(script(speech(add_timestamps=True)).segment(segment(0.01, "x")))
    assert [type(event) for event in events] == [Words]


def test_frames() -> None:
    assert frame(Audio(b"\0\0", 0.1), 1.23456) == {
        "type": "chunk", "data": "AAA=", "done": False, "status_code": 206, "step_time": 1.235,
    }  # fmt: skip
    assert frame(Words((Word("a", 0.1, 0.2),)), 0)["word_timestamps"] == {
        "words": ["a"], "start": [0.1], "end": [0.2],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "released"),
    [
        (["Hello", " there.", " And"], ["", "Hello there.", ""]),
        (["Hello there. And"], ["Hello there. "]),
        (["It is 3.", "14 now!"], ["", "It is 3.14 now!"]),
        (["It is 3. Now"], ["It is 3. "]),
        (['"Really?" she', " said"], ['"Really?" ', ""]),
        (["你好。再", "见"], ["你好。", ""]),
        (["e.g", ".this"], ["", ""]),
    ],
)
def test_text_is_released_by_sentences(pieces: list[str], released: list[str]) -> None:
    text = TextBuffer()
    found = [text.push(piece) for piece in pieces]
    assert found == released
    assert "".join(found) + text.take() == "".join(pieces)
    assert not text.waiting


def test_requests_say_what_they_mean() -> None:
    body = b'{"model_id":"m","transcript":"t","voice":{"id":"v","mode":"id"},"speed":"fast",'
    body += b'"output_format":{"container":"raw","encoding":"pcm_s16le","sample_rate":8000},'
    body += b'"locale":"fr-FR","generation_config":{"speed":0.8},"duration":5}'
    request = decode(body, Speech)
    assert request.voice == VoiceRef(id="v")
    assert request.voice_id == "v"
    assert request.spoken_language == "fr"
    assert request.rate == pytest.approx(1.0)
    assert request.volume == 1.0
