"""A server that plays a script on raw sockets, for what no well-behaved server does."""

from __future__ import annotations

import atexit
import base64
import contextlib
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from websockets.frames import Frame, Opcode

if TYPE_CHECKING:
    import ssl

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9


class Conversation:
    """One accepted connection."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self._sock = sock
        self._stopped = stopped
        self._received = b""
        self.request = b""

    # --- HTTP

    def read_request(self) -> bytes:
        """The head of an HTTP request."""
        self.request = self.read_until(b"\r\n\r\n")
        return self.request

    def read_call(self) -> bytes:
        """The head of an HTTP request, and its body too: what stays unread resets a connection."""
        self.read_request()
        _, _, size = self.request.lower().partition(b"content-length: ")
        self.read(int(size.partition(b"\r\n")[0] or 0))
        return self.request

    def respond(self, status: str, body: bytes = b"", *headers: str) -> None:
        """A whole HTTP response; the connection closes after it."""
        lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}")
        self.send("\r\n".join((*lines, "Connection: close", "", "")).encode() + body)

    def stream(self, content_type: str) -> None:
        """The head of a chunked response; the connection closes after it."""
        self.send(
            f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
        )

    def piece(self, data: bytes) -> None:
        """One piece of a chunked response."""
        self.send(b"%x\r\n%b\r\n" % (len(data), data))

    # --- WebSocket

    def accept(self, *headers: str) -> None:
        """Take the handshake."""
        self.send(self.acceptance(*headers))

    def acceptance(self, *headers: str) -> bytes:
        """The answer to the handshake, which is read first."""
        head = self.read_request().decode("latin-1")
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        key = {name.lower(): value for name, value in fields.items()}["sec-websocket-key"]
        token = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()
        lines = (
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {token}",
            *headers,
        )
        return "\r\n".join((*lines, "", "")).encode()

    def message(self) -> dict[str, object]:
        """The next JSON message; pings and the like are passed over."""
        while True:
            opcode, payload = self.frame()
            if opcode == TEXT:
                value: dict[str, object] = json.loads(payload)
                return value

    def frame(self) -> tuple[int, bytes]:
        """The next masked frame: opcode and payload."""
        first, second = self.read(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.read(8))
        mask = self.read(4)
        payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.read(size)))
        return first & 0x0F, payload

    def tell(self, kind: str, context_id: object = None, **fields: object) -> None:
        """One JSON message."""
        known = {} if context_id is None else {"context_id": context_id}
        message = {"type": kind, "status_code": 206, "done": kind == "done", **known, **fields}
        self.send_frame(TEXT, json.dumps(message).encode())

    def chunk(self, context_id: object, data: bytes = b"\0\1" * 100) -> None:
        """A chunk of audio."""
        self.tell("chunk", context_id, data=base64.b64encode(data).decode(), step_time=1.0)

    def close_frame(self, code: int, reason: str = "") -> None:
        """A close frame."""
        self.send_frame(CLOSE, struct.pack("!H", code) + reason.encode())

    def send_frame(self, opcode: int, payload: bytes) -> None:
        """A whole frame, unmasked as a server sends it."""
        self.send(Frame(Opcode(opcode), payload).serialize(mask=False))

    def part(self) -> None:
        """Wait for the client to close the socket, and answer it, so that it need not wait."""
        while self.frame()[0] != CLOSE:
            pass
        self.close_frame(1000)

    # --- bytes

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._sock.sendall(data)

    def read(self, count: int) -> bytes:
        """Exactly so many bytes.

        Raises:
            ConnectionError: If the client ends first.
        """
        while len(self._received) < count:
            self._more()
        data, self._received = self._received[:count], self._received[count:]
        return data

    def read_some(self) -> bytes:
        """At least one byte, as soon as there is one.

        Raises:
            ConnectionError: If the client ends first.
        """
        if not self._received:
            self._more()
        return self.read(len(self._received))

    def read_until(self, mark: bytes) -> bytes:
        """Bytes up to and with a mark."""
        while mark not in self._received:
            self._more()
        end = self._received.index(mark) + len(mark)
        return self.read(end)

    def put_back(self, data: bytes) -> None:
        """Let bytes be read, or relayed, as if they came next."""
        self._received = data + self._received

    def _more(self) -> None:
        data = self._sock.recv(65536)
        if not data:
            raise ConnectionError("the client left")
        self._received += data

    def reset(self) -> None:
        """Break the connection off (RST)."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def hold(self) -> None:
        """Do nothing with the connection until the test is over."""
        self._stopped.wait(30)

    def pause(self, seconds: float) -> bool:
        """Wait; whether the test is still going on."""
        return not self._stopped.wait(seconds)

    def relay(self, address: tuple[str, int]) -> None:
        """Carry bytes both ways between the client and another server until one side ends."""
        with socket.create_connection(address) as other:
            other.sendall(self._received)
            back = threading.Thread(target=_pump, args=(other, self._sock))
            back.start()
            _pump(self._sock, other)
            back.join()

    def secure(self, context: ssl.SSLContext) -> None:
        """Turn to TLS, as the server."""
        self._sock = context.wrap_socket(self._sock, server_side=True)

    def interrupt(self) -> None:
        """Wake whoever waits for the socket."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def end(self) -> None:
        """Close the socket."""
        self._sock.close()


Script = Callable[[Conversation], object]


class Peer:
    """Plays a script for every connection, each in a thread; a context manager.

    Args:
        scripts: The first connection gets the first one, and so on; the last is for all others.
        tls: Speak TLS from the start.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._tls = tls
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._conversations: list[Conversation] = []
        self.connections = 0
        self.host, self.port = self._listener.getsockname()[:2]
        self.base_url = f"http{'s' if tls else ''}://{self.host}:{self.port}"

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self._conversations.append(Conversation(sock, self._stopped))
            self._start(partial(self._play, self._conversations[-1], script))

    def _play(self, conversation: Conversation, script: Script) -> None:
        with contextlib.suppress(OSError):  # the client may leave at any moment
            try:
                if self._tls is not None:
                    conversation.secure(self._tls)
                script(conversation)
            finally:
                conversation.end()

    def _start(self, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()

    def __enter__(self) -> Self:
        self._start(self._serve)
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conversation in self._conversations:
            conversation.interrupt()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for sock in (source, sink):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


_held: list[socket.socket] = []


def unused_port() -> int:
    """A port on which nobody listens, and on which no other test will: it stays taken."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    _held.append(sock)
    port: int = sock.getsockname()[1]
    return port


@atexit.register
def _release() -> None:
    for sock in _held:
        sock.close()
