"""The alpha's JSON to today's and back: what the alpha says is a part of what is said today.

An object of the alpha has no type. `typed` names it, and the codec of today's API does the rest;
`untyped` turns our requests into those of the alpha. `ObjectStream` finds the objects in a response
that calls itself an event stream and may be none.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ..errors import RemoteProtocolError

_encode: Final = msgspec.json.Encoder().encode


class _Received(msgspec.Struct, gc=False):
    """What tells the objects of the alpha apart; the audio is not looked at."""

    data: Raw | UnsetType = UNSET
    done: bool | None = None
    error: str | None = None
    context_id: str | None = None


class _Sent(msgspec.Struct, gc=False):
    """A request of today's codec, whose text and voice stand in ``data``."""

    context_id: str
    data: Raw = Raw(b"")
    flush: bool = False
    cancel: bool = False


_read_received: Final = msgspec.json.Decoder(_Received).decode
_read_sent: Final = msgspec.json.Decoder(_Sent).decode


def typed(frame: bytes) -> list[bytes]:
    """One object of the alpha as the frames of today that say the same.

    A chunk that is the end as well becomes two, and an object that says nothing, none. What is no
    such object stays as it is: today's codec says what is wrong with it.

    Args:
        frame: A JSON object in UTF-8.
    """
    try:
        said = _read_received(frame)
    except (ValueError, RecursionError):
        return [frame]
    if said.error is not None:
        return [_error(frame, said.error, said.context_id)]
    frames: list[bytes] = []
    if not isinstance(said.data, UnsetType) and bytes(said.data) != b"null":
        frames.append(frame.rstrip()[:-1] + b',"type":"chunk"}')  # of two types the last counts
    if said.done:
        frames.append(_encode({"type": "done", "context_id": said.context_id}))
    return frames


_ERROR: Final = b'{"type":"error",'


def is_error(frame: bytes) -> bool:
    """Whether a frame that `typed` has made is an error."""
    return frame.startswith(_ERROR)


def _error(frame: bytes, message: str, context_id: str | None) -> bytes:
    """An error frame; its title is the object as Python shows it, as the old messages have it."""
    try:
        title = repr(msgspec.json.decode(frame))
    except RecursionError:
        title = None
    return _encode({"type": "error", "message": message, "title": title, "context_id": context_id})


def untyped(message: bytes, *, interrupts: bool) -> bytes | None:
    """One of our requests as the alpha has it; None if it has no such.

    A flush is an acknowledgement. The plain socket knows neither that nor a cancel.
    """
    request = _read_sent(message)
    context_id = _encode(request.context_id)
    if not (request.cancel or request.flush):
        return b'{"data":%b,"context_id":%b}' % (bytes(request.data), context_id)
    if not interrupts:
        return None
    if request.cancel:
        return b'{"context_id":%b,"action":"cancel"}' % context_id
    return b'{"context_id":%b}' % context_id


def promises_end(frame: bytes) -> bool:
    """Whether an object says that it is, or is not, the last one."""
    try:
        return _read_received(frame).done is not None
    except (ValueError, RecursionError):
        return False


_BETWEEN: Final = re.compile(rb"[{\r\n]")
_IN_OBJECT: Final = re.compile(rb'[{}"]')
_IN_STRING: Final = re.compile(rb'["\\]')
_LINE_END: Final = re.compile(rb"[\r\n]")
_DATA: Final = (b"data:", b"data: ")
_OTHER_FIELDS: Final = (b":", b"event:", b"id:", b"retry:")  # may hold a brace that opens nothing
_LINE_START: Final = 16  # bytes of a line that are enough to know it
_CONTINUED: Final = re.compile(rb"(?:\r\n|\n|\r)data: ?")
_BOM: Final = b"\xef\xbb\xbf"


