"""A WebSocket endpoint without I/O: bytes in, whole messages and bytes out.

The `websockets` package does the handshake, control frames, fragments and closing. Whole unmasked
data frames, which are nearly all of the traffic, are cut out of the read buffer here: the package
needs several generator steps and copies for each. Everything unusual goes to the package, which
judges it. Two rules keep the two parsers in step: the package is only ever given whole frames
while the connection is open, and everything at once when it is not. Messages are not copied: they
stay where the network has put them until it is read again.
"""

from __future__ import annotations

import logging
import secrets
import struct
from typing import TYPE_CHECKING, Final

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from ..errors import RemoteProtocolError
from .buffer import ReadBuffer
from .context import closed_error
from .faults import redact, response_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import APIConnectionError, APIError

Message = tuple[bytes | bytearray, int, int]
"""What holds a whole message, where it begins and where it ends; until the next read."""

MAX_HANDSHAKE: Final = 65536  # bytes of response headers

_unpack_header: Final = struct.Struct("!BBH").unpack_from  # RFC 6455, section 5.2
_OPCODES: Final = frozenset(Opcode)

# The package logs the handshake's headers, the key among them, at DEBUG: it gets a logger of its
# own, outside the hierarchy, that nobody can switch on.
_SILENT: Final = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 (outside, see above)


class WebSocket:
    """The client's end of one connection.

    Args:
        url: ``ws://`` or ``wss://``; holds no secret.
        headers: Sent with the handshake.
        secret: The API key, kept out of every message.
        max_message_bytes: Bound on one message; the connection is failed with 1009 past it.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        secret: str,
        max_message_bytes: int = 1 << 24,
    ) -> None:
        self._secret = secret
        self._protocol = ClientProtocol(parse_uri(url), max_size=max_message_bytes, logger=_SILENT)
        self._max_message = max_message_bytes
        self._buffer = ReadBuffer()
        self._fragments: list[bytes] = []
        self._in_fragments = False
        self._close: Close | None = None  # what the peer sent
        self._closed_by_us = False
        self._handshaking = True
        request = self._protocol.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)

    # --- state

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self._protocol.state is State.OPEN

    @property
    def is_connecting(self) -> bool:
        """Whether the answer to the handshake is still awaited."""
        return self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None

    @property
    def is_closed(self) -> bool:
        """Whether the connection is over in both directions."""
        return self._protocol.state is State.CLOSED

    def handshake_error(self) -> APIError | None:
        """Why the handshake failed; the same classes as over HTTP."""
        error = self._handshake_error()
        return None if error is None else redact(error, self._secret)

    def _handshake_error(self) -> APIError | None:
        fault = self._protocol.handshake_exc
        if fault is None:  # a close frame may follow at once
            return None if self.is_open or self.is_connecting else self.closed_error()
        if isinstance(fault, InvalidStatus):
            response = fault.response
            headers = {name.lower(): value for name, value in response.headers.raw_items()}
            return response_error(response.status_code, headers, bytes(response.body or b""))
        if isinstance(fault, EOFError) or isinstance(fault.__cause__, EOFError):
            return self.closed_error()
        return RemoteProtocolError(f"the WebSocket handshake failed: {fault}")

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
        if self._handshaking and not self._take_handshake():
            return messages
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

    def _take_handshake(self) -> bool:
        """Feed the handshake up to its blank line and no further; whether it succeeded."""
        buffer, protocol = self._buffer, self._protocol
        end = buffer.data.find(b"\r\n\r\n", buffer.start, buffer.end)
        if end < 0 and buffer.end - buffer.start <= MAX_HANDSHAKE:
            return False
        self._handshaking = False
        if end < 0:
            protocol.receive_data(buffer.take())
        else:
            protocol.receive_data(bytes(buffer.data[buffer.start : end + 4]))
            buffer.start = end + 4
        protocol.events_received()  # the response itself
        if protocol.state is not State.OPEN and buffer.start < buffer.end:
            protocol.receive_data(buffer.take())  # the body of a refusal
            protocol.events_received()
        return protocol.state is State.OPEN

    def _collect(self, messages: list[Message]) -> None:
        for frame in self._protocol.events_received():
            if not isinstance(frame, Frame):
                continue  # the handshake's response
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
        self._handshaking = False
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
