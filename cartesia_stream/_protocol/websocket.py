"""A WebSocket endpoint without I/O: bytes in, whole messages and bytes out.

The `websockets` package does the handshake, control frames, fragments and closing. Whole unmasked
data frames, which are nearly all of the traffic, are cut out of the read buffer here: the package
needs several generator steps and copies for each. Everything unusual goes to the package, which
judges it. Two rules keep the two parsers in step: the package is only ever given whole frames
while the connection is open, and everything at once when it is not. Messages are not copied: they
stay where the network has put them, in one buffer for all reads, until it is read again.

The handshake is an HTTP request: `handshake_headers` go out with it; `accept` judges the answer.
"""

from __future__ import annotations

import logging
import secrets
import struct
from typing import TYPE_CHECKING, Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from ..errors import RemoteProtocolError
from .context import closed_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..errors import APIConnectionError

Message = tuple[bytes | bytearray, int, int]
"""What holds a whole message, where it begins and where it ends; until the next read."""

SMALL: Final = 1 << 14  # bytes; enough for audio at the pace of speech
LARGE: Final = 1 << 20  # what reads of a faster peer may fill: the more, the fewer wake-ups
FULL_READS: Final = 8  # reads that fill it before it grows; the first audio of many is over sooner
SPARE: Final = 8  # bytes behind the room, so that a whole header can be read at any position

_unpack_header: Final = struct.Struct("!BBH").unpack_from  # RFC 6455, section 5.2
_OPCODES: Final = frozenset(Opcode)
_NOWHERE: Final = parse_uri("ws://localhost/")

# The package logs the handshake's headers, the key among them, at DEBUG: it gets a logger of its
# own, outside the hierarchy, that nobody can switch on.
_SILENT: Final = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 (outside, see above)


class ReadBuffer:
    """What the network reads into; what was not taken yet is from `start` to `end` of `data`.

    It grows when reads keep filling it, and past `LARGE` only as far as a single message needs.

    Attributes:
        data: The buffer, another one from time to time.
        start: Where what was not taken begins.
        end: Where it ends.
    """

    __slots__ = ("_filled", "_view", "data", "end", "start")

    def __init__(self) -> None:
        self.start: int = 0
        self.end: int = 0
        self._allocate(SMALL)

    def _allocate(self, size: int) -> None:
        self.data: bytearray = bytearray(size + SPARE)
        self._view = memoryview(self.data)
        self._filled = 0  # how many reads have filled it

    def room(self) -> memoryview:
        """Where the next bytes may be put, at least one; what was taken is lost."""
        start, end, view = self.start, self.end, self._view
        size, rest = len(view) - SPARE, end - start
        wanted = size
        self._filled += end == size
        if end == size and 2 * rest > size:
            wanted = 2 * size
        elif self._filled >= FULL_READS and size < LARGE:
            wanted = min(4 * size, LARGE)
        elif size > LARGE > 2 * rest:
            wanted = LARGE
        if wanted != size:
            self._allocate(wanted)
        if start or wanted != size:
            self._view[:rest] = view[start:end]
            self.start, self.end = 0, rest
        return self._view[rest:wanted]

    def take(self) -> bytes:
        """All of it."""
        data = bytes(self._view[self.start : self.end])
        self.start = self.end
        return data


