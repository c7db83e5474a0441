"""The load server: a process of its own that speaks WebSocket, SSE, plain bytes and voices.

The first segment of a URL's path says what it is to send, see `bench.plan.Load`. It begins once all
contexts of the load were asked for, sends frames that were rendered before, and in a flood as much
at once as the network takes. Threads and blocking sockets: the system does the work.

    python -m bench.server

prints its ports as JSON and runs until its standard input ends.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import socket
import ssl
import struct
import sys
import threading
import time
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, Final

from bench.frames import (
    CLOSE,
    DEFLATED,
    PING,
    PONG,
    TEXT,
    Wire,
    batches,
    chunks,
    ending,
    voices_page,
    websocket_frame,
)
from bench.plan import RENDERED, Load, number_of, serial_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SEND_BUFFER: Final = 1 << 20
LEAD_S: Final = 0.05  # between the last request and the first paced chunk
COARSE_S: Final = 0.00005  # sleeping less takes longer than asked for
MAX_DUE: Final = 64  # chunks, so that their common time of sending is near the truth
STREAM_TYPES: Final = {"/tts/sse": "text/event-stream", "/tts/bytes": "audio/raw"}
VOICES: Final = voices_page()
PIECE: Final = 50  # messages of audio for a piece of text, or a turn
REQUEST_ID: Final = "0b2f7a53-8f0e-4a8b-8f4e-0d7c0c1d2e3f"


class Line:
    """A connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._received = bytearray()
        self.send: Callable[[bytes | memoryview], object] = sock.sendall

    def read(self, count: int) -> bytes:
        """Exactly so many bytes.

        Raises:
            ConnectionError: If the client leaves first.
        """
        while len(self._received) < count:
            self._more()
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def read_head(self) -> tuple[str, str, dict[str, str]]:
        """Method, path and headers of the next request, the names in lower case."""
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            self._more()
        first, *lines = self.read(end + 4).decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.split(":", 1) for line in lines if line)
        return method, path, {name.lower(): value.strip() for name, value in pairs}

    def _more(self) -> None:
        data = self._sock.recv(1 << 16)
        if not data:
            raise ConnectionError("the client left")
        self._received += data


