"""Sans-I/O parser of server-sent events, by the WHATWG standard, in linear time.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6.
"""

from __future__ import annotations

from typing import Final

from ..errors import RemoteProtocolError

LINE_COST: Final = 64  # bytes that each line of an event counts besides its text
_BOM: Final = b"\xef\xbb\xbf"


class EventStreamParser:
    """Parses a byte stream, split at any point, into the data of its server-sent events.

    The lines of an event's data are joined by newlines. Names of events are ignored, because the
    data has them too.

    Args:
        max_line_bytes: Maximum size of one line.
        max_event_bytes: Maximum size of the data of one event; each line after the first counts
            64 bytes more.
    """

    def __init__(self, *, max_line_bytes: int = 1 << 24, max_event_bytes: int = 1 << 24) -> None:
        self._max_line = max_line_bytes
        self._max_event = max_event_bytes
        self._tail = bytearray()  # the unfinished line
        self._data: list[bytes] = []
        self._data_size = 0
        self._at_start = True
        self._after_cr = False

    def receive_data(self, data: bytes) -> list[bytes]:
        """Parse bytes and return the data of the events that they complete.

        Raises:
            RemoteProtocolError: If a line or an event exceeds its maximum size.
        """
        if self._after_cr and data:  # CR LF is one line end, even if split between two reads
            self._after_cr = False
            if data[0] == 0x0A:
                data = data[1:]
        *lines, rest = self._split(data)
        events: list[bytes] = []
        if lines and self._tail:
            lines[0] = bytes(self._tail + lines[0])
            self._tail.clear()
        if lines and self._at_start:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        for line in lines:
            if line.startswith(b"data: "):  # the common case; `_field` would copy more
                self._add(line[6:])
            elif line:
                self._field(line)
            elif self._data:
                events.append(b"\n".join(self._data))
                self._data.clear()
                self._data_size = 0
        if rest:
            self._tail += rest
            if len(self._tail) > self._max_line:
                raise RemoteProtocolError(
                    f"a line of the event stream is longer than {self._max_line} bytes"
                )
        return events

    def _split(self, data: bytes) -> list[bytes]:
        if b"\r" not in data:
            return data.split(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._add(value.removeprefix(b" "))
        # ignore comments (an empty name), event, id, retry and unknown fields

    def _add(self, value: bytes) -> None:
        self._data_size += len(value) + LINE_COST * bool(self._data)
        self._data.append(value)
        if self._data_size > self._max_event:
            raise RemoteProtocolError(f"a server-sent event is larger than {self._max_event} bytes")
