"""Text as it comes, from a pipe or a keyboard, cut into utterances where it pauses.

The service ends a context soon after it has spoken all it was given, so a context cannot wait for
a slow writer: text after a pause begins a new one. What comes without a pause, such as a file or
the tokens of a language model, is one utterance, spoken while it still arrives.
"""

from __future__ import annotations

import codecs
import os
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_S: Final = 0.7  # below the second that the service waits
_BLOCK: Final = 65536


class Feed:
    """Reads text in a thread of its own.

    Args:
        descriptor: File descriptor of UTF-8 text. It is read directly, since a daemon thread
            that holds the lock of a buffered file stops the interpreter from ending.
        pause_s: Silence that ends an utterance, in seconds.
    """

    def __init__(self, descriptor: int, *, pause_s: float = PAUSE_S) -> None:
        self._descriptor = descriptor
        self._pause_s = pause_s
        self._pieces: SimpleQueue[str | None] = SimpleQueue()
        self._ended = False
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def _read(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8-sig")(errors="replace").decode
        try:
            while block := os.read(self._descriptor, _BLOCK):
                self._pieces.put(decode(block))
            self._pieces.put(decode(b"", final=True))
        finally:
            self._pieces.put(None)

    def utterances(self) -> Iterator[Iterator[str]]:
        """The utterances; each must be read to its end before the next is asked for."""
        while not self._ended:
            piece = self._pieces.get()
            if piece is None:
                return
            if piece.strip():
                yield self._utterance(piece)

    def _utterance(self, piece: str | None) -> Iterator[str]:
        while piece is not None:
            yield piece
            try:
                piece = self._pieces.get(timeout=self._pause_s)
            except Empty:
                return
        self._ended = True

    def text(self) -> str:
        """All of it, once it has ended."""
        return "".join(iter(self._pieces.get, None))