class Run:
    """A load on its way: which connection carries which context, and what was sent when."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.over = threading.Event()
        self.sent: list[list[float]] = [[] for _ in range(load.contexts)]
        self._lines: dict[int, tuple[Line, Wire, str]] = {}

    def join(self, name: str, line: Line, wire: Wire) -> bool:
        """Add a context; whether all are there now."""
        self._lines[number_of(name)] = (line, wire, name)
        return len(self._lines) == self.load.contexts

    def go(self) -> None:
        """Send everything."""
        try:
            if self.load.pace in ("real", "brisk"):
                self._pace()
            else:
                self._flood()
        finally:
            self.over.set()

    def _flood(self) -> None:
        """A thread for each connection, since a client may read them one after the other."""
        shares: dict[Line, list[int]] = defaultdict(list)
        for number, (line, _, _) in sorted(self._lines.items()):
            shares[line].append(number)
        if len(shares) == 1:
            ((line, numbers),) = shares.items()
            self._flood_line(line, tuple(numbers))
            return
        threads = [
            threading.Thread(target=self._flood_line, args=(line, tuple(numbers)))
            for line, numbers in shares.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _flood_line(self, line: Line, numbers: tuple[int, ...]) -> None:
        _, wire, name = self._lines[numbers[0]]
        pieces: Iterable[bytes | memoryview] = batches(self.load, wire, numbers)
        last = b"".join(ending(self.load, wire, number) for number in numbers)
        if self.load.total == 1:  # a single write, with the name that the client chose
            pieces, last = (), renamed(b"".join(pieces) + last, name)
        with contextlib.suppress(OSError):  # a client may leave when it has enough
            for piece in pieces:
                line.send(piece)
            line.send(last)

    def _pace(self) -> None:
        """Chunks spread evenly over the time that one plays; those due by now go together."""
        load, count = self.load, self.load.contexts
        lines = [self._lines[number] for number in range(count)]
        frames = [chunks(load, wire, number) for number, (_, wire, _) in enumerate(lines)]
        start, gap = time.monotonic() + LEAD_S, load.period / count
        with contextlib.suppress(OSError):
            step = 0
            while step < load.total:
                now = time.monotonic()
                due = min(load.total, int((now - start) / gap) + 1, step + MAX_DUE)
                if due <= step:
                    time.sleep(max(start + step * gap - now, COARSE_S))
                    continue
                waiting: dict[Line, list[bytes]] = defaultdict(list)
                for number, index in ((at % count, at // count) for at in range(step, due)):
                    waiting[lines[number][0]].append(frames[number][index % len(frames[number])])
                    self.sent[number].append(now)
                for line, pieces in waiting.items():
                    line.send(pieces[0] if len(pieces) == 1 else b"".join(pieces))
                step = due
            for number, (line, wire, _) in enumerate(lines):
                line.send(ending(load, wire, number))


def renamed(data: bytes, name: str) -> bytes:
    """Rendered frames with the id that the client chose, which is as long."""
    serial = serial_of(name)
    return data if serial == RENDERED else data.replace(b"%08x-" % RENDERED, b"%08x-" % serial)


class Server:
    """Serves connections in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._sent: dict[str, list[list[float]]] = {}

    def listen(self, tls: ssl.SSLContext | None = None) -> int:
        """Accept connections on a new port from now on."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        threading.Thread(target=self._accept, args=(listener, tls), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=self._serve, args=(sock, tls), daemon=True).start()

    def _serve(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        with contextlib.suppress(OSError), sock:  # the client may leave at any moment
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            with tls.wrap_socket(sock, server_side=True) if tls else sock as wrapped:
                line = Line(wrapped)
                while self._request(line):
                    pass

    def _request(self, line: Line) -> bool:
        """Answer one request; whether another may follow."""
        _, path, headers = line.read_head()
        body = line.read(int(headers.get("content-length", 0)))
        prefix, _, rest = path[1:].partition("/")
        route = "/" + rest.partition("?")[0]
        if "upgrade" in headers:
            self._talk(line, "/" + prefix, route, headers)
            return False
        if route in STREAM_TYPES:
            self._stream(line, "/" + prefix, route, json.loads(body))
        elif route == "/sent":
            respond(line, json.dumps(self._sent.pop("/" + prefix)).encode())
        else:
            respond(line, VOICES)
        return True

    def _join(self, path: str, name: str, line: Line, wire: Wire) -> Run:
        """Add a context to its run; the last one sets it off and returns after it."""
        load = Load.of_path(path)
        if load.pace == "hold":  # each on its own, and without an end
            for frame in chunks(load, wire, number_of(name)):
                line.send(frame)
            return Run(load)
        with self._lock:
            run = self._runs.get(path) or self._runs.setdefault(path, Run(load))
            complete = run.join(name, line, wire)
            if complete:
                del self._runs[path]
                if run.load.pace == "real":
                    self._sent[path] = run.sent
        if complete:
            run.go()
        return run

    def _stream(self, line: Line, path: str, route: str, request: dict[str, object]) -> None:
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {STREAM_TYPES[route]}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        )
        line.send(head.encode())
        # plain bytes have no context: there the text carries the name
        name = str(request.get("context_id") or request["transcript"])
        run = self._join(path, name, line, "sse" if route == "/tts/sse" else "bytes")
        if run.load.pace == "hold":
            line.read(1)  # until the client leaves
        run.over.wait()

    def _talk(self, line: Line, path: str, route: str, headers: dict[str, str]) -> None:
        key = headers["sec-websocket-key"].encode()
        token = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
        offered = "permessage-deflate" in headers.get("sec-websocket-extensions", "")
        wire: Wire = "deflate" if offered and Load.of_path(path).deflate else "ws"
        extension = (
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
            "client_no_context_takeover\r\n"
        )
        head = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {token}\r\n{extension if wire == 'deflate' else ''}\r\n"
        )
        line.send(head.encode())
        if route in EARS:
            EARS[route](line).run()
            return
        while True:
            first, payload = read_frame(line)
            opcode = first & 0x0F
            if opcode == CLOSE:
                line.send(websocket_frame(payload[:2], CLOSE))
                return
            if opcode == PING:
                line.send(websocket_frame(payload, PONG))
            elif opcode == TEXT:
                if first & DEFLATED:
                    payload = zlib.decompressobj(wbits=-15).decompress(payload)
                request = json.loads(payload)
                if request.get("continue") is False:  # the text is complete
                    self._join(path, request["context_id"], line, wire)


class Dictation:
    """Hears audio on `/stt/websocket`: a word for each message, and at the end the checksum."""

    _last: ClassVar[bytes] = b"close"

    def __init__(self, line: Line) -> None:
        self._line = line
        self._value = 0
        self._words = 0
        self.begin()

    def run(self) -> None:
        """Listen until the client closes the stream or the connection."""
        while True:
            first, payload = read_frame(self._line)
            match first & 0x0F:
                case 2:
                    self._value = zlib.crc32(payload, self._value)
                    self._words += 1
                    if self._words % PIECE:
                        self.more("word " * (self._words % PIECE))
                    else:
                        self.piece("word " * PIECE)
                case 1 if payload.replace(b" ", b"") == self._last:
                    self.end(f"{self._value:08x}")
                    self._line.send(websocket_frame(struct.pack("!H", 1000), CLOSE))
                case 8:
                    return
                case _:
                    pass

    def begin(self) -> None:
        """Greet the client."""

    def more(self, text: str) -> None:
        """Send text that may change."""
        self.say("transcript", text=text, is_final=False, language="en")

    def piece(self, text: str) -> None:
        """Send text that will not."""
        self.say("transcript", text=text, is_final=True, duration=PIECE * 0.1, language="en")

    def end(self, text: str) -> None:
        """Send the last text."""
        self.piece(text)
        self.say("done")

    def say(self, kind: str, **fields: object) -> None:
        """Send a frame."""
        frame = {"type": kind, "request_id": REQUEST_ID, **fields}
        self._line.send(websocket_frame(json.dumps(frame).encode()))


class TurnTaking(Dictation):
    """The same on `/stt/turns/websocket`."""

    _last: ClassVar[bytes] = b'{"type":"close"}'

    def begin(self) -> None:
        """Greet the client."""
        self._speaking = False
        self.say("connected")

    def more(self, text: str) -> None:
        """Send the text of the turn so far."""
        if not self._speaking:
            self._speaking = True
            self.say("turn.start")
        self.say("turn.update", transcript=text)

    def piece(self, text: str) -> None:
        """Send the text of the whole turn."""
        if not self._speaking:
            self.say("turn.start")
        self._speaking = False
        self.say("turn.end", transcript=text)

    def end(self, text: str) -> None:
        """Send the last turn."""
        self.piece("word " * (self._words % PIECE) + text)


EARS: Final = {"/stt/websocket": Dictation, "/stt/turns/websocket": TurnTaking}


def read_frame(line: Line) -> tuple[int, bytes]:
    """A client's frame: its first byte, and its payload unmasked."""
    first, second = line.read(2)
    size = second & 0x7F
    if size == 126:
        (size,) = struct.unpack("!H", line.read(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", line.read(8))
    mask = line.read(4)
    payload = line.read(size)
    pad = (mask * (size // 4 + 1))[:size]
    value = int.from_bytes(payload, "little") ^ int.from_bytes(pad, "little")
    return first, value.to_bytes(size, "little")


def respond(line: Line, body: bytes) -> None:
    """A whole response of JSON."""
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    line.send(head.encode() + body)


def tls_context(folder: Path) -> ssl.SSLContext:
    """A server's context with the test certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def main() -> int:
    """Serve until the standard input ends."""
    from bench.machine import CERTIFICATES, pin

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--core", type=int, default=None, help="the only core to run on")
    options = parser.parse_args()
    pin(options.core)
    server = Server()
    ports = {"port": server.listen(), "tls_port": server.listen(tls_context(CERTIFICATES))}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
