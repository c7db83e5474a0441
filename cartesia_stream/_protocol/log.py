"""DEBUG log of messages: direction, kind, size and ids, never the text or the audio.

> generate ctx=7f3a 312 B
< chunk ctx=7f3a 4096 B
< done ctx=7f3a
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from ..events import AudioChunk, PhonemeTimestamps, WordTimestamps

if TYPE_CHECKING:
    from ..events import SpeechEvent

logger: Final = logging.getLogger("cartesia_stream")
logger.addHandler(logging.NullHandler())


debugging: Final = partial(logger.isEnabledFor, logging.DEBUG)
"""Whether DEBUG logging is enabled; read once per stream."""


def log_sent(kind: str, context_id: str, message: bytes) -> None:
    """Log a message that is sent."""
    logger.debug("> %s ctx=%s %d B", kind, context_id, len(message))


def log_event(event: SpeechEvent, owner: str) -> None:
    """Log an event that arrived for a context or a request."""
    if isinstance(event, AudioChunk):
        logger.debug("< chunk %s %d B", owner, len(event.data))
    elif isinstance(event, WordTimestamps):
        logger.debug("< timestamps %s %d words", owner, len(event.words))
    elif isinstance(event, PhonemeTimestamps):
        logger.debug("< phoneme_timestamps %s %d phonemes", owner, len(event.phonemes))
    else:
        logger.debug("< %s %s", event.type, owner)


def label(error: BaseException) -> str:
    """Return the class and codes of an error, without its message, which may quote the peer."""
    marks = (getattr(error, name, None) for name in ("status_code", "code", "phase"))
    known = "".join(f" {mark}" for mark in marks if mark is not None)
    return f"{type(error).__name__}{known}"
