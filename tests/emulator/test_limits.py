"""Limits, pacing, and what happens when either side goes away."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cartesia_emulator import Emulator
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.speech.tone import ToneSynthesizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartesia_emulator.speech.engine import Segment, VoiceShape


class Gate(ToneSynthesizer):
    """Counts clauses; each one takes a moment."""

    def __init__(self, pause: float = 0.02) -> None:
        self.clauses = 0
        self.pause = pause

    def synthesize(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Segment]:
        for _ in range(500):
            time.sleep(self.pause)
            self.clauses += 1
            yield from super().synthesize("Word.", voice)


@pytest.fixture
def gate() -> Gate:
    return Gate()


def settled(gate: Gate) -> bool:
    """Whether the engine stops, long before the text would end."""
    before = -1
    while before < gate.clauses < 100:
        before = gate.clauses
        time.sleep(0.3)
    return gate.clauses == before


def active(bench: Any) -> int:
    count: int = bench.http.get("/emulator").json()["active_contexts"]
    return count


def test_contexts_over_the_limit_are_refused_by_frame(make_bench: Any) -> None:
    bench = make_bench(concurrency=2)
    talk = bench.talk()
    for name in "abc":
        talk.send(name, "waits", continue_=True, max_buffer_delay_ms=5000)
    error = talk.receive()
    assert (error["context_id"], error["status_code"]) == ("c", 429)
    assert error["error_code"] == "concurrency_limited"
    # More input of an open context does not count; an ended one makes room.
    talk.send("a", "")
    talk.until("done")
    talk.send("d", "Now.")
    assert talk.until("done", "error")[-1]["type"] == "done"


def test_requests_over_the_limit_are_refused(make_bench: Any) -> None:
    bench = make_bench(concurrency=1)
    talk = bench.talk()
    talk.send("a", "waits", continue_=True, max_buffer_delay_ms=5000)
    while not active(bench):
        time.sleep(0.01)
    for path in ("/tts/bytes", "/tts/sse"):
        response = bench.http.post(path, json=bench.speech())
        assert response.status_code == 429
        assert response.headers["retry-after"] == "1"
        assert response.json()["error_code"] == "concurrency_limited"


def test_sockets_over_the_limit_are_refused_at_the_handshake(make_bench: Any) -> None:
    bench = make_bench(concurrency=1, max_sockets=1)
    bench.talk()
    with pytest.raises(InvalidStatus) as caught:
        bench.talk()
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"


def test_transcriptions_have_their_own_limit(make_bench: Any) -> None:
    class Slow(ToneRecognizer):
        def transcribe(self, *args: Any, **options: Any) -> Any:
            time.sleep(0.3)
            return super().transcribe(*args, **options)

    bench = make_bench(engine=(ToneSynthesizer(), Slow()), stt_concurrency=1)
    statuses: list[int] = []

    def ask() -> None:
        answer = bench.http.post(
            "/stt",
            params={"encoding": "pcm_s16le", "sample_rate": 8000},
            data={"model": "ink-whisper"},
            files={"file": bytes(1600)},
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 429]


def test_realtime_paces_the_audio(make_bench: Any) -> None:
    bench = make_bench(realtime=4.0, latency=0.2)
    begun = time.monotonic()
    audio = bench.http.post("/tts/bytes", json=bench.speech("Hello there you.")).content
    spent = time.monotonic() - begun
    # The last chunk leaves when the ones before it have been played.
    assert 0.2 + (len(audio) / 48000 - 0.1) / 4 <= spent < 5


def test_latency_delays_the_first_frame_only(make_bench: Any) -> None:
    bench = make_bench(latency=0.3)
    talk = bench.talk()
    begun = time.monotonic()
    talk.send("one", "Hello there.")
    talk.receive()
    first = time.monotonic() - begun
    rest = talk.until("done")
    assert first >= 0.3
    assert time.monotonic() - begun - first < 0.3 * len(rest)


def test_a_leaving_socket_stops_its_work(make_bench: Any, gate: Gate) -> None:
    bench = make_bench(engine=(gate, ToneRecognizer()))
    talk = bench.talk()
    talk.send("one", "Long.")
    talk.receive()
    talk.connection.socket.shutdown(socket.SHUT_RDWR)
    assert settled(gate)
    assert active(bench) == 0


@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse"])
def test_a_leaving_client_stops_its_work(make_bench: Any, gate: Gate, path: str) -> None:
    bench = make_bench(engine=(gate, ToneRecognizer()))
    host = bench.emulator.base_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    connection.request("POST", path, json.dumps(bench.speech()), bench.headers)
    response = connection.getresponse()
    assert response.read(100)
    response.close()
    connection.close()
    assert settled(gate)
    assert active(bench) == 0


def test_cancel_drops_the_iterator(make_bench: Any, gate: Gate) -> None:
    bench = make_bench(engine=(gate, ToneRecognizer()))
    talk = bench.talk()
    talk.send("one", "Long.")
    talk.receive()
    talk.send_bare({"context_id": "one", "cancel": True})
    talk.until("done")
    assert settled(gate)


def test_a_slow_reader_holds_the_engine_back(make_bench: Any) -> None:
    """Nobody reads: buffers fill, and the engine waits instead of memory growing."""
    gate = Gate(pause=0)
    bench = make_bench(engine=(gate, ToneRecognizer()))
    fmt = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 48000}
    body = json.dumps(bench.speech(output_format=fmt))
    headers = bench.headers | {"Host": "localhost", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    host, port = bench.emulator.base_url[7:].split(":")
    raw = socket.create_connection((host, int(port)))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.sendall(f"POST /tts/bytes HTTP/1.1\r\n{head}\r\n{body}".encode())
    held = -1
    while gate.clauses != held:
        held = gate.clauses
        assert held < 500
        time.sleep(1.0)
    assert held
    raw.close()


def test_stop_closes_open_sockets_and_streams_quickly(make_bench: Any, gate: Gate) -> None:
    bench = make_bench(engine=(gate, ToneRecognizer()))
    talk, idle = bench.talk(), bench.talk()
    talk.send("one", "Long.")
    talk.receive()
    begun = time.monotonic()
    bench.emulator.stop()
    assert time.monotonic() - begun < 10
    for connection in (talk.connection, idle.connection):
        with pytest.raises(ConnectionClosed):
            while True:
                connection.recv(timeout=2)
    bench.emulator.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = bench.emulator.base_url


def test_start_is_idempotent_and_a_taken_port_is_an_error() -> None:
    with Emulator(engine="tone") as one:
        url = one.base_url
        assert one.start() is one
        assert one.base_url == url
        port = int(url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="address already in use"):
            Emulator(engine="tone", port=port).start()
    assert repr(one) == "<Emulator stopped>"


def test_the_key_is_random_unless_given() -> None:
    assert Emulator().api_key.startswith("sk_car_")
    assert Emulator().api_key != Emulator().api_key
    assert Emulator(api_key="mine").api_key == "mine"
    assert "mine" not in repr(Emulator(api_key="mine"))


@pytest.mark.parametrize(
    "setting",
    [{"realtime": 0}, {"latency": -1}, {"chunk_ms": 0}, {"concurrency": 0}, {"idle_timeout_s": -1}],
)
def test_senseless_settings_are_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Emulator(**setting)


def test_many_sockets_at_once(bench: Any) -> None:
    def converse(number: int) -> None:
        with connect(bench.url(), additional_headers=bench.headers) as connection:
            connection.send(json.dumps(bench.speech(f"Number {number}.", context_id="c")))
            while json.loads(connection.recv(timeout=10))["type"] != "done":
                pass
        finished.append(number)

    finished: list[int] = []
    threads = [threading.Thread(target=converse, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == list(range(20))
