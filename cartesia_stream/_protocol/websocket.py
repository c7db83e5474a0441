"""Sans-I/O implementation of the client side of a WebSocket connection.

The `websockets` package does the handshake, control frames, fragments and closing. This module
writes data frames, and cuts whole unmasked ones out of the read buffer, itself, because they are
nearly all of the traffic: the package needs several generator steps and copies for each. It passes
everything else to the package. Two rules keep both parsers in step: while the connection is open,
the package gets only whole frames; once it is not, the package gets all bytes. Messages are not
copied: they stay in the one read buffer until the next read.

The handshake is an HTTP request: the caller sends it with `handshake_headers`, and `accept` checks
the answer.
"""

from __future__ import annotations

import logging
import secrets
import struct
from typing import TYPE_CHECKING, Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

try:
    from websockets.speedups import apply_mask
except ImportError:  # the package was built without a C compiler
    from websockets.utils import apply_mask

from ..errors import RemoteProtocolError
from .context import closed_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..errors import APIConnectionError

Message = tuple[bytes | bytearray, int, int]
"""A buffer and the start and end of one whole message in it; valid until the next read."""

SMALL: Final = 1 << 14  # bytes; enough for audio at the pace of speech
LARGE: Final = 1 << 20  # for a faster peer: larger reads mean fewer wake-ups
FULL_READS: Final = 8  # full reads before it grows; a burst as many streams start is shorter
FRAGMENT_COST: Final = 64  # bytes that each fragment counts at least, so that none is free
SPARE: Final = 8  # extra bytes at the end, so that a header can be unpacked at any position

_unpack_header: Final = struct.Struct("!BBH").unpack_from  # RFC 6455, section 5.2
_pack_short: Final = struct.Struct("!BB").pack
_pack_medium: Final = struct.Struct("!BBH").pack
_pack_long: Final = struct.Struct("!BBQ").pack
_OPCODES: Final = frozenset(Opcode)
_NOWHERE: Final = parse_uri("ws://localhost/")

# The package logs the handshake's headers, with the API key, at DEBUG. This logger, outside the
# hierarchy, keeps it silent.
_SILENT: Final = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 (outside, see above)


class ReadBuffer:
    """Buffer for network reads; the unparsed bytes are ``data[start:end]``.

    The buffer grows when reads keep filling it, and beyond `LARGE` only if one message needs it.

    Attributes:
        data: The buffer; replaced when its size changes.
        start: Start of the unparsed bytes.
        end: End of the unparsed bytes.
    """

    __slots__ = ("_filled", "_view", "data", "end", "start")

    def __init__(self) -> None:
        self.start: int = 0
        self.end: int = 0
        self._allocate(SMALL)

    def _allocate(self, size: int) -> None:
        self.data: bytearray = bytearray(size + SPARE)
        self._view = memoryview(self.data)
        self._filled = 0  # number of reads that filled it

    def room(self) -> memoryview:
        """Return free space, of one byte or more, for the next read; overwrites parsed bytes."""
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
        """Remove and return all unparsed bytes."""
        data = bytes(self._view[self.start : self.end])
        self.start = self.end
        return data


