"""Hostile input costs the emulator what it asks for and no more, and other requests go on.

The emulator runs in a process of its own, so that its memory and processor time can be measured.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.sync.client import connect

from cartesia_emulator.speech.clauses import LONGEST, clauses
from cartesia_emulator.speech.markup import parse
from cartesia_emulator.speech.respell import Lexicon, LexiconItem
from cartesia_emulator.studio.timeline import TextBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator

slow = pytest.mark.slow
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
FORMAT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000}
SIZE = 900_000
READ = 400_000  # bytes of audio, half a minute

HOSTILE = {
    "one word": "a" * SIZE,
    "dots": "." * SIZE,
    "a stop and quotes": "." + '"' * SIZE,
    "spaces": "a" + " " * (SIZE - 2) + "a",
    "blanks before a line break": "a" + " \t" * (SIZE // 2 - 1) + "\n",
    "dots and spaces": " ." * (SIZE // 2),
    "titles": "Dr. " * (SIZE // 4),
    "sentences": "Hi. " * (SIZE // 4),
    "commas": ", " * (SIZE // 2),
    "lines": "a\n" * (SIZE // 2),
    "tags without text": "<spell>" * (SIZE // 7),
    "tags without effect": "a<emotion value='x'/>" * (SIZE // 21),
    "tags without end": "<break " * (SIZE // 7),
    "Chinese": "\u8bed" * SIZE,
    "four bytes": "\U0001f600" * SIZE,
}


class Process:
    """An emulator in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        url, self.key = (process.stdout.readline().strip().partition("=")[2] for _ in "ab")
        self.url = url
        self.port = int(url.rpartition(":")[2])
        self.pid = process.pid
        self.headers = {"X-API-Key": self.key, "Cartesia-Version": "2026-08-14"}

    def ask(self, method: str, path: str, body: Any = None, most: int | None = None) -> int:
        """Send a request, read at most that much of the answer and leave; return its status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = None if body is None else json.dumps(body)
            kind = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, sent, self.headers | kind)
            response = connection.getresponse()
            left = most
            while data := response.read(min(65536, left or 65536)):
                left = None if left is None else left - len(data)
                if left is not None and left <= 0:
                    break
            return response.status
        finally:
            connection.close()

    def speech(self, transcript: str, **changes: Any) -> dict[str, Any]:
        known = {"model_id": "sonic-latest", "voice": VOICE, "output_format": FORMAT}
        return known | {"transcript": transcript} | changes

    @property
    def peak_mib(self) -> int:
        """Most memory since `forget_peak`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def rests(self) -> bool:
        """Whether it soon stops working."""
        for _ in range(50):
            before = self.cpu_s
            time.sleep(0.1)
            if self.cpu_s - before <= 0.02:
                return True
        return False

    @contextmanager
    def neighbour(self) -> Iterator[list[float]]:
        """Somebody who speaks a short sentence again and again; collects how long each took."""
        waits: list[float] = []
        stop = threading.Event()

        def speak() -> None:
            while not stop.is_set():
                begun = time.monotonic()
                assert self.ask("POST", "/tts/bytes", self.speech("Hello.")) == 200
                waits.append(time.monotonic() - begun)
                time.sleep(0.02)

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield waits
        finally:
            stop.set()
            thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    command = [sys.executable, "-m", "cartesia_stream", "emulate", "--engine", "tone"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Process(process)
        finally:
            process.kill()


# All three cut and speak in the same way; events with times do most.
@pytest.mark.parametrize(
    "path",
    ["/tts/sse", *(pytest.param(path, marks=slow) for path in ("/tts/bytes", "/v0/audio/sse"))],
)
@pytest.mark.parametrize("kind", HOSTILE)
def test_text_of_any_kind_is_spoken_in_steps(server: Process, kind: str, path: str) -> None:
    """Memory is that of a step, neighbours wait for a step, and a client that leaves ends it."""
    body = server.speech(HOSTILE[kind], add_timestamps=True)
    if path.startswith("/v0"):
        body = {"transcript": HOSTILE[kind], "model_id": "", "output_format": "pcm_16000"}
    server.forget_peak()
    before = server.peak_mib
    with server.neighbour() as waits:
        assert server.ask("POST", path, body, READ) == 200
    assert server.peak_mib - before < 150
    assert max(waits) < 3
    assert server.rests()


@pytest.mark.parametrize("end", ["read", "leave", "cancel"])
@pytest.mark.parametrize("text", ["All work and no play. ", "All work and no play "])
def test_more_inputs_than_can_be_spoken(server: Process, text: str, end: str) -> None:
    """A context that gets too much fails at once, and with it all that waits."""
    with (
        server.neighbour() as waits,
        connect(
            server.url.replace("http", "ws") + "/tts/websocket",
            additional_headers=server.headers,
            max_queue=None,
        ) as socket_,
    ):
        each = server.speech(text, context_id="a", **{"continue": True}, max_buffer_delay_ms=0)
        message = json.dumps(each)
        for _ in range(4000):
            socket_.send(message)
        if end == "cancel":
            socket_.send(json.dumps({"context_id": "a", "cancel": True}))
        if end == "read":
            while (frame := json.loads(socket_.recv(timeout=10)))["type"] != "error":
                assert frame["type"] == "chunk"
            assert frame["status_code"] == 429
            assert "too many inputs wait" in frame["message"]
        if end == "leave":
            socket_.socket.shutdown(socket.SHUT_RDWR)
        assert server.rests()
    assert max(waits) < 3


def test_text_without_end_in_tokens_costs_the_same_at_every_token() -> None:
    buffer = TextBuffer()
    begun = time.process_time()
    released = [buffer.push("token ") for _ in range(20_000)]
    assert time.process_time() - begun < 5
    assert max(map(len, released)) < 2000
    assert "".join(released) + buffer.take() == "token " * 20_000


@pytest.mark.parametrize("kind", HOSTILE)
def test_cutting_and_respelling_are_linear(kind: str) -> None:
    text = HOSTILE[kind][:100_000]
    begun = time.process_time()
    pieces = list(clauses(text))
    parse(text)
    Lexicon([LexiconItem("hi", "hello"), LexiconItem("a", "b")]).respell(text)
    assert time.process_time() - begun < 5
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= max(LONGEST, 1)


def test_ids_and_transcripts_have_a_longest(server: Process) -> None:
    assert server.ask("POST", "/tts/bytes", server.speech("a" * 1_000_001)) == 400
    assert server.ask("POST", "/tts/sse", server.speech("a", context_id="a" * 257)) == 400
    body = {"transcript": "a" * 1_000_001, "model_id": ""}
    assert server.ask("POST", "/v0/audio/sse", body) == 400


def half_sent(bench: Any, head: str, headers: dict[str, str]) -> socket.socket:
    port = int(bench.emulator.base_url.rpartition(":")[2])
    raw: socket.socket = bench.enter(socket.create_connection(("127.0.0.1", port), timeout=20))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    raw.sendall(f"{head}\r\n{lines}".encode())
    return raw


def test_half_sent_requests_end(make_bench: Any) -> None:
    """A head or a body that does not arrive is not waited for; one that trickles neither."""
    bench = make_bench(read_timeout_s=0.5)
    head = half_sent(bench, "POST /tts/bytes HTTP/1.1", {"Host": "localhost"})
    headers = bench.headers | {"Host": "localhost", "Content-Length": "100"}
    body = half_sent(bench, "POST /tts/bytes HTTP/1.1", headers)
    body.sendall(b"\r\n{")
    trickling = half_sent(bench, "POST /tts/bytes HTTP/1.1", headers)
    trickling.sendall(b"\r\n")
    trickling.settimeout(0.05)
    answer = b""
    for _ in range(200):
        try:
            trickling.sendall(b" ")
            answer = trickling.recv(1000)
        except TimeoutError:
            continue
        except OSError:
            break
        break
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert body.recv(1000).startswith(b"HTTP/1.1 408 ")
    assert head.recv(1000) == b""
    assert bench.http.get("/voices").status_code == 200


@slow  # it sends a quarter of a gigabyte
def test_large_uploads_take_turns(server: Process) -> None:
    """Bodies beyond the first MiB wait for each other, not small requests for them."""
    boundary = "b"
    part = 'Content-Disposition: form-data; name="file"; filename="a.wav"'
    form = f"--{boundary}\r\n{part}\r\n\r\n".encode() + bytes(40 << 20) + b"\r\n--b--\r\n"
    statuses: list[int] = []

    def upload() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        connection.request("POST", "/stt", form, server.headers | kind)
        statuses.append(connection.getresponse().status)
        connection.close()

    server.forget_peak()
    before = server.peak_mib
    threads = [threading.Thread(target=upload) for _ in range(6)]
    with server.neighbour() as waits:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [400] * 6  # "model" is missing
    assert server.peak_mib - before < 400
    assert max(waits) < 3
