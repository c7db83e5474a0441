"""The log of messages: direction, kind, size and ids, and nothing of what was said."""

from __future__ import annotations

import logging

import pytest

from cartesia_stream import (
    APIConnectionError,
    APITimeoutError,
    AudioChunk,
    Cancelled,
    ConnectionClosedError,
    Done,
    FlushDone,
    PhonemeTimestamps,
    RateLimitError,
    SpeechEvent,
    UnknownEvent,
    WordTimestamps,
)
from cartesia_stream._protocol.log import debugging, label, log_event, log_sent, logger
from cartesia_stream.events import Timing

SECRET = "sesame"
TIMES = (Timing(SECRET, 0.0, 0.5), Timing(SECRET, 0.5, 1.0))


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (AudioChunk(data=SECRET.encode()), "< chunk ctx=7f3a 6 B"),
        (WordTimestamps(words=TIMES), "< timestamps ctx=7f3a 2 words"),
        (PhonemeTimestamps(phonemes=TIMES[:1]), "< phoneme_timestamps ctx=7f3a 1 phonemes"),
        (FlushDone(flush_id=1), "< flush_done ctx=7f3a"),
        (Done(), "< done ctx=7f3a"),
        (Cancelled(), "< cancelled ctx=7f3a"),
        (UnknownEvent(name="aurora", fields={"glow": SECRET}), "< unknown ctx=7f3a"),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_an_event_is_one_line_without_what_it_says(
    event: SpeechEvent, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "cartesia_stream")
    log_event(event, "ctx=7f3a")
    assert caplog.messages == [message]
    assert all(record.levelno == logging.DEBUG for record in caplog.records)


def test_a_request_is_one_line_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "cartesia_stream")
    log_sent("generate", "7f3a", SECRET.encode())
    assert caplog.messages == ["> generate ctx=7f3a 6 B"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (APIConnectionError(SECRET), "APIConnectionError"),
        (APITimeoutError(SECRET, phase="idle", seconds=1.0), "APITimeoutError idle"),
        (ConnectionClosedError(SECRET, code=1006), "ConnectionClosedError 1006"),
        (RateLimitError(SECRET, status_code=429), "RateLimitError 429"),
        (KeyError(SECRET), "KeyError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_named_without_its_message(error: BaseException, text: str) -> None:
    assert label(error) == text


def test_a_program_without_logging_gets_no_warning() -> None:
    """Nor is anything logged before the program asks for it."""
    assert any(isinstance(handler, logging.NullHandler) for handler in logger.handlers)
    assert logger.level == logging.NOTSET


def test_debugging_follows_the_level(caplog: pytest.LogCaptureFixture) -> None:
    for level, wanted in ((logging.INFO, False), (logging.DEBUG, True)):
        caplog.set_level(level, "cartesia_stream")
        assert debugging() is wanted
