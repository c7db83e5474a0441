"""Every fault by name, seen on the wire."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus, PayloadTooBig
from websockets.sync.client import connect

from cartesia_emulator.faults import FAULTS, Fault, FaultBox

HEADER = "X-Emulator-Fault"
LONG = "One two three four five six seven eight."


def sse(bench: Any, fault: str, **changes: Any) -> httpx.Response:
    body = bench.speech(LONG) | changes
    response: httpx.Response = bench.http.post("/tts/sse", json=body, headers={HEADER: fault})
    return response


# The fewest bytes that are still speech: some faults cost time for each of them.
TINY = {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000}


def lines(text: str) -> list[Any]:
    """The data of an event stream written with LF."""
    found: list[Any] = [
        json.loads(line[5:]) for line in text.split("\n") if line.startswith("data:")
    ]
    return found


def kinds(frames: list[Any]) -> list[str]:
    names = [frame["type"] for frame in frames]
    return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]


def spoken(bench: Any, fault: str, text: str = LONG) -> list[Any]:
    """The frames of one context with a fault, and whatever comes shortly after its end."""
    talk = bench.talk(fault)
    talk.send("one", text)
    frames: list[Any] = talk.until("done", "error")
    while True:
        try:
            frames.append(talk.receive(timeout=0.15))
        except TimeoutError:
            return frames


def opened(bench: Any, path: str, fault: str, body: Any = None) -> socket.socket:
    """A plain socket on which a request has been sent."""
    host, port = bench.emulator.base_url[7:].split(":")
    payload = json.dumps(body or bench.speech(LONG))
    headers = bench.headers | {HEADER: fault, "Connection": "close", "Host": host}
    headers["Content-Length"] = str(len(payload))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    wire = socket.create_connection((host, int(port)), timeout=5)
    wire.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n{payload}".encode())
    return wire


def raw_exchange(bench: Any, path: str, fault: str, body: Any = None) -> bytes:
    """All bytes of a response, to the end of the connection."""
    received = b""
    with opened(bench, path, fault, body) as wire:
        while piece := wire.recv(65536):
            received += piece
    return received


# Responses that take the place of the real one.


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503, 520])
@pytest.mark.parametrize("path", ["/voices", "/tts/bytes", "/tts/sse", "/stt"])
def test_status(bench: Any, status: int, path: str) -> None:
    fault = (
        f"status={status}; code=quota_exceeded; retry-after=7; message=Not now; doc-url=https://x"
    )
    method = "GET" if path == "/voices" else "POST"
    response = bench.http.request(method, path, json=bench.speech(), headers={HEADER: fault})
    assert response.status_code == status
    assert response.headers["retry-after"] == "7"
    body = response.json()
    assert (body["error_code"], body["message"]) == ("quota_exceeded", "Not now")
    assert body["doc_url"] == "https://x"


@pytest.mark.parametrize(
    "fault", ["status=429; retry-after-ms=20; should-retry=true", "handshake-status=429"]
)
def test_status_of_a_handshake(bench: Any, fault: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        bench.talk(fault)
    assert caught.value.response.status_code == 429
    assert json.loads(caught.value.response.body or b"")["title"] == "Too Many Requests"
    if "retry" in fault:
        assert caught.value.response.headers["Retry-After-Ms"] == "20"
        assert caught.value.response.headers["X-Should-Retry"] == "true"


@pytest.mark.parametrize("status", [200, 502])
def test_html(bench: Any, status: int) -> None:
    response = bench.http.get("/voices", headers={HEADER: f"html={status}"})
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<html>")
    with pytest.raises(InvalidStatus):
        bench.talk("html")


@pytest.mark.parametrize("status", [200, 204])
def test_empty_body(bench: Any, status: int) -> None:
    response = sse(bench, f"empty-body={status}")
    assert (response.status_code, response.content) == (status, b"")


def test_error_200(bench: Any) -> None:
    response = sse(bench, "error-200")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    assert "request_id" in response.json()


def test_slow_headers(bench: Any) -> None:
    begun = time.monotonic()
    assert bench.http.get("/voices", headers={HEADER: "slow-headers=0.2"}).status_code == 200
    assert time.monotonic() - begun >= 0.2
    with pytest.raises(httpx.ReadTimeout):
        bench.http.get("/voices", headers={HEADER: "slow-headers=forever"}, timeout=0.2)
    with pytest.raises(TimeoutError):
        bench.talk("slow-headers=1", open_timeout=0.2)


def test_bad_json_and_its_kin_in_rest_bodies(bench: Any) -> None:
    path = f"/voices/{bench.speech()['voice']}"
    plain = bench.http.get(path).json()
    with pytest.raises(ValueError, match="line 1"):
        bench.http.get(path, headers={HEADER: "bad-json"}).json()
    extra = bench.http.get(path, headers={HEADER: "extra-fields"}).json()
    assert extra.keys() > plain.keys()
    reordered = bench.http.get(path, headers={HEADER: "reordered-json"})
    assert reordered.json() == plain
    assert list(reordered.json()) == list(reversed(plain))


# Connections that break.


@pytest.mark.parametrize("path", ["/voices", "/tts/bytes", "/tts/sse"])
def test_drop_resets_the_connection(bench: Any, path: str) -> None:
    method = "GET" if path == "/voices" else "POST"
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        bench.http.request(method, path, json=bench.speech(), headers={HEADER: "drop"})


def test_drop_after_some_chunks_is_a_reset(bench: Any) -> None:
    received = b""
    with opened(bench, "/tts/sse", "drop; after=2") as wire, pytest.raises(ConnectionResetError):
        while True:
            received += wire.recv(65536)
    assert received.count(b"event: chunk") == 2


@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse"])
def test_truncate_lacks_the_last_chunk(bench: Any, path: str) -> None:
    assert raw_exchange(bench, path, "sse-bom").endswith(b"0\r\n\r\n")
    assert not raw_exchange(bench, path, "truncate; after=1").endswith(b"0\r\n\r\n")
    # Where fewer frames come than shall pass, it strikes at the end.
    assert not raw_exchange(bench, path, "truncate; after=999").endswith(b"0\r\n\r\n")
    with pytest.raises(httpx.RemoteProtocolError):
        bench.http.post(path, json=bench.speech(), headers={HEADER: "truncate; after=1"})


def test_drop_of_a_socket(bench: Any) -> None:
    talk = bench.talk("drop; after=2")
    talk.send("one", LONG)
    assert [talk.receive()["type"] for _ in range(2)] == ["chunk", "chunk"]
    with pytest.raises(ConnectionClosed) as caught:
        talk.receive()
    assert caught.value.rcvd is None


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4429])
def test_close_code(bench: Any, code: int) -> None:
    talk = bench.talk(f"close={code}; after=1")
    talk.send("one", LONG)
    talk.receive()
    with pytest.raises(ConnectionClosed) as caught:
        talk.receive()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == code


def test_close_without_a_word(bench: Any) -> None:
    talk = bench.talk("close=none; after=1")
    talk.send("one", LONG)
    talk.receive()
    with pytest.raises(ConnectionClosed) as caught:
        talk.receive()
    assert caught.value.rcvd is None


def test_half_frame(bench: Any) -> None:
    talk = bench.talk("half-frame; after=1")
    talk.send("one", LONG)
    talk.receive()
    with pytest.raises(ConnectionClosed):
        talk.receive()
    received = raw_exchange(bench, "/tts/sse", "half-frame; after=1")
    assert received.count(b"event: chunk\n") == 2
    assert not received.endswith(b"\n\n\r\n")


@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse"])
def test_stall_of_a_body(bench: Any, path: str) -> None:
    begun = time.monotonic()
    bench.http.post(path, json=bench.speech(), headers={HEADER: "stall=0.2; after=1"})
    assert time.monotonic() - begun >= 0.2
    with pytest.raises(httpx.ReadTimeout):
        bench.http.post(path, json=bench.speech(), headers={HEADER: "stall"}, timeout=0.3)


def test_stall_holds_one_context_only(bench: Any) -> None:
    bench.emulator.inject("stall", after=1)
    talk = bench.talk()
    talk.send("stalled", LONG)
    assert talk.receive()["context_id"] == "stalled"
    talk.send("lively", LONG)
    assert {frame["context_id"] for frame in talk.until("done")} == {"lively"}
    assert talk.silent()


# Frames that are not what they should be.


def test_fragment(bench: Any) -> None:
    """The library joins fragments and answers the pings between; the text is whole."""
    frames = spoken(bench, "fragment")
    assert kinds(frames) == ["chunk", "done"]
    assert frames[0]["data"]


def test_ignore_pings(bench: Any) -> None:
    assert bench.talk().connection.ping().wait(2)
    deaf = bench.talk("ignore-pings")
    assert not deaf.connection.ping().wait(0.3)
    deaf.send("one", "Still talking.")
    assert deaf.until()[-1]["type"] == "done"


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_bad_base64(bench: Any, over: str) -> None:
    frames = received(bench, over, "bad-base64; after=1")
    good, bad = frames[:2]
    assert base64.b64decode(good["data"], validate=True)
    with pytest.raises(ValueError, match="base64"):
        base64.b64decode(bad["data"], validate=True)


def received(bench: Any, over: str, fault: str) -> list[Any]:
    if over == "sse":
        return lines(sse(bench, fault).text)
    return spoken(bench, fault)


def test_bad_utf8(bench: Any) -> None:
    # The library decodes late, in recv(), and then waits for a close it does not read.
    talk = bench.talk("bad-utf8; after=1", close_timeout=0.5)
    talk.send("one", LONG)
    talk.receive()
    with pytest.raises(ConnectionClosed) as caught:
        talk.receive()
    assert caught.value.sent is not None
    assert caught.value.sent.code == 1007
    with pytest.raises(UnicodeDecodeError):
        sse(bench, "bad-utf8").content.decode()


def test_bad_json(bench: Any) -> None:
    talk = bench.talk("bad-json; after=1")
    talk.send("one", LONG)
    talk.receive()
    with pytest.raises(ValueError, match="delimiter"):
        talk.receive()
    assert talk.until()[-1]["type"] == "done"
    with pytest.raises(ValueError, match="delimiter"):
        lines(sse(bench, "bad-json").text)


@pytest.mark.parametrize("over", ["sse", "ws"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("unknown-type; after=1", ["chunk", "aurora", "chunk", "done"]),
        ("no-done; after=0, error; after=99", ["chunk", "error"]),
        ("error=503; after=1; code=quota_exceeded", ["chunk", "error"]),
        ("done-twice", ["chunk", "done", "done"]),
        ("late-frames-after-done", ["chunk", "done", "chunk"]),
        ("empty-audio", ["done"]),
    ],
)
def test_sequence_of_frames(bench: Any, over: str, fault: str, expected: list[str]) -> None:
    if fault.startswith("no-done") and over == "ws":
        talk = bench.talk("no-done")
        talk.send("one", LONG)
        assert kinds([talk.receive() for _ in range(7)]) == ["chunk"]
        while not talk.silent(0.2):
            pass
        # The context is over all the same; the socket is not.
        assert bench.http.get("/emulator").json()["active_contexts"] == 0
        return
    if fault.startswith("no-done"):
        assert kinds(lines(sse(bench, "no-done").text)) == ["chunk"]
        return
    frames = received(bench, over, fault)
    if fault == "done-twice":
        assert [frame["type"] for frame in frames][-2:] == ["done", "done"]
    else:
        assert kinds(frames) == expected
    if fault.startswith("error"):
        assert (frames[-1]["status_code"], frames[-1]["error_code"]) == (503, "quota_exceeded")


def test_error_events_are_named(bench: Any) -> None:
    assert "\nevent: error\ndata: " in sse(bench, "error; after=1").text


def test_error_without_context(bench: Any) -> None:
    frames = spoken(bench, "error-without-context=429; after=1")
    assert [frame["type"] for frame in frames] == ["chunk", "error"]
    assert "context_id" not in frames[-1]
    assert frames[-1]["status_code"] == 429


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_extra_fields(bench: Any, over: str) -> None:
    frames = received(bench, over, "extra-fields")
    assert all({"$schema", "aurora", "type"} <= frame.keys() for frame in frames)


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_missing_data(bench: Any, over: str) -> None:
    frames = received(bench, over, "missing-data; after=1")
    assert ["data" in frame for frame in frames[:3]] == [True, False, True]


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_stale_context(bench: Any, over: str) -> None:
    frames = received(bench, over, "stale-context; after=1")
    assert [frame.get("context_id") for frame in frames].count("stale-context") == 1
    assert frames[-1]["type"] == "done"


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_oversize_frame(bench: Any, over: str) -> None:
    frames = received(bench, over, "oversize-frame=3000000")
    assert len(base64.b64decode(frames[0]["data"])) == 3_000_000
    with connect(
        bench.url(), additional_headers=bench.headers | {HEADER: "oversize-frame"}
    ) as connection:
        connection.send(json.dumps(bench.speech(context_id="one")))
        with pytest.raises((PayloadTooBig, ConnectionClosed)):
            connection.recv(timeout=3)


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_split_sample(bench: Any, over: str) -> None:
    whole = received(bench, over, "extra-fields")
    split = received(bench, over, "split-sample")
    parts = [base64.b64decode(frame["data"]) for frame in split if frame["type"] == "chunk"]
    assert any(len(part) % 2 for part in parts)
    assert b"".join(parts) == b"".join(
        base64.b64decode(frame["data"]) for frame in whole if frame["type"] == "chunk"
    )


def test_split_sample_and_empty_audio_of_a_body(bench: Any) -> None:
    def made(fault: str) -> bytes:
        response = bench.http.post("/tts/bytes", json=bench.speech(), headers={HEADER: fault})
        content: bytes = response.content
        return content

    assert made("split-sample") == made("sse-bom")
    assert made("empty-audio") == b""


@pytest.mark.parametrize("over", ["sse", "ws"])
def test_reordered_json(bench: Any, over: str) -> None:
    frames = received(bench, over, "reordered-json")
    assert list(frames[0])[-1] == "type"
    assert kinds(frames) == ["chunk", "done"]
    assert re.search(r'"data" : "[^"]*\\/', sse(bench, "reordered-json").text)


# The writing of event streams.


@pytest.mark.parametrize(
    ("fault", "opening"),
    [
        ("sse-cr", b"event: chunk\rdata: {"),
        ("sse-crlf", b"event: chunk\r\ndata: {"),
        ("sse-crlf-split", b"event: chunk\r\ndata: {"),
        ("sse-bom", b"\xef\xbb\xbfevent: chunk\ndata: {"),
        ("sse-comments", b": keep-alive\n\n:\nevent: chunk\ndata: {"),
        ("sse-no-space", b"event:chunk\ndata:{"),
        ("sse-no-event", b"data: {"),
        ("sse-byte-by-byte", b"event: chunk\ndata: {"),
        ("sse-no-event, sse-no-space, sse-cr", b"data:{"),
    ],
)
def test_stream_writing(bench: Any, fault: str, opening: bytes) -> None:
    content = sse(bench, fault, transcript="Hi.", output_format=TINY).content
    assert content.startswith(opening)
    plain = sse(bench, "slow-headers=0", transcript="Hi.", output_format=TINY).content
    if fault in ("sse-cr", "sse-crlf", "sse-crlf-split", "sse-byte-by-byte"):
        normal = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        step = re.compile(rb'"step_time":[^,}]*')
        assert step.sub(b"", normal) == step.sub(b"", plain)
    if fault == "sse-cr":
        assert b"\n" not in content


@pytest.mark.parametrize(
    ("fault", "piece"), [("sse-byte-by-byte", b"d"), ("sse-crlf-split", b"\n")]
)
def test_pieces_travel_apart(bench: Any, fault: str, piece: bytes) -> None:
    """Each in an HTTP chunk of its own."""
    body = bench.speech("Hi.", output_format=TINY)
    assert b"\r\n1\r\n" + piece + b"\r\n" in raw_exchange(bench, "/tts/sse", fault, body)


# How faults are asked for.


def test_every_fault_is_documented() -> None:
    from cartesia_emulator import faults

    table = faults.__doc__ or ""
    for name, kind in FAULTS.items():
        row = f"\n{name}{f' = {kind.default}' if kind.default else ''} "
        assert row in table, name


def test_injected_faults_strike_in_order_and_then_no_more(bench: Any) -> None:
    bench.emulator.inject("status", 503, times=2, path="/voices", retry_after=3)
    assert bench.http.get("/accents").status_code == 200
    found = [bench.http.get("/voices") for _ in range(3)]
    assert [response.status_code for response in found] == [503, 503, 200]
    assert found[0].headers["retry-after"] == "3"
    bench.emulator.inject("status", times=None)
    assert [bench.http.get("/voices").status_code for _ in range(3)] == [500] * 3
    bench.emulator.clear_faults()
    assert bench.http.get("/voices").status_code == 200


def test_misspelt_option_of_a_fault_is_refused(bench: Any) -> None:
    with pytest.raises(ValueError, match="unknown option 'aftr'; known: code"):
        bench.emulator.inject("drop", aftr=2)


def test_injected_faults_wait_for_where_they_can_strike(bench: Any) -> None:
    bench.emulator.inject("no-done", times=1)
    assert bench.http.get("/voices").status_code == 200
    talk = bench.talk()
    talk.send("one", "Hi.")
    talk.send("two", "Hi.", continue_=True)
    frames = [talk.receive()]
    while not talk.silent(0.2):
        pass
    talk.send("two", "")
    frames = talk.until("done")
    assert frames[-1]["context_id"] == "two"


def test_header_faults_strike_each_context(bench: Any) -> None:
    talk = bench.talk("error=500; after=1; times=2")
    ends = []
    for name in "abc":
        talk.send(name, LONG)
        ends.append(talk.until()[-1]["type"])
    assert ends == ["error", "error", "done"]


def test_faults_over_http(bench: Any) -> None:
    order = {"name": "status", "value": 502, "path": "/voices", "options": {"code": "x"}}
    assert bench.http.post("/emulator/faults", json=order).json() == {"armed": 1}
    assert bench.http.get("/voices").json()["error_code"] == "x"
    assert bench.http.post("/emulator/faults", json=[order, order]).json() == {"armed": 2}
    assert bench.http.delete("/emulator/faults").json() == {"armed": 0}
    assert bench.http.get("/voices").status_code == 200
    stranger = httpx.post(f"{bench.emulator.base_url}/emulator/faults", json=order)
    assert stranger.status_code == 401


@pytest.mark.parametrize(
    "fault",
    [
        "nonsense",
        "status=loud",
        "status=99",
        "drop; after=x",
        "drop; after=-1",
        "drop; times=0",
        "close=5",
        "stall=-1",
        "stall=soon",
    ],
)
def test_senseless_faults_are_refused(bench: Any, fault: str) -> None:
    response = bench.http.get("/voices", headers={HEADER: fault})
    assert response.status_code == 400
    name, _, value = fault.partition("=")
    order = {"name": name, "value": value or None}
    if ";" not in fault:
        assert bench.http.post("/emulator/faults", json=order).status_code == 400
        with pytest.raises(ValueError, match=name):
            bench.emulator.inject(name, value or None)


@pytest.mark.parametrize(
    "name",
    [
        *("drop", "stall", "close", "half-frame", "fragment"),
        *("bad-utf8", "unknown-type", "error", "no-done"),
    ],
)
def test_a_fault_of_a_stream_is_aimed_at_speech(name: str) -> None:
    box = FaultBox([Fault(name=name, times=1)])
    assert box.take("http", "/stt") == box.take("listener", "/stt/websocket") == []
    assert len(box.take("context", "/tts/websocket")) == 1
    aimed = FaultBox([Fault(name=name, times=1, path="/stt/websocket")])
    assert aimed.take("context", "/tts/websocket") == []
    assert len(aimed.take("listener", "/stt/websocket")) == 1


def test_fault_box_counts_down() -> None:
    box = FaultBox([Fault(name="drop", times=2)])
    assert [len(box.take("sse", "/tts/sse")) for _ in range(3)] == [1, 1, 0]
    assert len(box) == 0