class WebSocket:
    """Client side of one WebSocket connection.

    Args:
        max_message_bytes: Maximum size of a message; a larger one closes the connection (1009).
    """

    def __init__(self, *, max_message_bytes: int = 1 << 24) -> None:
        # The URL is used for the Host header only, which the HTTP request sets itself.
        self._protocol = ClientProtocol(_NOWHERE, max_size=max_message_bytes, logger=_SILENT)
        self._max_message = max_message_bytes
        self._buffer = ReadBuffer()
        self._fragments = bytearray()
        self._fragments_cost = 0
        self._in_fragments = False
        self._frames: list[bytes] = []  # of messages to send, in parts; control frames follow them
        self._close: Close | None = None  # the peer's close frame
        self._closed_by_us = False

    # --- the handshake

    def handshake_headers(self) -> dict[str, str]:
        """Start the handshake and return the headers for its HTTP request."""
        request = self._protocol.connect()
        self._protocol.send_request(request)
        self._protocol.data_to_send()  # the caller sends the request
        return {name: value for name, value in request.headers.raw_items() if name != "Host"}

    def accept(self, headers: Iterable[tuple[str, str]]) -> None:
        """Check the headers of a 101 answer and open the connection.

        Raises:
            RemoteProtocolError: If the answer does not match the handshake.
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
        """Whether the connection is open, so that messages can be sent."""
        return self._protocol.state is State.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the connection is closed in both directions."""
        return self._protocol.state is State.CLOSED

    @property
    def close_code(self) -> int | None:
        """The code in the close frame of the peer, or None."""
        return None if self._close is None else self._close.code

    def closed_error(self) -> APIConnectionError:
        """Return the error for the closed connection, with its code and reason."""
        close = self._close
        if close is not None:
            return closed_error(close.code, close.reason, by_us=self._closed_by_us)
        sent = self._protocol.close_sent  # by the package, after an invalid frame
        if sent is not None:
            return closed_error(sent.code, sent.reason, by_us=True)
        return closed_error(1006, "", by_us=False)

    # --- in

    def get_buffer(self) -> memoryview:
        """Return the buffer for the next read; invalidates the last messages."""
        return self._buffer.room()

    def receive(self, nbytes: int) -> list[Message]:
        """Parse the bytes that were read into the buffer; return the complete messages."""
        buffer = self._buffer
        buffer.end += nbytes
        messages: list[Message] = []
        if not self._cut(messages):
            self._protocol.receive_data(buffer.take())
            self._collect(messages)
        return messages

    def _cut(self, messages: list[Message]) -> bool:
        """Parse the whole frames; return False if the package must get the other bytes."""
        buffer, protocol, max_message = self._buffer, self._protocol, self._max_message
        data, position, size = buffer.data, buffer.start, buffer.end
        fragments = self._in_fragments
        going_on = protocol.state is State.OPEN
        while going_on and position + 2 <= size:
            first, length, extended = _unpack_header(data, position)  # may read `SPARE`
            start = position + 2
            if length == 126:
                length = extended
                start += 2
            elif length == 127:
                length = int.from_bytes(data[start : start + 8], "big")
                start += 8
            elif length > 127:
                going_on = False  # masked: the package closes the connection
                break
            if start > size:
                going_on = first & 0x0F in _OPCODES  # a bad opcode goes to the package at once
                break
            end = start + length
            if length > max_message:
                going_on = False  # too long: the package closes the connection
                break
            if end > size:
                going_on = first & 0x0F in _OPCODES  # as above; the package needs whole frames
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
                self._fragments += frame.data
                self._fragments_cost += max(len(frame.data), FRAGMENT_COST)
                self._in_fragments = not frame.fin
                if frame.fin:
                    messages.append((self._fragments, 0, len(self._fragments)))
                    self._fragments = bytearray()
                    self._fragments_cost = 0
                elif self._fragments_cost > self._max_message:
                    self._fragments = bytearray()
                    self._protocol.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")

    def receive_eof(self) -> None:
        """Handle the end of the connection."""
        rest = self._buffer.take()
        if rest:
            self._protocol.receive_data(rest)
        self._protocol.receive_eof()

    # --- out

    def data_to_send(self) -> list[bytes]:
        """Return the bytes to write; an empty item means: shut down the sending side."""
        control = self._protocol.data_to_send()
        if not self._frames:
            return control
        frames, self._frames = self._frames, []
        return [b"".join(frames), *control]

    def send_text(self, message: bytes) -> None:
        """Queue a text message; the connection must be open."""
        self._send(0x81, message)

    def send_binary(self, message: bytes) -> None:
        """Queue a binary message; the connection must be open."""
        self._send(0x82, message)

    def _send(self, first: int, message: bytes) -> None:
        """Queue an unfragmented frame, as in RFC 6455, section 5.2."""
        size = len(message)
        if size < 126:
            head = _pack_short(first, 0x80 | size)
        elif size < 1 << 16:
            head = _pack_medium(first, 0x80 | 126, size)
        else:
            head = _pack_long(first, 0x80 | 127, size)
        mask = secrets.token_bytes(4)
        self._frames += (head, mask, apply_mask(message, mask))

    def ping(self) -> None:
        """Queue a ping; `receive` consumes the answer."""
        self._protocol.send_ping(secrets.token_bytes(4))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Queue a close frame, if the connection is open."""
        if self._protocol.state is State.OPEN:
            self._closed_by_us = True
            self._protocol.send_close(code, reason)
