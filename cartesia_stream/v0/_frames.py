"""Translate between the JSON of v0 and that of the current API.

An object of v0 has no ``type``. `typed` adds it, so that the codec of the current API can decode
the object; `untyped` turns our requests into requests of v0. `ObjectStream` finds the objects in a
response that claims to be an event stream but may not follow the standard.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ..errors import RemoteProtocolError

_encode: Final = msgspec.json.Encoder().encode


class _Received(msgspec.Struct, gc=False):
    """The fields that distinguish the objects of v0; the audio is not decoded."""

    data: Raw | UnsetType = UNSET
    done: bool | None = None
    error: str | None = None
    context_id: str | None = None


class _Sent(msgspec.Struct, gc=False):
    """A request as the current codec encodes it; text and voice are in ``data``."""

    context_id: str
    data: Raw = Raw(b"")
    flush: bool = False
    cancel: bool = False


_read_received: Final = msgspec.json.Decoder(_Received).decode
_read_sent: Final = msgspec.json.Decoder(_Sent).decode


def typed(frame: bytes) -> list[bytes]:
    """Translate one object of v0 into frames of the current API.

    A chunk that is also the end becomes two frames, and an object without data, end or error
    becomes no frame. Other JSON stays unchanged, so that the current codec reports what is wrong.

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
        frames.append(frame.rstrip()[:-1] + b',"type":"chunk"}')  # of two types the last wins
    if said.done:
        frames.append(_encode({"type": "done", "context_id": said.context_id}))
    return frames


_ERROR: Final = b'{"type":"error",'


def is_error(frame: bytes) -> bool:
    """Whether a frame from `typed` is an error."""
    return frame.startswith(_ERROR)


def _error(frame: bytes, message: str, context_id: str | None) -> bytes:
    """Encode an error frame; its title is the ``repr`` of the object, as in old messages."""
    try:
        title = repr(msgspec.json.decode(frame))
    except (ValueError, RecursionError):  # in a field that was not read before
        title = None
    return _encode({"type": "error", "message": message, "title": title, "context_id": context_id})


def untyped(message: bytes, *, interrupts: bool) -> bytes | None:
    """Translate one of our requests to v0; return None if v0 has no equivalent.

    A flush becomes an acknowledgement. The plain socket has neither acknowledgements nor cancels.

    Args:
        message: A request as the current codec encodes it.
        interrupts: Whether the socket is the one with acknowledgements and cancels.
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
    """Whether an object has a ``done`` field, which says whether it is the last one."""
    try:
        return _read_received(frame).done is not None
    except (ValueError, RecursionError):
        return False


_BETWEEN: Final = re.compile(rb"[{\r\n]")
_IN_OBJECT: Final = re.compile(rb'[{}"]')
_IN_STRING: Final = re.compile(rb'["\\]')
_LINE_END: Final = re.compile(rb"[\r\n]")
_DATA: Final = (b"data:", b"data: ")
_OTHER_FIELDS: Final = (b":", b"event:", b"id:", b"retry:")  # may hold a brace outside objects
_LINE_START: Final = 16  # bytes that suffice to recognize a field
_CONTINUED: Final = re.compile(rb"(?:\r\n|\n|\r)data: ?")
_BOM: Final = b"\xef\xbb\xbf"


class ObjectStream:
    """Incremental parser that finds the JSON objects in a stream of bytes.

    It accepts server-sent events that follow the standard, events without empty lines between them,
    and bare objects with any bytes between them. It handles nested objects, and braces in strings.
    The result is the same for any chunking; the time is linear in the input.

    Args:
        max_object_bytes: Maximum size of one object, in bytes.
    """

    def __init__(self, *, max_object_bytes: int = 1 << 24) -> None:
        self._standard = True
        self._started = 0
        self._max = max_object_bytes
        self._buffer = bytearray()  # an unfinished object, or the start of an unfinished line
        self._at = 0  # position up to which the buffer was searched
        self._depth = 0
        self._in_string = False
        self._behind = False  # on the rest of a line, after an object
        self._skipping = False  # skipping to the end of the line
        # An empty line came after the last object, or there was no object yet.
        self._parted = True
        self._after_cr = False

    def receive_data(self, data: bytes) -> list[bytes]:
        """Receive bytes and return the objects that they complete.

        Raises:
            RemoteProtocolError: If an object is larger than ``max_object_bytes``.
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
        """Whether all objects so far look like standard server-sent events."""
        return self._standard and (self._parted or self._started > 1)

    @property
    def unfinished(self) -> bool:
        """Whether the stream is inside an object."""
        return self._depth > 0

    @property
    def rest(self) -> bytes:
        """The received bytes of an unfinished object."""
        return bytes(self._buffer) if self._depth else b""

    def _find_object(self) -> bool:
        """Move to the start of the next object; return False if more bytes are needed."""
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
        if line == b"\n" and self._after_cr:  # CR LF is one line end
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
        """Move past the next quote, backslash or brace; return False if more bytes are needed.

        Raises:
            RemoteProtocolError: If the object is larger than ``max_object_bytes``.
        """
        buffer = self._buffer
        found = (_IN_STRING if self._in_string else _IN_OBJECT).search(buffer, self._at)
        if found is None:
            self._at = max(self._at, len(buffer))  # after a backslash it is one past the buffer
            end = len(buffer)
        else:
            end = self._at = found.end()
            match buffer[end - 1]:
                case 0x22:  # a quotation mark
                    self._in_string = not self._in_string
                case 0x5C:  # a backslash: skip the escaped character
                    self._at += 1
                case 0x7B:
                    self._depth += 1
                case _:
                    self._depth -= 1
        if end > self._max:
            raise RemoteProtocolError(f"an object of the stream is larger than {self._max} bytes")
        return found is not None

    def _cut(self) -> bytes:
        """Remove the finished object from the buffer and return it, with its data lines joined."""
        found = bytes(self._buffer[: self._at])
        del self._buffer[: self._at]
        self._at = 0
        self._behind = True
        return _CONTINUED.sub(b"\n", found)
