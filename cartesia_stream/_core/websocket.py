"""A WebSocket endpoint without I/O: bytes in, whole messages and bytes out.

The `websockets` package does the handshake, control frames, fragments and closing. Whole unmasked
data frames, which are nearly all of the traffic, are cut out of the read buffer here: the package
needs several generator steps and copies for each. Everything unusual goes to the package, which
judges it. Two rules keep the two parsers in step: the package is only ever given whole frames
while the connection is open, and everything at once when it is not.
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from ..errors import RemoteProtocolError
from .context import closed_error
from .faults import redact, response_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import APIConnectionError, APIError

MAX_HANDSHAKE: Final = 65536  # bytes of response headers

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
        self._buffer = bytearray()
        self._fragments: list[bytes] = []
        self._in_fragments = False
        self._lacking = 0  # bytes of the frame, or of its header, that the buffer begins with
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

    def receive_data(self, data: bytes | memoryview) -> list[bytes]:
        """Take bytes from the network and return the messages that they complete."""
        buffer = self._buffer
        if self._handshaking:
            buffer += data
            if not self._take_handshake():
                return []
            data = bytes(buffer)
            buffer.clear()
        messages: list[bytes] = []
        position = 0
        if self._protocol.state is not State.OPEN:
            self._lacking = 0
        # An earlier read began a frame: complete its header, then the frame, and no more, so that
        # what follows is cut out of `data` where it lies.
        while buffer and self._lacking and position < len(data):
            piece = data[position : position + self._lacking]
            buffer += piece
            position += len(piece)
            if len(piece) < self._lacking:
                self._lacking -= len(piece)
            else:
                del buffer[: self._cut(buffer, 0, messages)]
        if not buffer:
            position = self._cut(data, position, messages)
        buffer += data[position:]
        if buffer and not self._lacking:
            self._protocol.receive_data(bytes(buffer))
            buffer.clear()
            self._collect(messages)
        return messages

    def _cut(
        self, data: bytes | bytearray | memoryview, position: int, messages: list[bytes]
    ) -> int:
        """Take the whole frames from a position on and return where they end.

        Says in `_lacking` how many bytes complete the next header or frame, or 0 when the package
        shall judge all that is left.
        """
        size = len(data)
        protocol, max_message = self._protocol, self._max_message
        fragments = self._in_fragments
        is_open = protocol.state is State.OPEN
        while is_open:
            start = position + 2
            if start > size:
                self._lacking = start - size
                return position
            first, length = data[position], data[position + 1]
            if length > 125:
                if length > 127:
                    break  # masked: the package fails the connection
                start += 2 if length == 126 else 8
                if start > size:
                    self._lacking = start - size
                    return position
                length = int.from_bytes(data[position + 2 : start], "big")
            end = start + length
            if length > max_message:
                break  # too long: the package fails the connection
            if end > size:
                if first & 0x0F not in _OPCODES:
                    break  # the package fails the connection; it would hold half a good frame
                self._lacking = end - size
                return position
            if (first == 0x81 or first == 0x82) and not fragments:
                messages.append(bytes(data[start:end]))
            else:
                protocol.receive_data(bytes(data[position:end]))
                self._collect(messages)
                fragments = self._in_fragments
                is_open = protocol.state is State.OPEN
            position = end
        self._lacking = 0
        return position

    def _take_handshake(self) -> bool:
        """Feed the handshake up to its blank line and no further; whether it succeeded."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 and len(self._buffer) <= MAX_HANDSHAKE:
            return False
        self._handshaking = False
        head = bytes(self._buffer[: end + 4]) if end >= 0 else bytes(self._buffer)
        del self._buffer[: len(head)]
        self._protocol.receive_data(head)
        self._protocol.events_received()  # the response itself
        if self._protocol.state is not State.OPEN and self._buffer:
            self._protocol.receive_data(bytes(self._buffer))  # the body of a refusal
            self._buffer.clear()
            self._protocol.events_received()
        return self._protocol.state is State.OPEN

    def _collect(self, messages: list[bytes]) -> None:
        for frame in self._protocol.events_received():
            if not isinstance(frame, Frame):
                continue  # the handshake's response
            if frame.opcode is Opcode.CLOSE:
                self._close = Close.parse(frame.data)
            elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._fragments.append(bytes(frame.data))
                self._in_fragments = not frame.fin
                if frame.fin:
                    messages.append(b"".join(self._fragments))
                    self._fragments.clear()

    def receive_eof(self) -> None:
        """Take the end of the stream."""
        self._handshaking = False
        if self._buffer:
            self._protocol.receive_data(bytes(self._buffer))
            self._buffer.clear()
        self._protocol.receive_eof()

    # --- out

    def data_to_send(self) -> list[bytes]:
        """Bytes to write; an empty one asks to shut down the sending side."""
        return self._protocol.data_to_send()

    def send_text(self, message: bytes) -> None:
        """Queue a text message."""
        self._protocol.send_text(message)

    def ping(self) -> None:
        """Queue a ping; the answer is consumed by `receive_data`."""
        self._protocol.send_ping(secrets.token_bytes(4))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Queue a close frame, if none went out yet."""
        if self._protocol.state is State.OPEN:
            self._closed_by_us = True
            self._protocol.send_close(code, reason)
