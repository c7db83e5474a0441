"""Hold back text that comes much faster than it is spoken.

The service refuses a context in which too many inputs wait, and text from memory is faster than any
speech. So the sender of an iterator waits while the text is far ahead of the audio that the
consumer has read.
"""

from __future__ import annotations

from typing import Final

MAX_LETTERS_AHEAD: Final = 5000
MAX_PIECES_AHEAD: Final = 300
QUIET_S: Final = 0.5  # without audio, after which one more piece may go

# Faster than any speech, so that spoken text never counts as waiting.
_LETTERS_PER_SECOND: Final = 25.0


class Pace:
    """Tells when the text is far enough ahead of its audio. Not thread-safe."""

    __slots__ = ("_letters", "_pieces", "_seconds", "_since")

    def __init__(self, *, now: float) -> None:
        self._letters = 0
        self._pieces = 0
        self._seconds = 0.0
        self._since = now  # when audio last came, or a piece went without any

    def sent(self, piece: str) -> None:
        """Count a piece that was sent."""
        self._letters += len(piece)
        self._pieces += 1

    def holds(self, seconds: float, *, waiting: bool, now: float) -> bool:
        """Return whether the next piece must wait.

        It may go in any case once there was no audio for `QUIET_S`: the rest of the text may be
        silent, such as tags.

        Args:
            seconds: Audio that the consumer has read.
            waiting: Whether more audio waits to be read.
            now: Monotonic seconds.
        """
        if waiting or seconds != self._seconds:
            self._seconds = seconds
            self._since = now
        ahead = self._letters - _LETTERS_PER_SECOND * seconds
        most = min(MAX_LETTERS_AHEAD, MAX_PIECES_AHEAD * self._letters / max(1, self._pieces))
        if ahead <= most:
            return False
        if now - self._since < QUIET_S:
            return True
        self._since = now
        return False
