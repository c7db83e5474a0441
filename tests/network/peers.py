"""What stands on the other side of the network: a service that keeps what it hears, and proxies."""

from __future__ import annotations

import base64
import json
import logging
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit

import trustme
from websockets.server import ServerProtocol

from ..scenarios.peer import Conversation, Peer

if TYPE_CHECKING:
    from pathlib import Path

HOST: Final = "service.invalid"
"""A name that no resolver knows: who reaches the service by it went through a proxy."""

AUDIO: Final = b"\0\1" * 100
STATUS: Final = {"ok": True, "version": "1"}
EVENTS: Final = "".join(
    f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
    for event in (
        {
            "type": "chunk",
            "data": base64.b64encode(AUDIO).decode(),
            "done": False,
            "status_code": 206,
            "step_time": 1.0,
        },
        {"type": "done", "done": True, "status_code": 200},
    )
)


SILENT: Final = logging.Logger("peer", logging.CRITICAL)  # noqa: LOG001  # outside of the tree
"""Tests of logs read what a client logs, not what a service does."""


class Heard(NamedTuple):
    """A request as it reached the service."""

    method: str
    path: str
    head: str


class Certificates:
    """A private authority, and what it vouches for.

    Args:
        folder: Where its files go.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.root = str(folder / "root.pem")
        self._authority.cert_pem.write_to_path(self.root)
        self._leaf = self._authority.issue_cert("localhost", "127.0.0.1", HOST)
        self.own = str(folder / "own.pem")
        own = self._authority.issue_cert("agent@example.org")
        own.private_key_and_cert_chain_pem.write_to_path(self.own)

    def server(self, *, demands: bool = False) -> ssl.SSLContext:
        """TLS of a server, which may demand a certificate of its clients."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._leaf.configure_cert(context)
        if demands:
            context.verify_mode = ssl.CERT_REQUIRED
            self._authority.configure_trust(context)
        return context

    def client(self, *, presents: bool = False) -> ssl.SSLContext:
        """TLS of a client that trusts the authority, and may present a certificate of its own."""
        context = ssl.create_default_context(cafile=self.root)
        if presents:
            context.load_cert_chain(self.own)
        return context


class Service(Peer):
    """Tells its status and speaks one chunk, over HTTP, server-sent events and sockets.

    Attributes:
        heard: Every request that reached it, in order.
        open: How many connections are open now.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._serve_one, tls=tls)
        self.heard: list[Heard] = []
        self.open = 0
        self._lock = threading.Lock()

    @property
    def paths(self) -> list[str]:
        """The paths of the requests that reached it."""
        return [heard.path for heard in self.heard]

    def _play(self, conversation: Conversation, script: object) -> None:
        with self._lock:
            self.open += 1
        try:
            super()._play(conversation, self._serve_one)
        finally:
            with self._lock:
                self.open -= 1

    def _serve_one(self, peer: Conversation) -> None:
        head = peer.read_call().decode("latin-1")
        method, target, _ = head.split(" ", 2)
        path = urlsplit(target).path
        self.heard.append(Heard(method, path, head))
        if path == "/tts/websocket":
            speak_over_a_socket(peer, head.encode("latin-1"))
        elif path == "/tts/sse":
            peer.respond("200 OK", EVENTS.encode(), "Content-Type: text/event-stream")
        else:
            peer.respond("200 OK", json.dumps(STATUS).encode(), "Content-Type: application/json")


def speak_over_a_socket(peer: Conversation, head: bytes) -> None:
    """Take a handshake that was read, and answer each context until the client closes."""
    protocol = ServerProtocol(logger=SILENT)
    protocol.receive_data(head)
    (request,) = protocol.events_received()
    protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]  # a request
    peer.send(b"".join(protocol.data_to_send()))
    while True:
        opcode, payload = peer.frame()
        if opcode == 8:
            peer.close_frame(1000)
            return
        message = json.loads(payload)
        if not message.get("continue"):
            peer.chunk(message["context_id"], AUDIO)
            peer.tell("done", message["context_id"])


class Login(NamedTuple):
    """A name and a password that must be escaped in a URL."""

    name: str = "us:er"
    password: str = "p@ss/word"

    @property
    def prefix(self) -> str:
        """As it stands in a URL."""
        return f"{quote(self.name, safe='')}:{quote(self.password, safe='')}@"

    @property
    def header(self) -> str:
        """As it stands in a header."""
        return base64.b64encode(f"{self.name}:{self.password}".encode()).decode()


LOGIN: Final = Login()


class Proxy(Peer):
    """A proxy that leads every way to one address.

    It tunnels (CONNECT), forwards plain requests, and speaks SOCKS5; who has no login is refused
    if it wants one.

    Args:
        to: Where all ways lead.
        scheme: ``http``, ``https``, ``socks5`` or ``socks5h``.
        login: What it wants to be told, if anything.
        tls: For ``https``.

    Attributes:
        asked: The hosts and ports that it was asked for, as ``host:port``.
        heads: The heads of HTTP requests to it.
    """

    def __init__(
        self,
        to: Peer,
        *,
        scheme: str = "http",
        login: Login | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        is_socks = scheme.startswith("socks")
        super().__init__(self._socks if is_socks else self._http, tls=tls)
        self.to = to
        self._login = login
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.address = f"{self.host}:{self.port}"
        self.url = f"{scheme}://{login.prefix if login else ''}{self.address}"

    def _http(self, peer: Conversation) -> None:
        head = peer.read_request()
        self.heads.append(head)
        method, target, rest = head.decode("latin-1").split(" ", 2)
        if self._login is not None and f"Basic {self._login.header}".encode() not in head:
            peer.respond("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Basic")
            return
        if method == "CONNECT":
            self.asked.append(target)
            peer.send(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n")
            peer.relay((self.to.host, self.to.port))
            return
        url = urlsplit(target)
        bare = not url.netloc.rpartition(":")[2].isdigit()
        self.asked.append(f"{url.netloc}:80" if bare else url.netloc)
        path = f"{url.path}?{url.query}" if url.query else url.path
        lines = [line for line in rest.split("\r\n") if not line.lower().startswith("proxy-")]
        peer.put_back("\r\n".join([f"{method} {path} {lines[0]}", *lines[1:]]).encode("latin-1"))
        peer.relay((self.to.host, self.to.port))

    def _socks(self, peer: Conversation) -> None:
        version, count = peer.read(2)
        assert version == 5
        wanted = 0 if self._login is None else 2
        if wanted not in peer.read(count):
            peer.send(b"\x05\xff")
            return
        peer.send(bytes((5, wanted)))
        if self._login is not None:
            peer.read(1)
            told = [peer.read(peer.read(1)[0]).decode() for _ in range(2)]
            welcome = told == [self._login.name, self._login.password]
            peer.send(bytes((1, not welcome)))
            if not welcome:
                return
        _, _, _, kind = peer.read(4)
        match kind:
            case 1:
                host = socket.inet_ntop(socket.AF_INET, peer.read(4))
            case 3:
                host = peer.read(peer.read(1)[0]).decode()
            case _:
                host = socket.inet_ntop(socket.AF_INET6, peer.read(16))
        port = int.from_bytes(peer.read(2), "big")
        self.asked.append(f"{host}:{port}")
        peer.send(b"\x05\0\0\x01\x7f\0\0\x01\0\0")
        peer.relay((self.to.host, self.to.port))