class WebSocket:
    """The client's end of one connection.

    Args:
        max_message_bytes: Bound on one message; the connection is failed with 1009 past it.
    """

    def __init__(self, *, max_message_bytes: int = 1 << 24) -> None:
        # The address matters for the Host header only, which the HTTP request brings.
        self._protocol = ClientProtocol(_NOWHERE, max_size=max_message_bytes, logger=_SILENT)
        self._max_message = max_message_bytes
        self._buffer = ReadBuffer()
        self._fragments: list[bytes] = []
        self._in_fragments = False
        self._close: Close | None = None  # what the peer sent
        self._closed_by_us = False

    # --- the handshake

    def handshake_headers(self) -> dict[str, str]:
        """Start the handshake and return the headers that make an HTTP request ask for it."""
        request = self._protocol.connect()
        self._protocol.send_request(request)
        self._protocol.data_to_send()  # an HTTP connection sends it
        return {name: value for name, value in request.headers.raw_items() if name != "Host"}

    def accept(self, headers: Iterable[tuple[str, str]]) -> None:
        """Take the answer to the handshake, whose status is 101; messages can be sent from now on.

        Raises:
            RemoteProtocolError: If the peer did not accept this very handshake.
        """
        answer = Response(101, "Switching Protocols", Headers(headers))
        self._protocol.receive_data(answer.serialize())
        self._protocol.events_received()
        if not self.is_open:
            fault = self._protocol.handshake_exc
            raise RemoteProtocolError(f"the WebSocket handshake failed: {fault}")

    # --- state

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self._protocol.state is State.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the connection is over in both directions."""
        return self._protocol.state is State.CLOSED

    def closed_error(self) -> APIConnectionError:
        """Why the connection is over, with its code and reason."""
        close = self._close
        if close is not None:
            return closed_error(close.code, close.reason, by_us=self._closed_by_us)
        sent = self._protocol.close_sent  # by the package, when a frame breaks the rules
        if sent is not None:
            return closed_error(sent.code, sent.reason, by_us=True)
        return closed_error(1006, "", by_us=False)

    # --- in

    def get_buffer(self) -> memoryview:
        """Where to put the next bytes from the network; the last messages are lost."""
        return self._buffer.room()

    def receive(self, nbytes: int) -> list[Message]:
        """Take the bytes that were put there and return the messages that they complete."""
        buffer = self._buffer
        buffer.end += nbytes
        messages: list[Message] = []
        if not self._cut(messages):
            self._protocol.receive_data(buffer.take())
            self._collect(messages)
        return messages

    def _cut(self, messages: list[Message]) -> bool:
        """Take the whole frames; False when the package shall judge all that is left."""
        buffer, protocol, max_message = self._buffer, self._protocol, self._max_message
        data, position, size = buffer.data, buffer.start, buffer.end
        fragments = self._in_fragments
        going_on = protocol.state is State.OPEN
        while going_on and position + 2 <= size:
            first, length, extended = _unpack_header(data, position)  # if need be, past the end
            start = position + 2
            if length == 126:
                length = extended
                start += 2
            elif length == 127:
                length = int.from_bytes(data[start : start + 8], "big")
                start += 8
            elif length > 127:
                going_on = False  # masked: the package fails the connection
                break
            if start > size:
                going_on = first & 0x0F in _OPCODES  # or half a header of a bad frame would wait
                break
            end = start + length
            if length > max_message:
                going_on = False  # too long: the package fails the connection
                break
            if end > size:
                going_on = first & 0x0F in _OPCODES  # or it would hold half a good frame
                break
            if (first == 0x81 or first == 0x82) and not fragments:
                messages.append((data, start, end))
            else:
                protocol.receive_data(bytes(data[position:end]))
                self._collect(messages)
                fragments = self._in_fragments
                going_on = protocol.state is State.OPEN
            position = end
        buffer.start = position
        return going_on

    def _collect(self, messages: list[Message]) -> None:
        for frame in self._protocol.events_received():
            assert isinstance(frame, Frame)
            if frame.opcode is Opcode.CLOSE:
                self._close = Close.parse(frame.data)
            elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._fragments.append(bytes(frame.data))
                self._in_fragments = not frame.fin
                if frame.fin:
                    message = b"".join(self._fragments)
                    messages.append((message, 0, len(message)))
                    self._fragments.clear()

    def receive_eof(self) -> None:
        """Take the end of the stream."""
        rest = self._buffer.take()
        if rest:
            self._protocol.receive_data(rest)
        self._protocol.receive_eof()

    # --- out

    def data_to_send(self) -> list[bytes]:
        """Bytes to write; an empty one asks to shut down the sending side."""
        return self._protocol.data_to_send()

    def send_text(self, message: bytes) -> None:
        """Queue a text message."""
        self._protocol.send_text(message)

    def ping(self) -> None:
        """Queue a ping; the answer is consumed by `receive`."""
        self._protocol.send_ping(secrets.token_bytes(4))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Queue a close frame, if none went out yet."""
        if self._protocol.state is State.OPEN:
            self._closed_by_us = True
            self._protocol.send_close(code, reason)
