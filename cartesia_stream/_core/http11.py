"""The two parts of HTTP/1.1 that are read here: where a head ends, and what chunks carry.

`h11` under httpx judges every head, and every body but a chunked one. Of that it makes an event for
each chunk, in several steps and copies for every piece of audio; here whole chunks are cut out of
what was read. Strict where leniency would let two parties disagree about where a body ends.

Source: RFC 9112, sections 2.2 and 7.1.
"""

from __future__ import annotations

import re
from typing import Final

from ..errors import RemoteProtocolError

LAST_CHUNK: Final = b"0\r\n\r\n"
MAX_LINE: Final = 1 << 14  # bytes of a chunk's size with its extensions, or of one trailer
MAX_TRAILERS: Final = 1 << 16

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")


class Head:
    """Parts the head of a response from what comes behind it.

    Whoever parses heads is given no byte more, so that the body can be read past it.

    Attributes:
        ended: Whether the head is over; informational ones (1xx) do not count.
    """

    __slots__ = ("_start", "_tail", "ended", "rest")

    def __init__(self) -> None:
        self.rest = b""  # what was read too far
        self.begin()

    def begin(self) -> None:
        """Expect another response."""
        self.ended: bool = False
        self._start = b""
        self._tail = b""

    def receive_data(self, data: bytes) -> bytes:
        """Take bytes of the connection and return those before the end of the head.

        What is behind it waits in ``rest``: give that in first the next time.
        """
        if self.ended:
            return data
        before, size = self._tail + data, len(self._tail)
        self._start = (self._start + data)[:10]
        end = _BLANK_LINE.search(before)
        if end is None:
            self._tail = before[-2:]
            return data
        at = end.end() - size
        if self._start[9:] == b"1":  # of "HTTP/1.1 100"
            self.begin()
        else:
            self.ended = True
        self.rest = data[at:]
        return data[:at]


class ChunkedBody:
    """The body of one response.

    Attributes:
        complete: Whether the last chunk and its trailers have been taken.
        fault: How the body broke the rules; what came before was returned all the same.
    """

    __slots__ = (
        "_buffer",
        "_in_trailers",
        "_left",
        "_length",
        "_line",
        "_trailers",
        "complete",
        "fault",
    )

    def __init__(self) -> None:
        self.complete: bool = False
        self.fault: RemoteProtocolError | None = None
        self._buffer = b""  # the start of a line, or of the end of a chunk
        self._left = 0  # bytes of the present chunk, with its line end, that are still to come
        self._line = b"0"  # the last one that began a chunk, and the chunk's length
        self._length = 0
        self._in_trailers = False
        self._trailers = 0

    def receive_data(self, data: bytes) -> bytes:
        """Take bytes of the connection and return the bytes of the body among them.

        A fault is anything that breaks the rules or follows the end of the body.
        """
        parts: list[bytes] = []
        try:
            self._receive(data, parts)
        except RemoteProtocolError as error:
            self.fault = error
            self.complete = False
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _receive(self, data: bytes, parts: list[bytes]) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        position, size = 0, len(data)
        while position < size:
            if self._left:
                position = self._take(data, position, parts)
                continue
            end = data.find(b"\r\n", position, position + MAX_LINE)
            if end < 0:
                if size - position >= MAX_LINE:
                    raise _broken("a line is too long")
                break
            if self.complete:
                raise _broken("bytes follow its end")
            if self._in_trailers:
                self._trailer(end - position)
                position = end + 2
                continue
            line = data[position:end]
            if line != self._line:  # chunks of audio are mostly of one size
                self._line, self._length = line, _length(line)
            position = end + 2
            after = position + self._length
            if not self._length:
                self._in_trailers = True
            elif data[after : after + 2] == b"\r\n":  # the whole chunk is here
                parts.append(data[position:after])
                position = after + 2
            else:
                self._left = self._length + 2
        self._buffer = data[position:]
        if self.complete and self._buffer:
            raise _broken("bytes follow its end")

    def _take(self, data: bytes, position: int, parts: list[bytes]) -> int:
        """Take what there is of a chunk and of the line end behind it."""
        left = self._left
        have = min(len(data) - position, left)
        after = position + have
        if left > 2:
            parts.append(data[position : min(after, position + left - 2)])
        # the last two bytes, as far as they are here
        tail = data[max(position, position + left - 2) : after]
        if tail and tail != b"\r\n"[2 - min(left, 2) :][: len(tail)]:
            raise _broken("a chunk is longer than it says")
        self._left = left - have
        return after

    def _trailer(self, length: int) -> None:
        self._trailers += length
        if self._trailers > MAX_TRAILERS:
            raise _broken("its trailers are too long")
        self.complete = not length


def _length(line: bytes) -> int:
    digits = line.partition(b";")[0].rstrip(b" \t")
    if not digits or len(digits) > 16 or not _HEX.issuperset(digits):
        raise _broken("a chunk has no valid size")
    return int(digits, 16)


def _broken(why: str) -> RemoteProtocolError:
    return RemoteProtocolError(f"the chunked body is broken: {why}")
