"""What streams yield: immutable, told apart by type, and quiet about what they carry."""

from __future__ import annotations

from typing import get_args

import pytest

from cartesia_stream import (
    AudioChunk,
    Cancelled,
    Done,
    FlushDone,
    PhonemeTimestamps,
    Resumed,
    Timing,
    UnknownEvent,
    WordTimestamps,
    events,
)
from cartesia_stream.events import NO_EXTRA, SpeechEvent

KINDS = get_args(SpeechEvent)
EVENTS: list[SpeechEvent] = [
    AudioChunk(data=b"a"),
    WordTimestamps(words=()),
    PhonemeTimestamps(phonemes=()),
    FlushDone(),
    Resumed(at=0.5, cause="x"),
    Done(),
    Cancelled(),
    UnknownEvent(name="x"),
]


def test_every_event_is_in_the_union() -> None:
    """A match over all of them misses none."""
    named = {getattr(events, name) for name in events.__all__} - {Timing, SpeechEvent}
    assert set(KINDS) == named == set(map(type, EVENTS))
    assert len({kind.type for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_events_are_immutable(event: SpeechEvent) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        event.context_id = "other"  # type: ignore[misc]  # which is what is tested


def test_events_are_equal_by_value() -> None:
    words = (Timing("a", 0.0, 0.5),)
    assert WordTimestamps(words=words) == WordTimestamps(words=(Timing("a", 0.0, 0.5),))
    assert WordTimestamps(words=words) != WordTimestamps(words=words, flush_id=1)


def test_audio_is_not_shown() -> None:
    """A chunk in a log tells its size."""
    chunk = AudioChunk(data=b"secret", context_id="c1")
    assert repr(chunk) == "AudioChunk(6 bytes, context_id='c1')"
    assert chunk.audio is chunk.data


def test_what_is_shared_cannot_change() -> None:
    """Events without unknown fields share one empty mapping."""
    chunk = AudioChunk(data=b"")
    assert chunk.extra is NO_EXTRA
    with pytest.raises(TypeError):
        chunk.extra["a"] = 1  # type: ignore[index]  # a read-only mapping
