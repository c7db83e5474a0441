"""Text from a pipe or a keyboard as it arrives, split into utterances at its pauses.

The service ends a context soon after it has spoken all text so far, so a context cannot wait for a
slow writer: text after a pause starts a new context. Text without pauses, such as a file or the
tokens of a language model, is one utterance, which is spoken while it arrives.
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
    """Reader of text in a thread of its own.

    Args:
        descriptor: File descriptor of UTF-8 text. The thread reads it directly, because a
            daemon thread that holds the lock of a buffered file keeps the interpreter from ending.
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
        """Yield the utterances; read each one to its end before you take the next."""
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
        """Wait for the end of the text and return all of it."""
        return "".join(iter(self._pieces.get, None))
