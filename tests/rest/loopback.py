"""A server on this machine that swallows uploads and sends files of any size, in flat memory."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20


class Loopback(ThreadingHTTPServer):
    """Swallows what is posted, and answers downloads with ``size`` bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.size = MIB
        self.cut_after: int | None = None  # bytes after which a download breaks off
        self.swallowed = 0
        self.connections = 0
        self.encoding = "identity"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that leaves, which tests of cancelling do."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Loopback

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        left = int(self.headers["content-length"])
        total = left
        buffer = memoryview(bytearray(MIB))
        while left:
            count = self.rfile.readinto(buffer[: min(MIB, left)])
            if not count:
                raise ConnectionError("the client left")
            left -= count
        self.server.swallowed = total
        if self.path in ("/tts/bytes", "/voice-changer/bytes", "/infill/bytes"):
            self.send_file("audio/raw")
        else:
            self.send_json({"type": "transcript", "text": "Hello"})

    def do_GET(self) -> None:
        if self.path.endswith("/audio"):
            self.send_file("audio/wav")
        else:
            self.send_json({"ok": True, "version": "x"})

    def send_json(self, fields: object) -> None:
        body = json.dumps(fields).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-request-id", "r1")
        self.end_headers()
        self.wfile.write(body)

    def send_file(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(self.server.size))
        self.send_header("content-encoding", self.server.encoding)
        self.send_header("x-request-id", "r1")
        self.end_headers()
        stop = self.server.size if self.server.cut_after is None else self.server.cut_after
        block = bytes(1 << 16)
        try:
            for start in range(0, stop, len(block)):
                self.wfile.write(block[: stop - start])
        except ConnectionError:
            self.close_connection = True
        if stop < self.server.size:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[Loopback]:
    with Loopback() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
