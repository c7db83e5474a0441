"""Faults strike v0 as they strike today's API, in its own shapes."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cartesia_emulator.faults import FAULTS

TEXT = "One two three four five six."
HEADER = "X-Emulator-Fault"
CHUNK = {"data", "sampling_rate", "step_time", "length"}
STREAMS = ("/audio/sse", "/audio/stream")


def sse(v0: Any, fault: str, path: str = "/audio/sse") -> httpx.Response:
    response: httpx.Response = v0.http.post(path, json=v0.body(TEXT), headers={HEADER: fault})
    return response


def objects(text: str) -> list[Any]:
    lines = (line.removeprefix("data:") for line in text.splitlines())
    return [json.loads(line) for line in lines if line]


def received(v0: Any, fault: str, *, path: str = "/audio/sse") -> tuple[str, type[Exception]]:
    """What came of a stream, and how it broke."""
    text = ""
    with v0.http.stream("POST", path, json=v0.body(TEXT), headers={HEADER: fault}) as response:
        try:
            for piece in response.iter_text():
                text += piece
        except httpx.HTTPError as error:
            return text, type(error)
    raise AssertionError("it did not break")


# Over HTTP.


@pytest.mark.parametrize("path", ["/voices", "/models/upbeat-moon/voices"])
def test_a_status_is_text(v0: Any, path: str) -> None:
    fault = "status=503; message=Busy.; retry-after=2"
    response = v0.http.get(path, headers={HEADER: fault})
    assert (response.status_code, response.text) == (503, "Busy.")
    assert response.headers["retry-after"] == "2"
    assert response.headers["content-type"].startswith("text/plain")


def test_an_error_can_come_with_200(v0: Any) -> None:
    response = sse(v0, "error-200")
    assert (response.status_code, response.text) == (200, "A fault was asked for.")


@pytest.mark.parametrize("path", STREAMS)
def test_a_dropped_stream_ends_in_a_reset(v0: Any, path: str) -> None:
    text, error = received(v0, "drop; after=2", path=path)
    assert len(objects(text)) == 2
    assert error is httpx.ReadError


@pytest.mark.parametrize("path", STREAMS)
def test_a_truncated_stream_lacks_its_last_chunk(v0: Any, path: str) -> None:
    text, error = received(v0, "truncate; after=3", path=path)
    assert len(objects(text)) == 3
    assert error is httpx.RemoteProtocolError


def test_a_stream_can_break_off_in_the_middle_of_an_object(v0: Any) -> None:
    text, _ = received(v0, "half-frame; after=1")
    *whole, half = text.splitlines()
    assert len(objects("\n".join(whole))) == 1
    assert half.startswith("data: {")
    with pytest.raises(json.JSONDecodeError):
        objects(half)


def test_a_stream_stalls(v0: Any) -> None:
    v0.http.timeout = 0.5
    _, error = received(v0, "stall; after=1")
    assert error is httpx.ReadTimeout


def test_an_error_object_ends_the_stream(v0: Any) -> None:
    found = objects(sse(v0, "error=500; after=1; message=No more.").text)
    assert found[0].keys() == CHUNK
    assert found[1:] == [{"error": "No more.", "done": True}]


@pytest.mark.parametrize(
    ("fault", "place"), [("bad-base64; after=1", "data"), ("missing-data; after=1", "length")]
)
def test_a_chunk_can_be_spoilt(v0: Any, fault: str, place: str) -> None:
    whole, spoilt = objects(sse(v0, "sse-no-event").text), objects(sse(v0, fault).text)
    assert len(spoilt) == len(whole)
    assert spoilt[0].keys() == CHUNK
    assert place in spoilt[1]
    assert spoilt[1].get("data") in ("*not base64*", None)


def test_a_chunk_can_be_large(v0: Any) -> None:
    found = objects(sse(v0, "oversize-frame=3000000").text)
    assert len(base64.b64decode(found[0]["data"])) == 3000000


def test_there_can_be_no_audio(v0: Any) -> None:
    assert sse(v0, "empty-audio").text == ""


@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("sse-crlf", "}\r\n"),
        ("sse-cr", "}\rdata"),
        ("sse-bom", "\ufeffdata"),
        ("sse-comments", ": keep-alive\n"),
        ("sse-no-space", "data:{"),
        ("sse-byte-by-byte", "data: {"),
    ],
)
def test_the_malformed_stream_can_be_written_otherwise(v0: Any, fault: str, sign: str) -> None:
    """The objects stay the same, whatever is around them."""
    body = {"transcript": "Hi.", "output_format": "mulaw_8000"}
    plain = v0.http.post("/audio/sse", json=body)
    response = v0.http.post("/audio/sse", json=body, headers={HEADER: fault})
    assert sign in response.text
    lines = response.text.lstrip("\ufeff").splitlines()
    found = objects("\n".join(line for line in lines if line.startswith("data")))
    assert [item["data"] for item in found] == [item["data"] for item in objects(plain.text)]


def test_unknown_objects_come_in_between(v0: Any) -> None:
    found = objects(sse(v0, "unknown-type; after=1").text)
    assert [item.get("type") for item in found[:3]] == [None, "aurora", None]


def test_faults_are_armed_by_path(v0: Any) -> None:
    v0.bench.emulator.inject("status", 500, path="/v0/audio/sse")
    assert v0.http.get("/voices").status_code == 200
    assert v0.http.post("/audio/sse", json=v0.body()).status_code == 500
    assert v0.http.post("/audio/sse", json=v0.body()).status_code == 200


def test_the_end_of_a_conforming_stream_can_be_missing(make_v0: Any) -> None:
    v0 = make_v0(v0_events="conforming")
    whole, cut = objects(sse(v0, "sse-no-event").text), objects(sse(v0, "no-done").text)
    assert whole[-1] == {"done": True}
    assert len(cut) == len(whole) - 1
    assert objects(sse(v0, "done-twice").text)[-2:] == [{"done": True}] * 2


# On the sockets.


@pytest.fixture(params=[False, True], ids=["plain", "interrupts"])
def interrupts(request: pytest.FixtureRequest) -> bool:
    mode: bool = request.param
    return mode


def spoken(v0: Any, fault: str | None, *, interrupts: bool) -> list[Any]:
    """The frames of a generation, to its end or to that of the socket."""
    talk = v0.talk(interrupts=interrupts, fault=fault)
    talk.say("one", TEXT)
    frames: list[Any] = []
    try:
        while not frames or not (frames[-1].get("done") or "error" in frames[-1]):
            frames.append(talk.receive())
            if interrupts:
                talk.acknowledge("one")
    except ConnectionClosed as closed:
        frames.append(closed.rcvd.code if closed.rcvd else None)
    return frames


def test_a_socket_drops(v0: Any, interrupts: bool) -> None:
    frames = spoken(v0, "drop; after=2", interrupts=interrupts)
    assert frames[2:] == [None]


@pytest.mark.parametrize("code", [1000, 1011, 4000])
def test_a_socket_closes(v0: Any, interrupts: bool, code: int) -> None:
    frames = spoken(v0, f"close={code}; after=1", interrupts=interrupts)
    assert frames[1:] == [code]


def test_an_error_frame_ends_a_generation(v0: Any, interrupts: bool) -> None:
    frames = spoken(v0, "error=500; after=2; message=Out.", interrupts=interrupts)
    assert frames[2:] == [{"error": "Out.", "done": True, "context_id": "one"}]


def test_an_error_frame_may_name_no_generation(v0: Any, interrupts: bool) -> None:
    frames = spoken(v0, "error-without-context; after=1", interrupts=interrupts)
    assert frames[1:] == [{"error": "A fault was asked for.", "done": True}]


def test_frames_can_be_spoilt(v0: Any, interrupts: bool) -> None:
    bad = spoken(v0, "bad-base64; after=1", interrupts=interrupts)
    assert bad[1]["data"] == "*not base64*"
    missing = spoken(v0, "missing-data", interrupts=interrupts)
    assert missing[0].keys() == CHUNK - {"data"} | {"done", "context_id"}


def test_a_stale_chunk_comes_in_between(v0: Any, interrupts: bool) -> None:
    frames = spoken(v0, "stale-context; after=1", interrupts=interrupts)
    assert frames[1]["context_id"] == "stale-context"
    assert frames[1]["sampling_rate"] == 16000
    assert frames[-1]["done"]


def test_a_generation_can_be_silent(v0: Any, interrupts: bool) -> None:
    frames = spoken(v0, "empty-audio", interrupts=interrupts)
    assert frames == [{"done": True, "context_id": "one"}]


def test_a_generation_can_lack_its_end(v0: Any) -> None:
    whole = spoken(v0, None, interrupts=False)
    talk = v0.talk(fault="no-done")
    talk.say("one", TEXT)
    frames = [talk.receive() for _ in whole[:-1]]
    assert {frame["done"] for frame in frames} == {False}
    assert talk.silent()


def test_a_stall_holds_one_generation_only(v0: Any) -> None:
    talk = v0.talk()
    v0.bench.emulator.inject("stall", after=1)
    talk.say("one", TEXT)
    assert talk.receive()["context_id"] == "one"
    talk.say("two")
    frames = talk.rest()
    assert {frame["context_id"] for frame in frames} == {"two"}


def test_a_handshake_is_refused_in_text(v0: Any, interrupts: bool) -> None:
    with pytest.raises(InvalidStatus) as caught:
        v0.talk(interrupts=interrupts, fault="handshake-status=503; message=Busy.")
    assert caught.value.response.status_code == 503
    assert caught.value.response.body == b"Busy."


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_no_fault_makes_the_emulator_fail(
    v0: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    fault = {"stall": "stall=0.05", "slow-headers": "slow-headers=0.01"}.get(name, name)
    body = {"transcript": "Hi.", "duration": 0.05}
    for path in STREAMS:
        with contextlib.suppress(httpx.TransportError):
            v0.http.post(path, json=body, headers={HEADER: fault})
    assert v0.http.post("/audio/sse", json=body).status_code == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
