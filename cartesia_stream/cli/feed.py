"""Text from a pipe or a keyboard as it arrives, split into utterances at its pauses.

The service ends a context soon after it has spoken all text so far, so a context cannot wait for a
slow writer: text after a pause starts a new context. Text without pauses, such as a file or the
tokens of a language model, is one utterance, which is spoken while it arrives.
"""

from __future__ import annotations

import codecs
import os
import sys
import threading
from queue import Empty, Queue
from typing import TYPE_CHECKING, Final, Literal

from .. import ConfigurationError
from .output import naming, note

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_S: Final = 0.7  # below the second that the service waits
MAX_TEXT_BYTES: Final = 16 << 20  # of a text that is needed as a whole
MAX_RECORDING_BYTES: Final = 1 << 30  # memory that a recording on stdin may take
_BLOCK: Final = 65536
_AHEAD: Final = 4  # blocks to read before they are needed


class Feed:
    """Reader of text in a thread of its own.

    Args:
        descriptor: File descriptor of UTF-8 text. The thread reads it directly, because a
            daemon thread that holds the lock of a buffered file keeps the interpreter from ending.
        errors: Whether bytes that are not UTF-8 are an error, or become U+FFFD.
        pause_s: Silence that ends an utterance, in seconds.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        errors: Literal["strict", "replace"] = "strict",
        pause_s: float = PAUSE_S,
    ) -> None:
        self._descriptor = descriptor
        self._errors = errors
        self._pause_s = pause_s
        self._pieces: Queue[str | Exception | None] = Queue(_AHEAD)
        self._ended = False
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def _read(self) -> None:
        try:
            with naming("stdin"):
                for piece in self._decoded():
                    self._pieces.put(piece)
        except Exception as error:  # for the thread that takes the pieces
            self._pieces.put(error)
        else:
            self._pieces.put(None)

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")(self._errors)
        begin = 0  # position of the block in the text, in bytes
        mark = "\ufeff"  # of text files on Windows, only at their start
        block = b"-"
        while block:
            block = os.read(self._descriptor, _BLOCK)
            kept = len(decoder.getstate()[0])  # bytes of a character that was cut
            try:
                piece = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                place = begin - kept + error.start
                raise ConfigurationError(
                    f"stdin is not UTF-8: byte 0x{error.object[error.start]:02x} at offset {place};"
                    " convert the text, or skip such bytes with --errors replace"
                ) from None
            if piece:
                yield piece.removeprefix(mark)
                mark = ""
            begin += len(block)

    def utterances(self) -> Iterator[Iterator[str]]:
        """Yield the utterances; read each one to its end before you take the next."""
        while not self._ended:
            piece = self._next()
            if piece is None:
                return
            if piece.strip():
                yield self._utterance(piece)

    def _utterance(self, piece: str | None) -> Iterator[str]:
        while piece is not None:
            yield piece
            try:
                piece = self._next(self._pause_s)
            except Empty:
                return
        self._ended = True

    def _next(self, timeout: float | None = None) -> str | None:
        piece = self._pieces.get(timeout=timeout)
        if isinstance(piece, Exception):
            self._ended = True
            raise piece
        return piece

    def text(self) -> str:
        """Wait for the end of the text and return all of it.

        Raises:
            ConfigurationError: If it is longer than `MAX_TEXT_BYTES`, or not UTF-8.
        """
        pieces: list[str] = []
        size = 0
        while (piece := self._next()) is not None:
            size += len(piece)
            if size > MAX_TEXT_BYTES:
                raise ConfigurationError(
                    f"the text on stdin is longer than {MAX_TEXT_BYTES >> 20} MiB; "
                    "--transport websocket speaks it while it arrives"
                )
            pieces.append(piece)
        return "".join(pieces)


def text_on_stdin(errors: Literal["strict", "replace"]) -> Feed:
    """Start to read the text on stdin; tell a user at a terminal that the command waits for it."""
    if sys.stdin.isatty():
        note("Type the text to speak, line by line. Ctrl-D ends it.")
    return Feed(sys.stdin.fileno(), errors=errors)


def recording_on_stdin() -> bytes:
    """Return a recording from stdin.

    Raises:
        ConfigurationError: If stdin is a terminal, empty or longer than `MAX_RECORDING_BYTES`.
    """
    if sys.stdin.isatty():
        raise ConfigurationError("stdin is a terminal; give the name of a recording, or pipe one")
    with naming("stdin"):
        data = sys.stdin.buffer.read(MAX_RECORDING_BYTES + 1)
    if not data:
        raise ConfigurationError("stdin is empty; it must be a recording")
    if len(data) > MAX_RECORDING_BYTES:
        raise ConfigurationError(
            f"the recording on stdin is longer than {MAX_RECORDING_BYTES >> 20} MiB; "
            "give the name of a file instead"
        )
    return data