class ObjectStream:
    """Finds the JSON objects in a stream of bytes; any chunking gives the same objects.

    Takes server-sent events by the standard, such without the empty lines between them, and bare
    objects, whatever is between them. Braces in strings and inner objects do not mislead it. Time
    is linear in the input.

    Args:
        max_object_bytes: Bound on one object.
    """

    def __init__(self, *, max_object_bytes: int = 1 << 24) -> None:
        self._standard = True
        self._started = 0
        self._max = max_object_bytes
        self._buffer = bytearray()  # an unfinished object, or the start of an unfinished line
        self._at = 0  # how far that is known
        self._depth = 0
        self._in_string = False
        self._behind = False  # on the line that an object has ended on
        self._skipping = False  # to the end of the line
        self._parted = True  # whether an empty line came since the last object, or there is none
        self._after_cr = False

    def receive_data(self, data: bytes) -> list[bytes]:
        """Take bytes and return the objects that they complete.

        Raises:
            RemoteProtocolError: If an object passes its bound.
        """
        self._buffer += data
        objects: list[bytes] = []
        while True:
            if not self._depth and not self._find_object():
                return objects
            while self._depth:
                if not self._read_on():
                    return objects
            objects.append(self._cut())

    @property
    def conforming(self) -> bool:
        """Whether each object so far was an event by the standard, as far as can be known."""
        return self._standard and (self._parted or self._started > 1)

    @property
    def unfinished(self) -> bool:
        """Whether the stream is in the middle of an object."""
        return self._depth > 0

    @property
    def rest(self) -> bytes:
        """What of an unfinished object has come."""
        return bytes(self._buffer) if self._depth else b""

    def _find_object(self) -> bool:
        """Go on to the start of an object; False if more must come first."""
        buffer = self._buffer
        while True:
            pattern = _LINE_END if self._skipping else _BETWEEN
            found = pattern.search(buffer, self._at)
            if found is None:
                del buffer[_LINE_START:]
                self._at = len(buffer)
                return False
            end = found.start()
            if buffer[end] != 0x7B:
                self._end_line(bytes(buffer[: end + 1]))
                del buffer[: end + 1]
                self._at = 0
                continue
            line = bytes(buffer[:end]).removeprefix(_BOM)
            if line.startswith(_OTHER_FIELDS) and not self._behind:
                self._skipping = True
                continue
            self._start_object(line)
            del buffer[:end]
            return True

    def _end_line(self, line: bytes) -> None:
        if line == b"\n" and self._after_cr:  # CR LF is one end
            self._after_cr = False
            return
        self._after_cr = line.endswith(b"\r")
        self._parted = self._parted or (len(line) == 1 and not self._behind)
        self._behind = self._skipping = False

    def _start_object(self, line: bytes) -> None:
        self._standard = self._standard and self._parted and line in _DATA
        self._started += 1
        self._parted = self._behind = self._after_cr = False
        self._at = self._depth = 1

    def _read_on(self) -> bool:
        """Go on to what may end the object; False if more must come first.

        Raises:
            RemoteProtocolError: If the object passes its bound.
        """
        buffer = self._buffer
        found = (_IN_STRING if self._in_string else _IN_OBJECT).search(buffer, self._at)
        if found is None:
            self._at = max(self._at, len(buffer))  # beyond it behind a backslash
            end = len(buffer)
        else:
            end = self._at = found.end()
            match buffer[end - 1]:
                case 0x22:  # a quotation mark
                    self._in_string = not self._in_string
                case 0x5C:  # a backslash: what it escapes is no end
                    self._at += 1
                case 0x7B:
                    self._depth += 1
                case _:
                    self._depth -= 1
        if end > self._max:
            raise RemoteProtocolError(f"an object of the stream is larger than {self._max} bytes")
        return found is not None

    def _cut(self) -> bytes:
        """The object that has ended; data lines of one event are joined."""
        found = bytes(self._buffer[: self._at])
        del self._buffer[: self._at]
        self._at = 0
        self._behind = True
        return _CONTINUED.sub(b"\n", found)
